//! The operator's commands to a running agent, and what only looks, exempts, or matters more.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    process::{Command, Output},
};

use dns_monitor_tests::{
    Agent, Lab, Rules,
    agent::program,
    event::{difference, fits, said},
    namespace::succeed,
    wait,
};
use serde_json::{Value, json};

const PASSED: &str = "event allowed dns-lookup success answer NOERROR pass - - -";

/// The response code that a client gets.
fn status(lab: &Lab, client: usize, name: &str) -> String {
    let printed = lab.ask(client, &[name, "A"]).unwrap();
    printed.split_once("status: ").unwrap().1.split_once(',').unwrap().0.to_owned()
}

/// What the event of a client's lookup says.
fn event(agent: &mut Agent, name: &str, client: &str) -> Value {
    let asked = json!({"dns": {"question": {"name": name}}, "client": {"ip": client}});
    agent.wait_event(name, |event| fits(event, &asked)).unwrap()
}

/// A list with one name, and an agent that has it.
fn configured<'l>(lab: &'l Lab, settings: &str, list: &str) -> Rules<'l> {
    let rules = Rules::new(lab).unwrap();
    rules.write("listed.txt", "listed.w.lab.example\n").unwrap();
    rules.configure(settings, &rules.list("listed", list)).unwrap();
    rules
}

/// A command, a name it is about, and what becomes of a lookup of that.
const COMMANDS: &[(&[&str], &str, &str)] = &[
    (&["block", "by-hand.w.lab.example"], "a.by-hand.w.lab.example", "NXDOMAIN"),
    (&["block", "by-hand.w.lab.example", "--action", "refused"], "b.by-hand.w.lab.example", "REFUSED"),
    (&["allow", "c.listed.w.lab.example"], "c.listed.w.lab.example", "NOERROR"),
    (&["allow", "by-hand.w.lab.example"], "d.by-hand.w.lab.example", "NOERROR"),
    (&["block", "e.by-hand.w.lab.example"], "e.by-hand.w.lab.example", "NXDOMAIN"),
    (&["block", "forgotten.w.lab.example"], "forgotten.w.lab.example", "NXDOMAIN"),
    (&["forget", "forgotten.w.lab.example"], "g.forgotten.w.lab.example", "NOERROR"),
    (&["reload"], "h.by-hand.w.lab.example", "NOERROR"),
];

#[test]
fn commands_hold_at_once_and_after_a_restart() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "", "");
    let mut agent = rules.start(&[]).unwrap();
    for (words, name, expected) in COMMANDS {
        let printed = rules.tell(words).unwrap();
        assert!(!printed.is_empty(), "{words:?}");
        assert_eq!(status(&lab, 0, name), *expected, "{words:?}: {printed}");
    }
    let found = event(&mut agent, "e.by-hand.w.lab.example", "10.53.0.10");
    assert_eq!(said(&found), "event denied dns-answer success answer NXDOMAIN nxdomain kernel - manual");
    let manual = json!({"rule": {"ruleset": "manual", "name": "manual"}});
    assert_eq!(difference(&found, &manual), None, "{found:#}");
    let list = rules.ask(&["manual"]).unwrap()["rules"].as_array().unwrap().clone();
    let first = json!({"name": "by-hand.w.lab.example", "action": "allow", "uid": 0, "user": "root"});
    assert!(list.len() == 3 && list.iter().any(|rule| fits(rule, &first)), "{list:?}");
    assert_eq!(rules.hits("manual").unwrap(), 7);
    assert!(agent.stop().unwrap().status.success());

    let agent = rules.start(&[]).unwrap();
    for (name, expected) in [
        ("r.e.by-hand.w.lab.example", "NXDOMAIN"),
        ("r.by-hand.w.lab.example", "NOERROR"),
        ("r.c.listed.w.lab.example", "NOERROR"),
        ("r.listed.w.lab.example", "NXDOMAIN"),
        ("r.forgotten.w.lab.example", "NOERROR"),
    ] {
        assert_eq!(status(&lab, 0, name), expected, "{name} after a restart");
    }
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn a_command_ends_when_its_time_is_over() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "", "");
    let agent = rules.start(&[]).unwrap();
    rules.tell(&["block", "short.w.lab.example", "--for", "2s"]).unwrap();
    rules.tell(&["block", "long.w.lab.example", "--for", "1h"]).unwrap();
    rules.tell(&["allow", "listed.w.lab.example", "--for", "2s"]).unwrap();
    assert_eq!(status(&lab, 0, "long.w.lab.example"), "NXDOMAIN");
    for (name, expected) in [("short.w.lab.example", "NOERROR"), ("listed.w.lab.example", "NXDOMAIN")] {
        wait::until("it is over", || Ok((status(&lab, 0, name) == expected).then_some(()))).unwrap();
    }
    wait::until("the others are no longer listed", || {
        let list = rules.ask(&["manual"])?;
        let names: Vec<_> =
            list["rules"].as_array().into_iter().flatten().map(|rule| &rule["name"]).collect();
        Ok((names == ["long.w.lab.example"]).then_some(()))
    })
    .unwrap();
    assert_eq!(status(&lab, 0, "still.long.w.lab.example"), "NXDOMAIN");
    assert!(agent.stop().unwrap().status.success());
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// A command, its exit status, and what it says.
const EXITS: &[(&[&str], i32, &str)] = &[
    (&["block", "bad.w.lab.example", "--for", "1h"], 0, "nxdomain until 20"),
    (&["block", "org"], 1, "top-level domain"),
    (&["block", "lab.example"], 1, "--i-mean-it"),
    (&["block", "com", "--i-mean-it"], 0, "com and everything below it"),
    (&["forget", "com"], 0, "nxdomain is forgotten"),
    (&["forget", "com"], 1, "there is no manual rule for com"),
    (&["reload"], 0, "rules in force"),
    (&["stats"], 0, "listed"),
    (&["manual"], 0, "bad.w.lab.example"),
    (&["explain", "x.listed.w.lab.example"], 0, "nxdomain listed.w.lab.example by listed ("),
    (&["block", "a..b"], 2, "a..b"),
    (&["block", "bad.example", "--for", "soon"], 2, "soon"),
    (&["block", "bad.example", "--action", "sinkhole"], 2, "sinkhole"),
    (&["unblock", "bad.example"], 2, "unblock"),
];

#[test]
fn exit_codes_and_the_audit_log() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "own_zones = [\"lab.example\"]", "");
    let output = rules.try_tell(&["stats"]).unwrap();
    assert!(output.status.code() == Some(1) && told(&output).contains("no agent listens"), "{output:?}");
    let agent = rules.start(&[]).unwrap();
    for (words, code, says) in EXITS {
        let output = rules.try_tell(words).unwrap();
        assert_eq!(output.status.code(), Some(*code), "{words:?}: {}", told(&output));
        assert!(told(&output).contains(*says), "{words:?}: no {says:?} in {}", told(&output));
    }
    let lines = rules.audit().unwrap();
    let commands: Vec<_> = lines
        .iter()
        .map(|line| {
            [&line["command"], &line["name"], &line["result"]].map(|v| v.as_str().unwrap_or("-")).join(" ")
        })
        .collect();
    let expected = [
        "block bad.w.lab.example done",
        "block org error",
        "block lab.example error",
        "block com done",
        "forget com done",
        "forget com error",
        "reload - done",
    ];
    assert_eq!(commands, expected);
    for line in &lines {
        assert_eq!(difference(line, &json!({"uid": 0, "user": "root"})), None, "{line}");
        assert!(line["pid"].as_u64() > Some(1) && line["time"].as_str().unwrap().ends_with('Z'), "{line}");
    }
    assert!(agent.stop().unwrap().status.success());
    assert!(!rules.socket().exists());
}

/// `rules` as a user with no rights at all.
fn as_nobody(lab: &Lab, rules: &Rules<'_>, words: &[&str]) -> Output {
    // Where anybody can execute it.
    let copy = lab.folder().join("dns-monitor.bin");
    if !copy.exists() {
        fs::copy(program().unwrap(), &copy).unwrap();
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(copy).arg("rules").args(words);
    command.arg("--socket").arg(rules.socket()).output().unwrap()
}

#[test]
fn nobody_may_command_unless_the_group_says_so() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "", "");
    let agent = rules.start(&[]).unwrap();
    for words in [&["stats"][..], &["block", "nobody.w.lab.example"], &["reload"]] {
        let output = as_nobody(&lab, &rules, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {}", told(&output));
        assert!(told(&output).contains("permission denied"), "{words:?}: {}", told(&output));
    }
    assert_eq!(status(&lab, 0, "nobody.w.lab.example"), "NOERROR");
    assert!(agent.stop().unwrap().status.success());

    let config = fs::read_to_string(rules.config()).unwrap();
    let config = config.replace("[control]", "[control]\ngroup = \"nogroup\"");
    rules.write("dns-monitor.toml", config).unwrap();
    let agent = rules.start(&[]).unwrap();
    let output = as_nobody(&lab, &rules, &["block", "group.w.lab.example"]);
    assert!(output.status.success(), "{}", told(&output));
    assert_eq!(status(&lab, 0, "group.w.lab.example"), "NXDOMAIN");
    let lines = rules.audit().unwrap();
    assert_eq!(difference(&lines[0], &json!({"uid": 65534, "user": "nobody"})), None, "{lines:?}");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn what_only_tries_touches_nothing() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "", "");
    let would = "mode = \"would-block\"";
    for (name, settings, list) in [("global", would, ""), ("list", "", would)] {
        rules.configure(settings, &rules.list("listed", list)).unwrap();
        let mut agent = rules.start(&[]).unwrap();
        for (transport, option) in [("udp", "+notcp"), ("tcp", "+tcp")] {
            let name = format!("{name}-{transport}.listed.w.lab.example");
            let printed = lab.ask(0, &["+short", option, &name, "A"]).unwrap();
            assert_eq!(printed, "192.0.2.82\n", "{name}");
            let found = event(&mut agent, &name, "10.53.0.10");
            let expected = "alert allowed dns-lookup success answer NOERROR would-nxdomain - medium listed";
            assert_eq!(said(&found), expected, "{name}: {found:#}");
            assert!(lab.resolver_named().query_log().unwrap().contains(&name));
        }
        let explanation = rules.ask(&["explain", "x.listed.w.lab.example"]).unwrap();
        assert_eq!(explanation["verdict"], "would-nxdomain", "{explanation}");
        assert_eq!(rules.hits("listed").unwrap(), 2);
        // A command of the operator only tries where everything does.
        rules.tell(&["block", "by-hand.w.lab.example"]).unwrap();
        let by_hand = format!("{name}.by-hand.w.lab.example");
        let expected = if name == "global" { "NOERROR" } else { "NXDOMAIN" };
        assert_eq!(status(&lab, 0, &by_hand), expected, "{by_hand}");
        assert!(agent.stop().unwrap().status.success());
    }
}

#[test]
fn an_exempt_client_is_left_alone() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab, "exempt = [\"10.53.0.10\", \"fd53::b\"]", "");
    let mut agent = rules.start(&[]).unwrap();
    rules.tell(&["block", "by-hand.w.lab.example"]).unwrap();
    for name in ["exempt.listed.w.lab.example", "exempt.by-hand.w.lab.example"] {
        assert_eq!(
            (status(&lab, 0, name), status(&lab, 1, name)),
            ("NOERROR".into(), "NXDOMAIN".into()),
            "{name}"
        );
        assert_eq!(said(&event(&mut agent, name, "10.53.0.10")), PASSED, "{name}");
    }
    for (client, expected) in [(1, "NOERROR"), (2, "NXDOMAIN")] {
        let printed = lab.ask(client, &["@fd53::2", "six.listed.w.lab.example", "A"]).unwrap();
        assert!(printed.contains(&format!("status: {expected}")), "{client}:\n{printed}");
    }
    let explained = |client| rules.ask(&["explain", "x.listed.w.lab.example", "--client", client]).unwrap();
    assert_eq!(explained("10.53.0.10")["verdict"], "pass");
    assert_eq!(explained("10.53.0.11")["verdict"], "nxdomain");
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn what_is_important_beats_what_is_allowed_and_a_command_beats_both() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    let names = "both.w.lab.example\n";
    for (list, text) in [
        ("allowed", names.to_owned() + "allowed.w.lab.example\n"),
        ("plain", "allowed.w.lab.example\n".into()),
        ("vital", names.into()),
    ] {
        rules.write(&format!("{list}.txt"), text).unwrap();
    }
    let specs = [
        rules.list("allowed", "action = \"allow\""),
        rules.list("plain", "action = \"refused\""),
        rules.list("vital", "action = \"nxdomain\"\nimportant = true"),
    ];
    rules.configure("", &specs.concat()).unwrap();
    let agent = rules.start(&[]).unwrap();
    assert_eq!(status(&lab, 0, "a.allowed.w.lab.example"), "NOERROR");
    assert_eq!(status(&lab, 0, "a.both.w.lab.example"), "NXDOMAIN");
    let config = rules.config().display().to_string();
    let mut explain = Command::new(program().unwrap());
    let words = ["rules", "explain", "a.both.w.lab.example", "--format", "json", "--config", &config];
    let explanation: Value = serde_json::from_str(&succeed(explain.args(words)).unwrap()).unwrap();
    let found: Vec<_> = explanation["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| {
            [&found["origin"], &found["action"], &found["enforced_by"]].map(|v| v.as_str().unwrap()).join(" ")
        })
        .collect();
    assert_eq!(found, ["vital nxdomain kernel", "allowed allow kernel"], "{explanation}");
    assert!(explanation["matches"][0]["wins"] == true && explanation["matches"][0]["important"] == true);
    rules.tell(&["allow", "both.w.lab.example"]).unwrap();
    assert_eq!(status(&lab, 0, "b.both.w.lab.example"), "NOERROR");
    rules.tell(&["forget", "both.w.lab.example"]).unwrap();
    assert_eq!(status(&lab, 0, "c.both.w.lab.example"), "NXDOMAIN");
    assert!(agent.stop().unwrap().status.success());
}
