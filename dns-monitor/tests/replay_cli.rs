//! The agent as its users call it: files that are there or not, pipes that close, help that helps.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod cli_support;
mod replay_support;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use cli_support::{HEADER, capture, exchange, hole, query};
use replay_support::{agent, replay};
use serde_json::Value;
use tempfile::TempDir;

fn write(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The lines of standard error that are not the ledger's.
fn said(output: &Output) -> Vec<String> {
    let all = stderr(output);
    all.lines()
        .filter(|line| line.starts_with("dns-monitor: ") && !line.ends_with("ledger"))
        .map(str::to_owned)
        .collect()
}

fn events(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_replayed() {
    let folder = TempDir::new().unwrap();
    let good = write(&folder, "good.pcap", &capture(&exchange(7, 0)));
    let bytes = capture(&exchange(8, 0));
    let missing = folder.path().join("missing.pcap");
    // File, why, and how many of its lookups there are.
    let cases = [
        (missing, "cannot open {}: No such file or directory (os error 2)", 0),
        (folder.path().to_owned(), "cannot read packet 0 of {}: Is a directory (os error 21)", 0),
        (write(&folder, "empty.pcap", b""), "{} breaks off within packet 0", 0),
        (write(&folder, "three.pcap", &HEADER[..3]), "{} breaks off within packet 0", 0),
        (write(&folder, "half.pcap", &HEADER[..20]), "{} breaks off within packet 0", 0),
        (
            write(&folder, "garbage.pcap", b"This is no capture at all"),
            "{} is neither a pcap nor a pcapng file",
            0,
        ),
        (write(&folder, "cut.pcap", &bytes[..bytes.len() - 1]), "{} breaks off within packet 2", 1),
    ];
    for (file, reason, lookups) in cases {
        let warning = format!("dns-monitor: warning: {}", reason.replace("{}", &file.display().to_string()));
        for (files, summary, expected) in
            [(vec![&file], "1 of 1 files", lookups), (vec![&file, &good], "1 of 2 files", 1 + lookups)]
        {
            let output = replay(&files);
            let last = format!("dns-monitor: error: {summary} could not be read to the end");
            assert_eq!(said(&output), [warning.as_str(), &last], "{file:?}");
            assert_eq!(output.status.code(), Some(1), "{file:?}");
            assert_eq!(events(&output).len(), expected, "{file:?}");
        }
    }
}

#[test]
fn a_capture_without_packets_is_no_error() {
    let folder = TempDir::new().unwrap();
    let output = replay(&[write(&folder, "none.pcap", HEADER)]);
    assert_eq!(
        (output.status.code(), output.stdout.len(), said(&output).len()),
        (Some(0), 0, 0),
        "{output:?}"
    );
    assert!(stderr(&output).contains("events     seen 0 = emitted 0 + filtered 0 + lost 0"), "{output:?}");
}

#[test]
fn files_are_one_capture_in_the_order_given() {
    let folder = TempDir::new().unwrap();
    let [asked, told] = [0, 1].map(|part| exchange(7, 0)[part].clone());
    let first = write(&folder, "b.pcap", &capture(&[asked, query(8, 1)]));
    let second = write(&folder, "a.pcap", &capture(&[told]));
    let output = replay(&[&first, &second]);
    assert_eq!(output.status.code(), Some(0));
    let found: Vec<_> = events(&output)
        .iter()
        .map(|event| {
            (
                event["event"]["sequence"].as_u64().unwrap(),
                event["dns"]["id"].clone(),
                event["event"]["duration"].clone(),
            )
        })
        .collect();
    let expected = [(0, Value::from("7"), Value::from(1_000_000)), (1, Value::from("8"), Value::Null)];
    assert_eq!(found, expected, "a lookup may begin in one file and end in the next");
}

/// The ids of a replay begin with the time of its first event, so that they are the same the next time.
#[test]
fn every_schema_is_written_with_the_same_ids() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "a.pcap", &capture(&exchange(7, 0)));
    let ids = [
        ("ecs", "/event/id", 1),
        ("ocsf", "/metadata/uid", 1),
        ("eve", "/dns_monitor/id", 2),
        ("zeek", "/uid", 1),
        ("cim", "/dns_monitor/id", 1),
        ("asim", "/EventOriginalUid", 1),
    ];
    let mut found = Vec::new();
    for (schema, path, lines) in ids {
        let output = agent().args(["replay", "--schema", schema]).arg(&file).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{schema}: {output:?}");
        let events = events(&output);
        assert_eq!(events.len(), lines, "{schema}");
        found.extend(events.iter().map(|event| event.pointer(path).unwrap().clone()));
    }
    found.dedup();
    let time: jiff::Timestamp = events(&replay(&[&file]))[0]["@timestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!(found, [Value::from(format!("{:016x}-0", time.as_nanosecond()))]);
}

#[test]
fn standard_input_is_a_capture_too() {
    let capture = capture(&exchange(7, 0));
    let folder = TempDir::new().unwrap();
    let from_file = replay(&[write(&folder, "a.pcap", &capture)]);
    let mut child = agent();
    child.args(["replay", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // In pieces: a pipe gives what it has.
    for piece in capture.chunks(7) {
        input.write_all(piece).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), &output.stdout), (Some(0), &from_file.stdout));
    assert_eq!(events(&output).len(), 1);
}

/// `dns-monitor replay … | head -1`.
#[test]
fn a_reader_that_has_enough_ends_the_replay_with_one_clear_line() {
    let folder = TempDir::new().unwrap();
    let packets: Vec<_> = (0..20_000).flat_map(|id| exchange(id, u32::from(id))).collect();
    let file = write(&folder, "long.pcap", &capture(&packets));
    let missing = folder.path().join("missing.pcap");
    // With little room, so that the end of the reader is noticed long before the end of the file.
    let config = write(&folder, "small.toml", b"[[output]]\ntype = \"stdout\"\nqueue = \"64KiB\"\n");
    let mut child = agent();
    child
        .arg("replay")
        .args([&file, &missing])
        .arg("--config")
        .arg(config)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    drop(reader);
    assert!(serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    let output = child.wait_with_output().unwrap();
    let expected = "dns-monitor: error: standard output is closed or full: no event can be written any more";
    assert_eq!((output.status.code(), said(&output)), (Some(1), vec![expected.to_owned()]));
    assert!(stderr(&output).contains("write-failed"), "the ledger says how many: {}", stderr(&output));
}

#[test]
fn a_full_disk_ends_the_replay_in_the_same_way() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "a.pcap", &capture(&exchange(7, 0)));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = agent().arg("replay").arg(file).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), said(&output).len()), (Some(1), 1), "{output:?}");
    assert!(
        stderr(&output).contains("seen 1 = emitted 0 + filtered 0 + lost 1 (write-failed 1)"),
        "{output:?}"
    );
}

#[test]
fn addresses_of_the_resolver_decide_who_asks() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "a.pcap", &capture(&exchange(7, 0)));
    let cases: [(&[&str], &[&str]); 4] = [
        (&[], &["client"]),
        (&["--resolver", "192.0.2.53"], &["client"]),
        (&["--resolver", "192.0.2.1"], &["resolver"]),
        (&["--resolver", "2001:db8::1", "--resolver", "192.0.2.99"], &[]),
    ];
    for (arguments, roles) in cases {
        let output = agent().arg("replay").arg(&file).args(arguments).output().unwrap();
        let found: Vec<_> =
            events(&output).iter().map(|event| event["dns_monitor"]["role"].clone()).collect();
        assert_eq!(
            (output.status.code(), found),
            (Some(0), roles.iter().map(|r| Value::from(*r)).collect()),
            "{arguments:?}"
        );
    }
}

/// Bytes of a stream that are in no file.
#[test]
fn what_is_lost_is_said_in_the_stream() {
    let folder = TempDir::new().unwrap();
    let output = replay(&[write(&folder, "hole.pcap", &capture(&hole()))]);
    let events = events(&output);
    let gaps: Vec<_> = events.iter().filter(|event| event["event"]["action"] == "dns-gap").collect();
    assert_eq!(gaps.len(), 1, "{events:?}");
    assert_eq!(gaps[0]["dns_monitor"]["lost"]["kernel"], 0);
    assert!(gaps[0]["dns_monitor"]["lost"]["decode"].as_u64().unwrap() > 0);
    assert_eq!(gaps[0]["@timestamp"], "2023-11-14T22:13:20.000009000Z", "the time of the last packet");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn text_is_lines_for_people() {
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "a.pcap", &capture(&exchange(7, 0)));
    let run = |arguments: &[&str]| {
        let output = agent().arg("replay").arg(&file).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let plain = run(&["--format", "text"]);
    assert!(
        plain.contains("  client    192.0.2.1#40000  ") && plain.contains("  NOERROR    1.000 ms  "),
        "{plain}"
    );
    assert!(!plain.contains('\x1b'), "a pipe is no terminal: {plain}");
    assert!(run(&["--format", "text", "--color", "always"]).contains("\x1b["));
}

fn checked(config: Option<&Path>) -> Output {
    let mut command: Command = agent();
    command.arg("check");
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    command.output().unwrap()
}

#[test]
fn check_says_what_is_wrong_or_what_is_used() {
    let folder = TempDir::new().unwrap();
    let good = write(&folder, "good.toml", b"[track]\nresponse_timeout = \"2s\"\n");
    let output = checked(Some(&good));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.contains("response_timeout = \"2s\"") && printed.contains("max_waiting = 262144"),
        "{printed}"
    );
    // What it prints is a configuration itself, with the same meaning.
    let again = checked(Some(&write(&folder, "again.toml", printed.as_bytes())));
    assert_eq!((again.status.code(), String::from_utf8(again.stdout).unwrap()), (Some(0), printed));

    let bad = write(&folder, "bad.toml", b"[track]\nresponse_timeout = \"soon\"\nwaiting = 5\n");
    let output = checked(Some(&bad));
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{output:?}");
    for place in ["bad.toml:2:20", "bad.toml:3:1"] {
        assert!(stderr(&output).contains(place), "{output:?}");
    }
    assert_eq!(checked(Some(&folder.path().join("missing.toml"))).status.code(), Some(2));
    assert_eq!(checked(None).status.code(), Some(2));
}

#[test]
fn the_command_line_is_explained() {
    // Arguments, exit status, and what standard output or else standard error must say.
    let cases: [(&[&str], i32, &[&str]); 12] = [
        (&["--help"], 0, &["run", "replay", "check", "Exit status: 0 success, 1 failure at work, 2 wrong"]),
        (&["run", "--help"], 0, &["--interface", "--attach", "--format", "--response-timeout"]),
        (&["replay", "--help"], 0, &["--resolver", "`-` is standard input", "--format"]),
        (&["check", "--help"], 0, &["--config"]),
        (&["--version"], 0, &[env!("CARGO_PKG_VERSION")]),
        (&[], 2, &["Usage:"]),
        (&["reply"], 2, &["reply", "replay"]),
        (&["replay"], 2, &["<FILE>"]),
        (&["replay", "--format", "xml", "x"], 2, &["xml", "json", "text"]),
        (&["replay", "--resolver", "ns1", "x"], 2, &["ns1", "--resolver"]),
        (&["replay", "--config", "/missing.toml", "x"], 2, &["/missing.toml"]),
        (&["run"], 2, &["interface"]),
    ];
    for (arguments, status, words) in cases {
        let output = agent().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        let (says, silent) =
            if status == 0 { (output.stdout, output.stderr) } else { (output.stderr, output.stdout) };
        let says = String::from_utf8(says).unwrap();
        assert!(silent.is_empty(), "{arguments:?}");
        for word in words {
            assert!(says.contains(word), "{arguments:?} without {word:?}: {says}");
        }
    }
}
