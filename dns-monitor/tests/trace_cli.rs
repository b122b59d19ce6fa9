//! `dns-monitor trace` and `dns-monitor who` as their users call them: files, pipes, garbage, help.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod replay_support;

use std::{
    fs,
    io::Write as _,
    path::PathBuf,
    process::{Output, Stdio},
};

use replay_support::agent;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A lookup of the resolver's with its cause, so many seconds after noon.
fn event(second: u32, port: u16, id: u16, name: &str, host: u8) -> String {
    format!(
        r#"{{"@timestamp":"2026-11-26T12:00:{second:02}.000000000Z","ecs":{{"version":"9.0.0"}},"event":{{"action":"dns-lookup","duration":1000000}},"client":{{"ip":"10.0.0.2","port":{port}}},"server":{{"ip":"192.0.2.53","port":53}},"dns":{{"type":"answer","id":"{id}","question":{{"name":"{name}","type":"A"}}}},"dns_monitor":{{"role":"resolver","cause":[{{"@timestamp":"2026-11-26T12:00:{second:02}.000000000Z","client":{{"ip":"10.0.0.{host}","port":7,"domain":"host{host}"}},"dns":{{"id":"9"}},"question":{{"name":"{name}","type":"A"}},"certainty":"sole"}}]}}}}"#
    )
}

fn client(second: u32, name: &str, host: u8) -> String {
    format!(
        r#"{{"@timestamp":"2026-11-26T12:00:{second:02}.000000000Z","ecs":{{"version":"9.0.0"}},"event":{{"action":"dns-lookup"}},"client":{{"ip":"10.0.0.{host}","port":7,"domain":"host{host}"}},"server":{{"ip":"10.0.0.2","port":53}},"dns":{{"type":"answer","id":"9","question":{{"name":"{name}","type":"A"}}}},"dns_monitor":{{"role":"client","cache":"miss"}}}}"#
    )
}

fn eve(second: u32, port: u16, id: u16, name: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-11-26T12:00:{second:02}.000000+0000","event_type":"alert","src_ip":"10.0.0.2","src_port":{port},"dest_ip":"192.0.2.53","dest_port":53,"alert":{{"signature":"bad","signature_id":1}},"dns":{{"query":[{{"id":{id},"rrname":"{name}"}}]}}}}"#
    )
}

const GAP: &str = r#"{"@timestamp":"2026-11-26T12:00:50.000000000Z","ecs":{"version":"9.0.0"},"event":{"action":"dns-gap"},"dns_monitor":{"lost":{"kernel":3,"decode":0,"sink":0}}}"#;

struct World {
    folder: TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: TempDir::new().unwrap() };
        let events =
            [event(1, 1001, 11, "bad.example", 11), event(2, 1002, 12, "worse.example", 12), GAP.to_owned()];
        world.write("events", &events.join("\n"));
        world
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Runs it in the folder, with this on standard input.
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = agent();
        child.current_dir(self.folder.path()).args(arguments);
        let mut child =
            child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may end before it has read all.
        let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// How sure and which machines, a line each; or why not.
fn told(output: &Output) -> Vec<String> {
    let line = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let trace = &value["dns_monitor"]["trace"];
        let word = trace["sure"].as_str().or(trace["unmatched"]["reason"].as_str()).unwrap().to_owned();
        let hosts =
            value["related"]["hosts"].as_array().into_iter().flatten().map(|host| host.as_str().unwrap());
        [word.as_str()].into_iter().chain(hosts).collect::<Vec<_>>().join(" ")
    };
    stdout(output).lines().map(line).collect()
}

/// What it shows, arguments, standard input, exit status, and what is told.
type Case<'a> = (&'a str, &'a [&'a str], &'a str, i32, &'a [&'a str]);

#[test]
fn every_way_to_ask_finds_the_machine() {
    let world = World::new();
    world.write("alerts", &eve(1, 1001, 11, "bad.example"));
    let events = fs::read_to_string(world.folder.path().join("events")).unwrap();
    let two = format!("{}\n{}\n", eve(2, 1002, 12, "worse.example"), eve(1, 1001, 11, "bad.example"));
    let cases: [Case<'_>; 13] = [
        ("a file", &["--alerts", "alerts", "--events", "events"], "", 0, &["exact host11"]),
        (
            "alerts from standard input",
            &["--alerts", "-", "--events", "events"],
            &two,
            0,
            &["exact host12", "exact host11"],
        ),
        (
            "events from standard input",
            &["--alerts", "alerts", "--events", "-"],
            &events,
            0,
            &["exact host11"],
        ),
        (
            "two files of events",
            &["--alerts", "alerts", "--events", "events", "--events", "events"],
            "",
            0,
            &["exact host11"],
        ),
        (
            "two files of alerts",
            &["--alerts", "alerts", "--alerts", "-", "--events", "events"],
            &two,
            0,
            &["exact host11", "exact host12", "exact host11"],
        ),
        (
            "the command line",
            &[
                "--flow",
                "10.0.0.2:1001",
                "--id",
                "11",
                "--name",
                "Bad.Example.",
                "--at",
                "2026-11-26T12:00:01Z",
                "--events",
                "events",
            ],
            "",
            0,
            &["exact host11"],
        ),
        ("a connection", &["--flow", "10.0.0.2:1002", "--events", "events"], "", 0, &["flow host12"]),
        ("a name", &["--name", "bad.example", "--events", "events"], "", 0, &["name host11"]),
        (
            "id and name",
            &["--id", "0xb", "--name", "bad.example", "--events", "events"],
            "",
            0,
            &["id-name host11"],
        ),
        ("another name", &["--name", "good.example", "--events", "events"], "", 1, &["lost"]),
        (
            "a time without a loss",
            &[
                "--name",
                "good.example",
                "--at",
                "2026-11-26T12:00:01Z",
                "--window",
                "5s",
                "--events",
                "events",
            ],
            "",
            1,
            &["no-such-lookup"],
        ),
        (
            "a zone",
            &[
                "--name",
                "bad.example",
                "--at",
                "2026-11-26 14:00:01",
                "--zone",
                "+02:00",
                "--window",
                "0s",
                "--events",
                "events",
            ],
            "",
            0,
            &["name-time host11"],
        ),
        ("no alerts", &["--alerts", "-", "--events", "events"], "\n", 0, &[]),
    ];
    for (what, arguments, input, status, expected) in cases {
        let output = world.run(&[&["trace", "--format", "json"], arguments].concat(), input);
        assert_eq!(
            (output.status.code(), told(&output)),
            (Some(status), expected.iter().map(ToString::to_string).collect()),
            "{what}: {output:?}"
        );
    }
}

#[test]
fn why_there_is_no_match_and_how_it_ends() {
    let world = World::new();
    let foreign =
        eve(1, 1001, 11, "bad.example").replace("10.0.0.2", "10.9.9.9").replace("192.0.2.53", "192.0.2.99");
    let cases = [
        ("another resolver", foreign.replace("bad.", "x."), "other-resolver"),
        ("too early", eve(1, 1001, 11, "x.example").replace("11-26", "11-25"), "before-memory"),
        ("too late", eve(1, 1001, 11, "x.example").replace("11-26", "11-27"), "after-memory"),
        ("lost", eve(49, 1001, 11, "x.example"), "lost"),
        ("none", eve(10, 1001, 11, "x.example"), "no-such-lookup"),
        ("not DNS", r#"{"event_type":"alert","src_ip":"10.0.0.2","src_port":5,"dest_ip":"192.0.2.1","dest_port":443}"#.to_owned(), "not-dns"),
    ];
    for (what, alert, expected) in cases {
        let output = world.run(&["trace", "--alerts", "-", "--events", "events", "--format", "json"], &alert);
        assert_eq!(
            (output.status.code(), told(&output)),
            (Some(1), vec![expected.to_owned()]),
            "{what}: {output:?}"
        );
    }
}

#[test]
fn garbage_is_told_with_its_place_and_the_rest_is_traced() {
    let world = World::new();
    let alerts = format!(
        "{}\n{{\"half\n\0\u{1}\nnothing here\n{}",
        eve(1, 1001, 11, "bad.example"),
        eve(2, 1002, 12, "worse.example")
    );
    world.write("alerts", &alerts);
    // At a glance it is what the first alert means, and no event: a part of it is lost.
    let torn = event(4, 1001, 11, "bad.example", 14).replace(r#","certainty":"sole""#, "");
    let torn = torn.replace(r#""cause":[{"#, r#""cause":[{{"#);
    let third = event(3, 1003, 13, "third.example", 13);
    world.write("broken", &format!("{third}\n{torn}\n{{\"@timestamp\":\"2026-11"));
    let output = world.run(
        &["trace", "--alerts", "alerts", "--events", "events", "--events", "broken", "--format", "json"],
        "",
    );
    assert_eq!(
        (output.status.code(), told(&output)),
        (Some(1), vec!["exact host11".into(), "exact host12".into()])
    );
    for words in [
        "alerts:2: not JSON",
        "alerts:3: names no lookup",
        "alerts:4: names no lookup",
        "broken:3: no event: EOF",
        "2 alerts: 2 matched, 0 not; 3 lines unreadable",
        "5 events read, 2 lines unreadable, 1 gaps",
        "the sensor's clock is 0.000 ms ahead of the resolver's (2 exact matches, within 0.000 ms)",
    ] {
        assert!(stderr(&output).contains(words), "{words:?} is missing: {}", stderr(&output));
    }
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_traced() {
    let world = World::new();
    world.write("alerts", &eve(1, 1001, 11, "bad.example"));
    let cases: [(&str, &[&str], &str, &[&str]); 4] = [
        (
            "no such events",
            &["--alerts", "alerts", "--events", "events", "--events", "missing"],
            "missing: No such file or directory",
            &["exact host11"],
        ),
        ("a folder of events", &["--alerts", "alerts", "--events", "."], ".: is a directory", &["no-events"]),
        (
            "no such alerts",
            &["--alerts", "missing", "--events", "events"],
            "missing: No such file or directory",
            &[],
        ),
        ("a folder of alerts", &["--alerts", ".", "--events", "events"], ".: Is a directory", &[]),
    ];
    for (what, arguments, words, expected) in cases {
        let output = world.run(&[&["trace", "--format", "json"], arguments].concat(), "");
        assert_eq!(
            (output.status.code(), told(&output)),
            (Some(2), expected.iter().map(ToString::to_string).collect()),
            "{what}"
        );
        assert!(stderr(&output).contains(words), "{what}: {}", stderr(&output));
        assert!(
            stderr(&output).contains("files could not be read to the end"),
            "{what}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn an_alert_comes_out_as_it_was_and_enriched() {
    let world = World::new();
    let alert = eve(1, 1001, 11, "bad.example");
    let output = world.run(&["trace", "--alerts", "-", "--events", "events", "--format", "json"], &alert);
    let text = stdout(&output);
    assert!(text.starts_with(alert.trim_end_matches('}')), "{text}");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["related"], json!({"ip": ["10.0.0.11"], "hosts": ["host11"]}));
    let client = json!({"ip": "10.0.0.11", "port": 7, "domain": "host11"});
    assert_eq!(value["dns_monitor"]["trace"]["machines"][0]["client"], client);
    let output = world.run(&["trace", "--alerts", "-", "--events", "events"], &alert);
    for words in [
        "exact: connection, id and name are the same",
        "machine host11 10.0.0.11  sole: nobody else waited for it",
    ] {
        assert!(stdout(&output).contains(words), "{words:?} is missing: {}", stdout(&output));
    }
}

/// What it shows, arguments, exit status, and the machines with their lookups.
type Whose = (&'static str, &'static [&'static str], i32, &'static [(&'static str, u64)]);

#[test]
fn who_looked_a_name_up() {
    let world = World::new();
    let lines = [
        client(5, "bad.example", 12),
        client(1, "www.bad.example", 11),
        client(9, "bad.example", 11),
        client(3, "notbad.example", 13),
        event(1, 1001, 11, "bad.example", 11),
    ];
    world.write("asked", &lines.join("\n"));
    let cases: [Whose; 4] = [
        ("the name and below", &["bad.example", "--events", "asked"], 0, &[("host11", 2), ("host12", 1)]),
        ("below", &["WWW.bad.example.", "--events", "asked"], 0, &[("host11", 1)]),
        ("nobody", &["good.example", "--events", "asked"], 1, &[]),
        (
            "a file that is not there",
            &["bad.example", "--events", "asked", "--events", "x"],
            2,
            &[("host11", 2), ("host12", 1)],
        ),
    ];
    for (what, arguments, status, expected) in cases {
        let output = world.run(&[&["who", "--format", "json"], arguments].concat(), "");
        let text = stdout(&output);
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let found: Vec<_> = lines
            .map(|line| {
                (line["client"]["domain"].as_str().unwrap().to_owned(), line["lookups"].as_u64().unwrap())
            })
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(host, lookups)| ((*host).to_owned(), *lookups)).collect();
        assert_eq!((output.status.code(), found), (Some(status), expected), "{what}: {output:?}");
    }
    let output = world.run(&["who", "bad.example", "--events", "asked"], "");
    let expected = "2026-11-26T12:00:01.000000Z  2026-11-26T12:00:09.000000Z         2  host11 10.0.0.11\n\
                    2026-11-26T12:00:05.000000Z  2026-11-26T12:00:05.000000Z         1  host12 10.0.0.12\n";
    assert_eq!(stdout(&output), expected);
}

#[test]
fn the_command_line_explains_itself() {
    let cases: [(&[&str], i32, &[&str]); 13] = [
        (
            &["trace", "--help"],
            0,
            &["--alerts", "--events", "--flow", "--window", "--zone", "Exit status, as of grep"],
        ),
        (&["who", "--help"], 0, &["--events", "<NAME>", "Exit status, as of grep"]),
        (&["trace"], 2, &["--events"]),
        (&["trace", "--events", "x"], 2, &["nothing to trace"]),
        (&["trace", "--events", "x", "--id", "7"], 2, &["nothing to trace"]),
        (&["trace", "--events", "-", "--alerts", "-"], 2, &["only one of --alerts and --events"]),
        (&["trace", "--events", "x", "--flow", "10.0.0.2"], 2, &["192.0.2.53:4711"]),
        (&["trace", "--events", "x", "--flow", "fd53::2:53"], 2, &["[2001:db8::53]:4711"]),
        (&["trace", "--events", "x", "--id", "65536"], 2, &["from 0 to 65535"]),
        (&["trace", "--events", "x", "--name", ""], 2, &["a domain name"]),
        (&["trace", "--events", "x", "--name", "a.example", "--at", "noon"], 2, &["--at noon: not a time"]),
        (&["trace", "--events", "x", "--name", "a.example", "--zone", "Mars"], 2, &["a time zone"]),
        (&["trace", "--events", "x", "--name", "a.example", "--window", "2d"], 2, &["from 0s to 24h"]),
    ];
    for (arguments, status, words) in cases {
        let output = agent().args(arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        let says = if status == 0 { stdout(&output) } else { stderr(&output) };
        for word in words {
            assert!(says.contains(word), "{arguments:?} without {word:?}: {says}");
        }
    }
}
