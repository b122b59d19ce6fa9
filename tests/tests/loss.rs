//! Loss is forced; the books must balance and the stream must say so.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Network},
    books::{self, Book},
    event::{has_role, number, text},
    oracle::ask_all,
};
use serde_json::Value;

const LOOKUPS: usize = 30_000;

/// An agent whose queues are as small as they may be, and nobody reads what it says.
fn cramped_agent(lab: &Lab) -> Agent {
    let config = lab.folder().join("agent.toml");
    fs::write(
        &config,
        "[capture]\nring_size = \"64KiB\"\n\n[[output]]\ntype = \"stdout\"\nqueue = \"64KiB\"\n",
    )
    .unwrap();
    let arguments = ["--interface", "eth0", "--config", config.to_str().unwrap()];
    let mut agent = Agent::start_stalled(lab.resolver(), &arguments).unwrap();
    agent.wait_watching().unwrap();
    agent
}

/// From the cache, which the first lookup fills: of the rest only the client's side is on the wire.
fn ask_thousands(lab: &Lab) {
    let questions = vec![("lost.w.lab.example".to_owned(), "A"); LOOKUPS];
    let server = (address::resolver(Network::Plain).v4, 53).into();
    ask_all(lab.client(1), server, 0, &questions[..1]).unwrap();
    assert_eq!(ask_all(lab.client(0), server, 0, &questions).unwrap().len(), LOOKUPS);
}

fn is_gap(event: &Value) -> bool {
    text(event, "event.action") == Some("dns-gap")
}

/// What all gaps say that a stage has lost.
fn said_lost(events: &[Value], stage: &str) -> u64 {
    let field = format!("dns_monitor.lost.{stage}");
    events.iter().filter(|event| is_gap(event)).filter_map(|gap| number(gap, &field)).sum()
}

/// The line of the ledger that counts packets, messages or events.
fn book<'a>(books: &'a [Book], unit: &str) -> &'a Book {
    books.iter().find(|book| book.stage == unit).unwrap()
}

#[test]
fn a_stalled_reader_loses_events_and_every_one_of_them_is_counted() {
    let lab = Lab::new().unwrap();
    let mut agent = cramped_agent(&lab);
    ask_thousands(&lab);
    agent.read_on().unwrap();
    agent.wait_event("a gap", is_gap).unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);

    let (books, events) = (books::read(&ended.stderr).unwrap(), ended.events().unwrap());
    assert!(books.iter().all(Book::balances) && !ended.stderr.contains("WRONG"), "{}", ended.stderr);
    let lost = book(&books, "events").lost;
    assert!(lost > 0, "nothing was lost: the test is too gentle\n{}", ended.stderr);
    assert_eq!(said_lost(&events, "sink"), lost, "{}", ended.stderr);
    assert_eq!(said_lost(&events, "kernel"), book(&books, "packets").lost, "{}", ended.stderr);
    // To the last event: what the ledger calls emitted is in the stream, gaps included.
    assert_eq!(events.len() as u64, book(&books, "events").emitted, "{}", ended.stderr);
    if book(&books, "packets").lost == 0 {
        let clients = events.iter().filter(|event| has_role(event, "client")).count() as u64;
        assert!(clients + lost > LOOKUPS as u64, "{clients} shown, {lost} lost\n{}", ended.stderr);
    }
}

#[test]
fn a_full_ring_loses_packets_and_every_one_of_them_is_counted() {
    let lab = Lab::new().unwrap();
    let mut agent = cramped_agent(&lab);
    agent.read_on().unwrap();
    agent.signal(libc::SIGSTOP).unwrap();
    ask_thousands(&lab);
    agent.signal(libc::SIGCONT).unwrap();
    agent.wait_event("a gap", is_gap).unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);

    let (books, events) = (books::read(&ended.stderr).unwrap(), ended.events().unwrap());
    assert!(books.iter().all(Book::balances) && !ended.stderr.contains("WRONG"), "{}", ended.stderr);
    let packets = book(&books, "packets");
    assert!(packets.lost > 0, "nothing was lost: the test is too gentle\n{}", ended.stderr);
    assert_eq!(said_lost(&events, "kernel"), packets.lost, "{}", ended.stderr);
    // A query and a response each: every packet is a sample or counted as lost.
    assert!(packets.emitted + packets.lost >= 2 * LOOKUPS as u64, "{}", ended.stderr);
    assert_eq!(packets.emitted, book(&books, "datagrams").seen, "{}", ended.stderr);
}
