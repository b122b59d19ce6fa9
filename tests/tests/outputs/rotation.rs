//! Files that others move away or cut while events are written.

use std::{
    fs::{self, File},
    process::Stdio,
};

use dns_monitor_tests::{
    Lab,
    address::{self, Network},
    agent::program,
    books::{self, Book},
    named::signal,
    oracle::ask_all,
    wait,
};
use serde_json::Value;
use tempfile::TempDir;

use super::{agent, ask, book, configure};

/// As logrotate does it without `copytruncate`: renamed, and the agent is told.
#[test]
fn a_file_that_is_moved_away_is_opened_anew() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let path = folder.path().join("events.json");
    let output = format!("[[output]]\nname = 'log'\ntype = 'file'\npath = '{}'\n", path.display());
    let mut agent = agent(&lab, &folder, &output);
    let mut all = String::new();
    for round in 0..3 {
        ask(&lab, &mut agent, 500);
        let moved = folder.path().join(format!("events.json.{round}"));
        fs::rename(&path, &moved).unwrap();
        // What comes before it is told goes where the file is.
        ask(&lab, &mut agent, 100);
        agent.signal(libc::SIGHUP).unwrap();
        wait::until("there is a new file", || {
            ask(&lab, &mut agent, 1);
            Ok(path.exists().then_some(()))
        })
        .unwrap();
        all.push_str(&fs::read_to_string(moved).unwrap());
    }
    let ended = agent.stop().unwrap();
    all.push_str(&fs::read_to_string(path).unwrap());
    assert_eq!(all.lines().collect::<Vec<_>>(), ended.lines);
    assert_eq!(book(&ended, "log").lost, 0, "{}", ended.stderr);
}

/// As in the unit: standard output is appended to a file, which logrotate copies and cuts.
#[test]
fn standard_output_may_be_a_file_that_is_cut() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let config = configure(&folder, "");
    let (path, said) = (folder.path().join("events.ndjson"), folder.path().join("stderr"));
    let events = File::options().create(true).append(true).open(&path).unwrap();
    let mut command = lab.resolver().command(program().unwrap());
    command.args(["run", "--interface", "eth0", "--config"]).arg(config).stdin(Stdio::null());
    let mut child = command.stdout(events).stderr(File::create(&said).unwrap()).spawn().unwrap();
    let stderr = || fs::read_to_string(&said).unwrap();
    wait::until("it watches", || Ok(stderr().contains("watching eth0").then_some(()))).unwrap();
    let server = (address::resolver(Network::Plain).v4, 53).into();
    // Of one name that is not in its cache, named refuses more than ten lookups at once.
    let questions: Vec<_> = (0..500).map(|number| (format!("c{number}.w.lab.example"), "A")).collect();
    let text = || fs::read_to_string(&path).unwrap();
    let mut all = String::new();
    for _ in 0..3 {
        ask_all(lab.client(0), server, 0, &questions).unwrap();
        let copy = wait::until("events of all", || {
            let text = text();
            let is_whole = text.ends_with('\n') && text.lines().count() >= questions.len();
            Ok(is_whole.then_some(text))
        });
        all.push_str(&copy.unwrap());
        File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    }
    signal(child.id(), libc::SIGINT).unwrap();
    assert!(child.wait().unwrap().success());
    all.push_str(&text());
    let books = books::read(&stderr()).unwrap();
    assert!(books.iter().all(|book| book.balances() && book.lost == 0), "{}", stderr());
    let number = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        event["event"]["sequence"].as_u64().unwrap()
    };
    let numbers: Vec<u64> = all.lines().map(number).collect();
    assert!(numbers.is_sorted() && numbers.windows(2).all(|pair| pair[0] < pair[1]), "nothing comes twice");
    let emitted = books.iter().find(|book: &&Book| book.stage == "events").unwrap().emitted;
    // What is written between copy and cut is gone: that is the price of `copytruncate`.
    let count = numbers.len();
    assert!(count as u64 <= emitted && count >= 3 * questions.len(), "{count} of {emitted}");
}
