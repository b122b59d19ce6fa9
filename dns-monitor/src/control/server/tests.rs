//! Real sockets in folders of their own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

mod access;
mod place;
mod trouble;

use std::{path::Path, sync::Mutex};

use tempfile::TempDir;

use super::*;
use crate::{
    control::{
        client::{self, ClientError},
        manual,
        protocol::{Enforcer, Explanation, Learned, ManualRule, Match, OriginStats, Provenance, Stats},
    },
    rules::{action::Block, manual::Manual},
};

/// Far longer than any test takes.
const LONG: Duration = Duration::from_secs(600);
/// So that callers who do nothing are given up soon.
const SHORT: Duration = Duration::from_millis(50);

/// Answers as an agent does; rules given by hand are real.
struct Agent(Mutex<Manual>);

impl Handler for Agent {
    fn handle(&self, caller: &Caller, request: Request) -> Response {
        if let Some(outcome) =
            manual::carry_out(&mut self.0.lock().unwrap(), caller, &request, jiff::Timestamp::now())
        {
            return outcome.response;
        }
        match request {
            Request::Reload {} => Response::done("loaded"),
            Request::Explain { name, qtype, client } => {
                Response::Explanation(explanation(name, qtype, client))
            }
            Request::Stats {} => Response::Stats(Box::new(stats())),
            other => panic!("{other:?} is about manual rules"),
        }
    }
}

fn explanation(name: String, qtype: u16, client: Option<std::net::IpAddr>) -> Explanation {
    let one = Match {
        origin: "urlhaus".into(),
        id: "list.txt:7".into(),
        what: "||bad.example^".into(),
        action: "nxdomain".into(),
        important: true,
        rank: u64::MAX,
        why: "the only one".into(),
        enforced_by: Enforcer::Agent,
        wins: true,
    };
    Explanation {
        name,
        qtype,
        client,
        matches: vec![one],
        verdict: "nxdomain".into(),
        reason: "listed".into(),
    }
}

fn stats() -> Stats {
    let origin = OriginStats {
        name: "urlhaus".into(),
        kind: "list".into(),
        action: "nxdomain".into(),
        entries: 120_000,
        unreadable: 1,
        ignored: 2,
        hits: u64::MAX,
        changed_at: Some("2026-11-24T01:02:03Z".parse().unwrap()),
        error: Some("no answer".into()),
        from: Provenance::LastGood,
    };
    Stats {
        generation: 3,
        mode: "block".into(),
        on_exit: "detach".into(),
        watchdog_seconds: Some(10),
        enforcing: true,
        names: 120_000,
        kernel_bytes: 1 << 40,
        agent_bytes: 5,
        loaded_at: None,
        load_seconds: 0.25,
        origins: vec![origin; 2],
        learned: Learned { now: 1, max: 2, evicted: 3, refused: 4 },
        manual: 0,
    }
}

/// A folder that others may enter, with a server and its log.
struct Lab {
    folder: TempDir,
    server: Server,
}

impl Lab {
    fn new(patience: Duration) -> Self {
        Self::with(|settings| settings.patience = patience)
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::in_folder(open_folder(), None, change)
    }

    fn of(handler: Arc<dyn Handler>, change: impl FnOnce(&mut Settings)) -> Self {
        Self::in_folder(open_folder(), Some(handler), change)
    }

    fn in_folder(
        folder: TempDir,
        handler: Option<Arc<dyn Handler>>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = settings(folder.path());
        change(&mut settings);
        let handler = handler.unwrap_or_else(|| agent(folder.path()));
        let server = Server::start(settings, handler).unwrap();
        Self { folder, server }
    }

    fn socket(&self) -> PathBuf {
        socket(self.folder.path())
    }

    fn ask(&self, request: &Request) -> Result<Response, ClientError> {
        client::ask(&self.socket(), request).map(|(response, _)| response)
    }

    fn connect(&self) -> UnixStream {
        UnixStream::connect(self.socket()).unwrap()
    }
}

fn open_folder() -> TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = std::fs::Permissions::from_mode(0o755);
    tempfile::Builder::new().permissions(permissions).tempdir().unwrap()
}

fn agent(folder: &Path) -> Arc<Agent> {
    Arc::new(Agent(Mutex::new(Manual::load(folder, jiff::Timestamp::now()).unwrap().0)))
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("run/control.sock")
}

fn settings(folder: &Path) -> Settings {
    Settings { socket: socket(folder), group: None, audit: Audit::new(folder), patience: LONG }
}

#[test]
fn every_request_is_answered_and_changes_are_noted() {
    let lab = Lab::new(LONG);
    let name = || "bad.example".to_owned();
    let block = |name: &str, action, i_mean_it| Request::Block {
        name: name.into(),
        for_seconds: None,
        action,
        i_mean_it,
    };
    let client = Some("192.0.2.1".parse().unwrap());
    let done = Response::done;
    let cases = [
        (Request::Reload {}, done("loaded")),
        (Request::Stats {}, Response::Stats(Box::new(stats()))),
        (
            Request::Explain { name: name(), qtype: 28, client },
            Response::Explanation(explanation(name(), 28, client)),
        ),
        (
            block("Bad.Example.", Block::Drop, false),
            done("bad.example and everything below it: drop until it is forgotten"),
        ),
        (
            Request::Allow { name: name(), for_seconds: None },
            done("bad.example and everything below it: allow until it is forgotten (was drop)"),
        ),
        (Request::Forget { name: name() }, done("bad.example: allow is forgotten")),
        (
            block("com", Block::Drop, false),
            Response::error("com is a top-level domain: to block everything below it, add --i-mean-it"),
        ),
        (block("com", Block::Drop, true), done("com and everything below it: drop until it is forgotten")),
        (Request::Forget { name: "com".into() }, done("com: drop is forgotten")),
        (Request::Manual {}, Response::Manual { rules: Vec::<ManualRule>::new() }),
    ];
    for (request, expected) in &cases {
        assert_eq!(lab.ask(request).unwrap(), *expected, "{request:?}");
    }

    let log = std::fs::read_to_string(lab.folder.path().join("audit.log")).unwrap();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let noted: Vec<String> =
        lines.iter().map(|line| format!("{} {}", line["command"], line["result"])).collect();
    let changes = ["reload", "block", "allow", "forget", "block", "block", "forget"];
    let expected = changes.map(|command| format!("\"{command}\" \"done\""));
    let expected = expected
        .iter()
        .enumerate()
        .map(|(n, line)| if n == 4 { line.replace("done", "error") } else { line.clone() });
    assert_eq!(noted, expected.collect::<Vec<_>>());
    for line in lines {
        assert_eq!(
            (line["uid"].as_u64(), line["pid"].as_u64()),
            (Some(own_uid()), Some(std::process::id().into()))
        );
    }
}

fn own_uid() -> u64 {
    nix::unistd::Uid::effective().as_raw().into()
}

#[test]
fn a_command_that_cannot_be_noted_is_done_with_a_warning() {
    let lab = Lab::with(|settings| settings.audit = Audit::new(Path::new("/nonexistent")));
    let response = lab.ask(&Request::Allow { name: "a.example".into(), for_seconds: Some(3600) }).unwrap();
    let Response::Done { warnings, .. } = response else { panic!("{response:?}") };
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("this command is not in the audit log"), "{warnings:?}");
    let response = lab.ask(&Request::Manual {}).unwrap();
    assert!(matches!(&response, Response::Manual { rules } if rules.len() == 1), "{response:?}");
}
