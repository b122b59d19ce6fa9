//! What stands in the log.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::*;
use crate::rules::action::Block;

const ROOT: Caller = Caller { uid: 0, gid: 0, pid: 7 };
/// No host has a user of this number.
const NOBODY: Caller = Caller { uid: 4_000_000_000, gid: 0, pid: 8 };

#[test]
fn a_line_says_who_did_what_when_and_what_came_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Audit::new(folder.path());
    let time: Timestamp = "2026-11-24T01:02:03.5Z".parse().unwrap();
    let name = || "bad.example".to_owned();
    let cases = [
        (
            ROOT,
            Request::Reload {},
            Response::done("loaded"),
            r#""user":"root","pid":7,"command":"reload","result":"done","message":"loaded"}"#,
        ),
        (
            NOBODY,
            Request::Block { name: name(), for_seconds: Some(60), action: Block::Drop, i_mean_it: true },
            Response::error("no\nroom"),
            r#""user":null,"pid":8,"command":"block","name":"bad.example","for_seconds":60,"action":"drop","i_mean_it":true,"result":"error","message":"no\nroom"}"#,
        ),
        (
            ROOT,
            Request::Allow { name: "\"\n{".into(), for_seconds: None },
            Response::done(""),
            r#""user":"root","pid":7,"command":"allow","name":"\"\n{","result":"done","message":""}"#,
        ),
        (
            ROOT,
            Request::Forget { name: name() },
            Response::done(""),
            r#""user":"root","pid":7,"command":"forget","name":"bad.example","result":"done","message":""}"#,
        ),
    ];
    for (caller, request, response, _) in &cases {
        audit.note(time, caller, request, response).unwrap();
    }
    let text = fs::read_to_string(folder.path().join("audit.log")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), cases.len());
    for ((caller, _, _, rest), line) in cases.iter().zip(lines) {
        assert_eq!(line, format!(r#"{{"time":"2026-11-24T01:02:03.5Z","uid":{},{rest}"#, caller.uid));
    }
}

#[test]
fn it_is_not_for_others_to_read_and_may_be_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Audit::new(folder.path());
    let note = || audit.note(Timestamp::UNIX_EPOCH, &ROOT, &Request::Reload {}, &Response::done(""));
    let file = folder.path().join("audit.log");
    note().unwrap();
    note().unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    fs::rename(&file, folder.path().join("audit.log.1")).unwrap();
    note().unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 1);
}

#[test]
fn a_log_that_cannot_be_written_is_named() {
    let audit = Audit::new(Path::new("/nonexistent"));
    let error =
        audit.note(Timestamp::UNIX_EPOCH, &ROOT, &Request::Reload {}, &Response::done("")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/nonexistent/audit.log: No such file or directory (os error 2): this command is not in the audit log"
    );
}
