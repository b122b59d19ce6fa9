//! What is taken, what is kept, and what survives.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::*;

const DROP: What = What::Block(Block::Drop);
const NXDOMAIN: What = What::Block(Block::Nxdomain);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn root() -> Author {
    Author { uid: 0, user: Some("root".into()) }
}

/// A rule given at second 0.
fn rule(name: &str, what: What, seconds: Option<u64>) -> Rule {
    Rule::new(read_name(name).unwrap(), what, root(), at(0), seconds.map(Duration::from_secs)).unwrap()
}

fn load(folder: &Path, second: i64) -> Manual {
    let (manual, broken) = Manual::load(folder, at(second)).unwrap();
    assert_eq!(broken, None);
    manual
}

/// Name and action of all rules.
fn shown(manual: &Manual) -> Vec<String> {
    manual.iter().map(|rule| format!("{} {}", rule.name, rule.what.name())).collect()
}

fn set(manual: &mut Manual, rule: Rule) -> Option<Rule> {
    let change = manual.set(rule).unwrap();
    assert!(change.unsaved.is_none(), "{:?}", change.unsaved);
    change.before
}

#[test]
fn names_are_read_as_typed() {
    let cases = [
        ("a.example", Ok("a.example")),
        ("A.Example.", Ok("a.example")),
        ("bücher.example", Ok("xn--bcher-kva.example")),
        (".", Ok(".")),
        ("", Err(BadName::Empty)),
        ("..", Err(BadName::EmptyLabel)),
        ("192.0.2.1", Err(BadName::Address)),
        ("a b.example", Err(BadName::Character)),
    ];
    for (text, expected) in cases {
        let name = read_name(text).map(|name| name.to_string());
        assert_eq!(name, expected.map(str::to_owned), "{text:?}");
    }
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let name = || read_name("a.example").unwrap();
    let cases = [
        (What::Allow, Some(0), Err(Refused::Duration(Duration::ZERO))),
        (DROP, Some(u64::MAX), Err(Refused::Duration(Duration::from_secs(u64::MAX)))),
        (What::Block(Block::Sinkhole), None, Err(Refused::Sinkhole)),
        (DROP, Some(1), Ok(())),
        (DROP, None, Ok(())),
    ];
    for (what, seconds, expected) in cases {
        let rule = Rule::new(name(), what, root(), at(0), seconds.map(Duration::from_secs));
        assert_eq!(rule.map(|_| ()), expected, "{what:?} {seconds:?}");
    }
}

#[test]
fn blocking_half_the_world_is_not_meant() {
    let cases = [
        (".", DROP, Some("the root of all names")),
        ("com", NXDOMAIN, Some("a top-level domain")),
        ("a.com", NXDOMAIN, None),
        ("com", What::Allow, None),
        (".", What::Allow, None),
    ];
    for (name, what, expected) in cases {
        let refused = rule(name, what, None).check_width().err();
        let expected = expected.map(|what| Refused::TooWide { name: read_name(name).unwrap(), what });
        assert_eq!(refused, expected, "{name} {what:?}");
    }
}

#[test]
fn rules_survive_a_restart_until_they_are_over() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut manual = load(&state, 0);
    assert!(manual.is_empty());
    assert_eq!(set(&mut manual, rule("b.example", DROP, Some(60))), None);
    assert_eq!(set(&mut manual, rule(".", What::Allow, Some(30))), None);
    assert_eq!(set(&mut manual, rule("a.example", NXDOMAIN, None)), None);

    let before: Vec<Rule> = manual.iter().cloned().collect();
    assert_eq!(load(&state, 29).iter().cloned().collect::<Vec<_>>(), before);
    assert_eq!(shown(&load(&state, 30)), ["a.example nxdomain", "b.example drop"]);
    assert_eq!(shown(&load(&state, 60)), ["a.example nxdomain"]);

    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o750);
    assert_eq!(mode(&state.join("manual.json")), 0o640);
}

#[test]
fn a_later_command_replaces_and_forget_removes() {
    let folder = tempfile::tempdir().unwrap();
    let mut manual = load(folder.path(), 0);
    set(&mut manual, rule("a.example", DROP, Some(60)));
    assert_eq!(
        set(&mut manual, rule("A.example.", What::Allow, None)),
        Some(rule("a.example", DROP, Some(60)))
    );
    assert_eq!(shown(&load(folder.path(), 0)), ["a.example allow"]);

    let name = read_name("a.example").unwrap();
    let change = manual.forget(&name).unwrap();
    assert_eq!(change.before, Some(rule("a.example", What::Allow, None)));
    assert!(manual.forget(&name).is_none());
    assert!(load(folder.path(), 0).is_empty());
}

#[test]
fn expiry_gives_what_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut manual = load(folder.path(), 0);
    for (name, seconds) in [("a.example", Some(10)), ("b.example", Some(20)), ("c.example", None)] {
        set(&mut manual, rule(name, DROP, seconds));
    }
    let cases: [(i64, &[&str]); 4] = [(9, &[]), (10, &["a.example"]), (10, &[]), (1000, &["b.example"])];
    for (second, expected) in cases {
        let over: Vec<String> = manual.expire(at(second)).iter().map(|rule| rule.name.to_string()).collect();
        assert_eq!(over, expected, "second {second}");
    }
    assert_eq!(shown(&manual), ["c.example drop"]);
}

#[test]
fn what_a_killed_agent_was_writing_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("manual.json.new");
    set(&mut load(folder.path(), 0), rule("a.example", DROP, None));
    // Killed between write and rename: the old file, and a new one that may be cut off anywhere.
    for left in ["", "{\"version\":1,\"rules\":[{\"na", "{\"version\":1,\"rules\":[]}"] {
        fs::write(&new, left).unwrap();
        assert_eq!(shown(&load(folder.path(), 0)), ["a.example drop"], "{left:?}");
    }
    fs::write(&new, "a longer rest than what is to be written ".repeat(100)).unwrap();
    let mut manual = load(folder.path(), 0);
    set(&mut manual, rule("b.example", DROP, None));
    assert_eq!(shown(&load(folder.path(), 0)), ["a.example drop", "b.example drop"]);
    assert!(!new.exists());
}

#[test]
fn a_broken_file_is_put_aside() {
    let good = r#"{"name":"a.example","action":"drop","since":"2026-11-24T01:02:03Z","until":null,"uid":0,"user":null}"#;
    let many = vec![good; MAX_RULES + 1].join(",");
    let cases = [
        ("nothing", String::new(), "EOF while parsing a value"),
        ("no JSON", "\u{0}\u{1}".into(), "expected value"),
        ("a cut file", format!("{{\"version\":1,\"rules\":[{good}"), "EOF while parsing a list"),
        (
            "another version",
            "{\"version\":2,\"rules\":[]}".into(),
            "version 2, and this program knows version 1",
        ),
        (
            "no name",
            format!("{{\"version\":1,\"rules\":[{}]}}", good.replace("a.example", "a..example")),
            "\"a..example\": an empty label",
        ),
        (
            "no action",
            format!("{{\"version\":1,\"rules\":[{}]}}", good.replace("drop", "dorp")),
            "did not match any variant",
        ),
        ("too many", format!("{{\"version\":1,\"rules\":[{many}]}}"), "10001 rules, more than 10000"),
        ("too long", " ".repeat((16 << 20) + 1), "more than 16777216 bytes"),
    ];
    for (description, text, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let (file, aside) = (folder.path().join("manual.json"), folder.path().join("manual.json.broken"));
        fs::write(&file, &text).unwrap();
        let (manual, broken) = Manual::load(folder.path(), at(0)).unwrap();
        let said = broken.map(|broken| broken.to_string()).unwrap_or_default();
        assert!(said.contains(expected) && said.contains("manual.json.broken"), "{description}: {said}");
        assert!(manual.is_empty(), "{description}");
        assert!(fs::read_to_string(&aside).unwrap() == text, "{description}");
        assert!(load(folder.path(), 0).is_empty(), "{description}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("manual.json")).unwrap();
    let error = Manual::load(folder.path(), at(0)).unwrap_err().to_string();
    assert!(error.contains("manual.json: cannot read it: Is a directory"), "{error}");
}

#[test]
fn a_rule_that_cannot_be_kept_counts_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut manual = load(&state, 0);
    fs::remove_dir(&state).unwrap();
    let change = manual.set(rule("a.example", DROP, None)).unwrap();
    let error = change.unsaved.unwrap().to_string();
    assert!(error.contains("manual.json.new: cannot write it: No such file or directory"), "{error}");
    assert_eq!(shown(&manual), ["a.example drop"]);
}

#[test]
fn there_is_an_end_to_rules() {
    let folder = tempfile::tempdir().unwrap();
    let mut manual = load(folder.path(), 0);
    // Past the file, which would be written ten thousand times.
    for number in 0..MAX_RULES {
        let rule = rule(&format!("{number}.example"), DROP, (number == 0).then_some(1));
        manual.rules.insert(rule.name.clone(), rule);
    }
    assert_eq!(manual.set(rule("new.example", DROP, None)).unwrap_err(), Refused::Full);
    assert!(set(&mut manual, rule("7.example", What::Allow, None)).is_some());
    assert_eq!(manual.expire(at(1)).len(), 1);
    assert_eq!(set(&mut manual, rule("new.example", DROP, None)), None);
    assert_eq!(manual.len(), MAX_RULES);
    assert_eq!(load(folder.path(), 1).len(), MAX_RULES);
}
