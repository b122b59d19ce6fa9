//! Loss is forced; the books must balance and the stream must say so.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Network},
    books,
    event::{field, has_role, number, text},
    oracle::ask_all,
};

const LOOKUPS: usize = 30_000;

#[test]
fn a_stalled_reader_loses_events_and_every_one_of_them_is_counted() {
    let lab = Lab::new().unwrap();
    let config = lab.folder().join("agent.toml");
    // As small as they may be: 64 KiB each fill within a few hundred lookups.
    fs::write(&config, "[capture]\nring_size = \"64KiB\"\n\n[stdout]\nqueue_bytes = \"64KiB\"\n").unwrap();
    let arguments = ["--interface", "eth0", "--config", config.to_str().unwrap()];
    let mut agent = Agent::start_stalled(lab.resolver(), &arguments).unwrap();
    agent.wait_watching().unwrap();
    // From the cache, which the first lookup fills: only the client's side counts.
    let questions = vec![("stalled.w.lab.example".to_owned(), "A"); LOOKUPS];
    let server = (address::resolver(Network::Plain).v4, 53).into();
    ask_all(lab.client(1), server, 0, &questions[..1]).unwrap();
    let asked = ask_all(lab.client(0), server, 0, &questions).unwrap();
    assert_eq!(asked.len(), LOOKUPS);
    agent.read_on().unwrap();
    let is_gap = |event: &serde_json::Value| text(event, "event.action") == Some("dns-gap");
    agent.wait_event("a gap", is_gap).unwrap();
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);

    let books = books::read(&ended.stderr).unwrap();
    for book in &books {
        assert!(book.balances(), "{book:?}\n{}", ended.stderr);
    }
    let events = ended.events().unwrap();
    let gaps: Vec<_> = events.iter().filter(|event| is_gap(event)).collect();
    let said: u64 = ["kernel", "decode", "sink"]
        .iter()
        .flat_map(|stage| gaps.iter().map(move |gap| number(gap, &format!("dns_monitor.lost.{stage}"))))
        .flatten()
        .sum();
    let lost: u64 = books.iter().map(|book| book.lost).sum();
    assert!(lost > 0, "nothing was lost: the test is too gentle\n{}", ended.stderr);
    assert_eq!(said, lost, "what the stream says is lost, and the ledger\n{}", ended.stderr);
    assert!(gaps.iter().all(|gap| field(gap, "dns.question").is_none()), "{gaps:#?}");

    // To the last message: a lookup is in the stream, or counted as lost by a stage.
    let shown = events.iter().filter(|event| has_role(event, "client")).count() as u64;
    assert!(shown < LOOKUPS as u64);
    assert!(shown + lost >= LOOKUPS as u64, "{shown} shown + {lost} lost < {LOOKUPS}\n{}", ended.stderr);
}
