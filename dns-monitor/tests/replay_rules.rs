//! Rules over traffic that is past: what they would have done.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod replay_support;

use std::{collections::HashMap, ffi::OsString, fs, path::Path};

use replay_support::{captures, replay};
use serde_json::Value;
use tempfile::TempDir;

fn events(arguments: &[OsString]) -> (Vec<Value>, String) {
    let output = replay(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), stderr)
}

fn text<'e>(event: &'e Value, pointer: &str) -> Option<&'e str> {
    event.pointer(pointer)?.as_str()
}

/// The registered domain that clients of the capture ask for most, whose subdomains they ask for as well.
fn favourite(events: &[Value]) -> String {
    let mut counts = HashMap::new();
    for event in events.iter().filter(|event| text(event, "/dns_monitor/role") == Some("client")) {
        if let Some(domain) = text(event, "/dns/question/registered_domain") {
            *counts.entry(domain).or_insert(0) += 1;
        }
    }
    counts.into_iter().max_by_key(|(domain, count)| (*count, domain.len())).unwrap().0.to_owned()
}

fn gold() -> OsString {
    let of = |path: &&std::path::PathBuf| path.file_name() == Some("gold.pcap".as_ref());
    captures().iter().find(of).unwrap().clone().into_os_string()
}

fn write(folder: &Path, file: &str, text: &str) -> String {
    let path = folder.join(file);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_capture_says_what_a_list_would_block() {
    let folder = TempDir::new().unwrap();
    let (before, _) = events(&[gold()]);
    let domain = favourite(&before);
    let list = write(folder.path(), "list", &format!("# one\n{domain}\n"));
    let config = write(
        folder.path(),
        "c.toml",
        &format!(
            "[[list]]\nname = 'new'\npath = '{list}'\nformat = 'domains'\naction = 'nxdomain'\nseverity = 'high'\n"
        ),
    );
    let (after, stderr) = events(&["--config".into(), config.into(), gold()]);
    assert!(stderr.contains("rules: 1 names from 1 lists and rules"), "{stderr}");
    assert_eq!(after.len(), before.len());
    let mut hits = 0;
    for (event, before) in after.iter().zip(&before) {
        let is_listed = text(event, "/dns_monitor/role") == Some("client")
            && text(event, "/dns/question/registered_domain") == Some(&domain);
        hits += usize::from(is_listed);
        let said = [
            text(event, "/dns_monitor/verdict"),
            text(event, "/rule/name"),
            text(event, "/rule/id"),
            text(event, "/event/kind"),
            text(event, "/event/action"),
        ];
        let place = format!("{list}:2");
        let expected = match is_listed {
            true => [Some("would-nxdomain"), Some("new"), Some(&*place), Some("alert"), Some("dns-lookup")],
            false => [Some("pass"), None, None, Some("event"), Some("dns-lookup")],
        };
        assert_eq!(said, expected, "{event}");
        assert_eq!(
            event.pointer("/dns/answers"),
            before.pointer("/dns/answers"),
            "nothing else is different"
        );
    }
    assert!(hits > 1, "{domain}");
}
