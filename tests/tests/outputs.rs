//! Outputs beside each other: collectors that are there, that die, that never read, that are not to be trusted. Standard
//! output beside them has everything, and the books balance.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "outputs/certificates.rs"]
mod certificates;
#[path = "outputs/collector.rs"]
mod collector;
#[path = "outputs/disk.rs"]
mod disk;
#[path = "outputs/durable.rs"]
mod durable;
#[path = "outputs/http.rs"]
mod http;
#[path = "outputs/many.rs"]
mod many;
#[path = "outputs/named.rs"]
mod named;
#[path = "outputs/reader.rs"]
mod reader;
#[path = "outputs/reload.rs"]
mod reload;
#[path = "outputs/rotation.rs"]
mod rotation;

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Command, Output},
};

use collector::Collector;
use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Network},
    agent::{Ended, program},
    books::{self, Book},
    oracle::ask_all,
    wait,
};
use serde_json::Value;
use tempfile::TempDir;

/// An agent with these outputs, and standard output.
fn agent(lab: &Lab, folder: &TempDir, outputs: &str) -> Agent {
    let config = configure(folder, &format!("[[output]]\ntype = 'stdout'\nqueue = '64MiB'\n{outputs}"));
    Agent::start(lab.resolver(), &["--interface", "eth0", "--config", config.to_str().unwrap()]).unwrap()
}

/// Writes a configuration with these outputs.
fn configure(folder: &TempDir, outputs: &str) -> PathBuf {
    let config = folder.path().join("agent.toml");
    let (state, socket) = (state(folder), socket(folder).display().to_string());
    let text = format!("[rules]\nstate_dir = '{state}'\n[control]\nsocket = '{socket}'\n{outputs}");
    fs::write(&config, text).unwrap();
    config
}

fn socket(folder: &TempDir) -> PathBuf {
    folder.path().join("control.sock")
}

/// What `dns-monitor` tells of the running agent.
fn tell(folder: &TempDir, words: &[&str]) -> Output {
    let mut command = Command::new(program().unwrap());
    command.args(words).arg("--socket").arg(socket(folder)).output().unwrap()
}

fn state(folder: &TempDir) -> String {
    folder.path().join("state").display().to_string()
}

/// So many lookups, and waits until standard output has told of them.
fn ask(lab: &Lab, agent: &mut Agent, lookups: usize) {
    let before = agent.lines().len();
    let questions = vec![("outputs.w.lab.example".to_owned(), "A"); lookups];
    let server = (address::resolver(Network::Plain).v4, 53).into();
    // The first lookup fills the cache: of the rest only the client's side is on the wire.
    ask_all(lab.client(1), server, 0, &questions[..1]).unwrap();
    ask_all(lab.client(0), server, 0, &questions).unwrap();
    wait::until("events of all", || Ok((agent.lines().len() >= before + lookups).then_some(()))).unwrap();
}

fn ids(lines: &[String]) -> BTreeSet<String> {
    let id = |line: &String| {
        let event: Value = serde_json::from_str(line).ok()?;
        Some(event["event"]["id"].as_str()?.to_owned())
    };
    lines.iter().filter_map(id).collect()
}

/// The books of an output, all of which balance.
fn book(ended: &Ended, output: &str) -> Book {
    let books = books::read(&ended.stderr).unwrap();
    assert!(ended.status.success() && books.iter().all(Book::balances), "{}", ended.stderr);
    let stage = format!("events of {output}");
    let stdout = books.iter().find(|book| book.stage == "events of stdout").unwrap();
    assert_eq!((stdout.emitted, stdout.lost), (ended.lines.len() as u64, 0), "{}", ended.stderr);
    books.into_iter().find(|book| book.stage == stage).unwrap()
}

#[test]
fn rsyslog_gets_what_standard_output_gets() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    certificates::write(folder.path());
    let collector = Collector::start(&lab, folder.path(), "good").unwrap();
    let ca = folder.path().join("ca.pem");
    let outputs = format!(
        "[[output]]\nname = 'siem'\ntype = 'tcp'\naddress = '127.0.0.1:{}'\n\
         [[output]]\nname = 'secure'\ntype = 'tls'\naddress = '127.0.0.1:{}'\nca = '{}'\n\
         [[output]]\nname = 'log'\ntype = 'file'\npath = '{}'\n",
        collector::TCP,
        collector::TLS,
        ca.display(),
        folder.path().join("events.json").display(),
    );
    let mut agent = agent(&lab, &folder, &outputs);
    ask(&lab, &mut agent, 5000);
    let ended = agent.stop().unwrap();
    let expected = ids(&ended.lines);
    for output in ["siem", "secure", "log"] {
        let book = book(&ended, output);
        assert_eq!((book.emitted, book.lost), (ended.lines.len() as u64, 0), "{output}: {}", ended.stderr);
    }
    // Both ways end in one file.
    wait::until("rsyslog has written all", || {
        Ok((collector.lines().len() >= 2 * expected.len()).then_some(()))
    })
    .unwrap();
    assert_eq!(ids(&collector.lines()), expected);
    let file = fs::read_to_string(folder.path().join("events.json")).unwrap();
    assert_eq!(file.lines().map(str::to_owned).collect::<Vec<_>>(), ended.lines);
}

/// TCP does not acknowledge: what was on its way when it died is lost, and nothing else.
#[test]
fn a_collector_that_dies_and_comes_back_gets_what_came_in_between() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    certificates::write(folder.path());
    let mut collector = Collector::start(&lab, folder.path(), "good").unwrap();
    let output =
        format!("[[output]]\nname = 'siem'\ntype = 'tcp'\naddress = '127.0.0.1:{}'\n", collector::TCP);
    let mut agent = agent(&lab, &folder, &output);
    ask(&lab, &mut agent, 3000);
    collector.kill().unwrap();
    let before = agent.lines();
    ask(&lab, &mut agent, 3000);
    agent.wait_stderr("output siem: ").unwrap();
    collector.again(&lab).unwrap();
    ask(&lab, &mut agent, 3000);
    agent.wait_stderr("output siem: delivers again").unwrap();
    let ended = agent.stop().unwrap();
    let book = book(&ended, "siem");
    assert_eq!(book.lost, 0, "{}", ended.stderr);
    let got = || ids(&collector.lines());
    let (all, old) = (ids(&ended.lines), ids(&before));
    // The first batch after its death may have been written before that was known.
    let expected: BTreeSet<_> = all.difference(&old).cloned().collect();
    wait::until("rsyslog has written", || Ok((expected.difference(&got()).count() < 500).then_some(())))
        .unwrap();
    assert!(got().is_subset(&all));
}

/// Its kernel takes a few megabytes for it, and then nothing more.
#[test]
fn a_collector_that_never_reads_holds_up_nothing() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    let listener = lab.resolver().inside(|| TcpListener::bind("127.0.0.1:5141")).unwrap().unwrap();
    let output = "[[output]]\nname = 'siem'\ntype = 'tcp'\naddress = '127.0.0.1:5141'\ntimeout = '60s'\nqueue = '8MiB'\n";
    let mut agent = agent(&lab, &folder, output);
    for _ in 0..10 {
        ask(&lab, &mut agent, 3000);
    }
    let ended = agent.stop().unwrap();
    drop(listener);
    let book = book(&ended, "siem");
    assert_eq!(book.lost, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("events stay in the spool for the next start"), "{}", ended.stderr);
}

#[test]
fn who_is_not_to_be_trusted_gets_nothing_and_the_others_all() {
    let (lab, folder) = (Lab::new().unwrap(), TempDir::new().unwrap());
    certificates::write(folder.path());
    for (certificate, reason) in
        [("expired", "expired"), ("other", "UnknownIssuer"), ("wrong", "not valid for name")]
    {
        let collector = Collector::start(&lab, folder.path(), certificate).unwrap();
        let output = format!(
            "[[output]]\nname = '{certificate}'\ntype = 'tls'\naddress = '127.0.0.1:{}'\nca = '{}'\n",
            collector::TLS,
            folder.path().join("ca.pem").display(),
        );
        let mut agent = agent(&lab, &folder, &output);
        ask(&lab, &mut agent, 500);
        agent.wait_stderr(reason).unwrap();
        let ended = agent.stop().unwrap();
        let book = book(&ended, certificate);
        assert_eq!(book.lost, 0, "{}", ended.stderr);
        assert!(ended.stderr.contains("events stay in the spool"), "{}", ended.stderr);
        assert!(collector.lines().is_empty(), "{certificate}");
    }
}
