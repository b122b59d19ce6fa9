//! Every lookup of every capture as an event: each client has a host name and a MAC, some a machine behind them, and every
//! third event a rule.
#![allow(clippy::unwrap_used, clippy::panic, dead_code, reason = "test support")]

use std::{collections::BTreeSet, net::IpAddr, path::Path};

use dns_monitor::{
    config::Config,
    decode::Decoder,
    event::{Event, Id, Observer},
    identity::{
        assignment::{Assignment, Source},
        directory::{Behind, Directory},
        history::{History, Machine},
    },
    rules::{
        action::{Action, Block, Severity},
        verdict::{Enforced, Hit, Judgement, Verdict},
    },
    source::capture::{Capture, CaptureOptions},
    track::{Tracker, lookup::Lookup, role::Role},
};

/// What the machine behind every third client has.
pub const BEHIND: [u8; 4] = [10, 99, 99, 99];

pub fn observer() -> Observer {
    Observer { hostname: Some("ns1.monitor.test".to_owned()), start: Some(1) }
}

/// Calls `look` with each event of the capture; returns how many there were.
pub fn each_event(file: &Path, mut look: impl FnMut(&Event<'_>)) -> u64 {
    let config = Config::default();
    let mut directory = directory(&config, &addresses(file));
    let mut sequence = 0;
    each_lookup(file, |lookup| {
        let mut who = directory.who(lookup);
        if sequence % 3 == 0 && lookup.role == Role::Client {
            let machine = Machine { name: Some("behind.monitor.test"), mac: Some([2, 9, 9, 9, 9, 9]) };
            who.true_client = Some(Behind { ip: Some(BEHIND.into()), machine });
        }
        let judgement = judgement(sequence);
        let event = Event::new(lookup, &judgement, &who, Id { start: 1, sequence }, Some("eth0")).unwrap();
        look(&event);
        sequence += 1;
    });
    sequence
}

fn judgement(sequence: u64) -> Judgement<'static> {
    let rule = |action, severity| Hit {
        id: format!("/lists/urlhaus.txt:{}", 100_000 + sequence),
        name: "urlhaus",
        ruleset: "lists",
        category: (sequence % 2 == 0).then_some("malware"),
        severity,
        action,
    };
    match sequence % 9 {
        0 => Judgement { rule: Some(rule(Action::Alert, Some(Severity::High))), ..Judgement::default() },
        3 => Judgement {
            verdict: Verdict::Would(Block::Nxdomain),
            enforced: Some(Enforced::No),
            rule: Some(rule(Action::Block(Block::Nxdomain), None)),
        },
        6 => Judgement { rule: Some(rule(Action::Observe, None)), ..Judgement::default() },
        _ => Judgement::default(),
    }
}

fn each_lookup(file: &Path, mut look: impl FnMut(&Lookup<'_>)) {
    let config = Config::default();
    let options = CaptureOptions { ports: config.capture.ports.clone(), resolvers: Vec::new() };
    let mut capture =
        Capture::open(file, options).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut decoder = Decoder::new(&config);
    let mut tracker = Tracker::new(&config.track, &config.capture.ports);
    // A file that is broken off is read up to there.
    while let Ok(true) = capture.read(|sample| {
        decoder.push(&sample, |message| tracker.push(message, |lookup| look(lookup)));
    }) {}
    decoder.finish(|message| tracker.push(message, |lookup| look(lookup)));
    tracker.finish(|lookup| look(lookup));
}

/// The addresses of those that ask.
fn addresses(file: &Path) -> BTreeSet<IpAddr> {
    let mut all = BTreeSet::new();
    each_lookup(file, |lookup| all.extend(lookup.peers().map(|(client, _)| client.ip)));
    all
}

/// A host name and a MAC for each of them.
fn directory(config: &Config, addresses: &BTreeSet<IpAddr>) -> Directory {
    let mut history = History::new(&config.identity);
    for (number, address) in addresses.iter().enumerate() {
        history.record(Assignment {
            address: *address,
            from: 0,
            until: None,
            name: Some(format!("laptop-{number}.monitor.test").into()),
            mac: Some([2, 0x4d, 0, 0, (number >> 8) as u8, number as u8]),
            source: Source::Static,
        });
    }
    Directory::of_history(config, history)
}
