//! Commands as data: what is said, and what changes.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;
use crate::rules::action::Block;

const CALLER: Caller = Caller { uid: 0, gid: 0, pid: 1 };

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// What is said, and what changed.
fn told(manual: &mut Manual, second: i64, request: &Request) -> (String, String) {
    let Outcome { response, change } = carry_out(manual, &CALLER, request, at(second)).unwrap();
    let said = match response {
        Response::Done { message, warnings } => [vec![message], warnings].concat().join("; "),
        Response::Error { message, .. } => format!("no: {message}"),
        Response::Manual { rules } => {
            rules.iter().map(|rule| format!("{} {} by {:?}", rule.name, rule.action, rule.user)).collect()
        }
        other => format!("{other:?}"),
    };
    let change = change.map_or_else(String::new, |change| match change {
        Changed::Set(rule) => format!("+{}", rule.name),
        Changed::Forgotten(name) => format!("-{name}"),
    });
    (said, change)
}

fn allow(name: &str, for_seconds: Option<u64>) -> Request {
    Request::Allow { name: name.into(), for_seconds }
}

fn block(name: &str, action: Block, i_mean_it: bool) -> Request {
    Request::Block { name: name.into(), for_seconds: None, action, i_mean_it }
}

fn forget(name: &str) -> Request {
    Request::Forget { name: name.into() }
}

#[test]
fn commands_change_rules_and_say_how() {
    let folder = tempfile::tempdir().unwrap();
    let (mut manual, _) = Manual::load(folder.path(), at(0)).unwrap();
    let cases = [
        (
            allow("A.example.", Some(60)),
            "a.example and everything below it: allow until 2027-01-15T08:01:00Z",
            "+a.example",
        ),
        (Request::Manual {}, "a.example allow by Some(\"root\")", ""),
        (
            block("a.example", Block::Nodata, false),
            "a.example and everything below it: nodata until it is forgotten (was allow)",
            "+a.example",
        ),
        (forget("a.EXAMPLE"), "a.example: nodata is forgotten", "-a.example"),
        (
            forget("a.example"),
            "no: there is no manual rule for a.example: dns-monitor rules manual lists those there are",
            "",
        ),
        (allow("a..b", None), "no: \"a..b\" is no name: an empty label", ""),
        (allow("a.example", Some(0)), "no: a rule for 0ns is none: give a duration such as 2h", ""),
        (
            block("a.example", Block::Sinkhole, true),
            "no: a sinkhole needs addresses: give it as a [[rule]] of the configuration, or block with another action",
            "",
        ),
        (
            block(".", Block::Drop, false),
            "no: . is the root of all names: to block everything below it, add --i-mean-it",
            "",
        ),
        (block(".", Block::Drop, true), ". and everything below it: drop until it is forgotten", "+."),
    ];
    for (request, said, change) in cases {
        assert_eq!(told(&mut manual, 0, &request), (said.into(), change.into()), "{request:?}");
    }
}

#[test]
fn rules_that_are_over_are_not_listed_and_not_dropped_unseen() {
    let folder = tempfile::tempdir().unwrap();
    let (mut manual, _) = Manual::load(folder.path(), at(0)).unwrap();
    told(&mut manual, 0, &allow("a.example", Some(60)));
    let cases = [
        (59, Request::Manual {}, "a.example allow by Some(\"root\")"),
        (60, Request::Manual {}, ""),
        (
            60,
            block("b.example", Block::Drop, false),
            "b.example and everything below it: drop until it is forgotten",
        ),
        (60, forget("b.example"), "b.example: drop is forgotten"),
    ];
    for (second, request, said) in cases {
        assert_eq!(told(&mut manual, second, &request).0, said, "{request:?}");
    }
    assert_eq!(manual.expire(at(60)).len(), 1);
}

#[test]
fn other_commands_are_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let (mut manual, _) = Manual::load(folder.path(), at(0)).unwrap();
    let explain = Request::Explain { name: "a".into(), qtype: 1, client: None };
    for request in [Request::Reload {}, Request::Stats {}, explain] {
        assert_eq!(carry_out(&mut manual, &CALLER, &request, at(0)), None, "{request:?}");
    }
}

#[test]
fn a_rule_that_is_not_kept_is_in_force_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let (mut manual, _) = Manual::load(&state, at(0)).unwrap();
    std::fs::remove_dir(&state).unwrap();
    let (said, change) = told(&mut manual, 0, &block("a.example", Block::Drop, false));
    assert!(said.contains("forgotten; in force, but a restart would lose it: /"), "{said}");
    assert_eq!(change, "+a.example");
}
