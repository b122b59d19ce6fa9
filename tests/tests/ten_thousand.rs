//! Ten thousand lookups, each of them once in the events: BIND's query logs and the clients know.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use dns_monitor_tests::{
    Lab,
    address::{self, AUTHORITY, Family, Network},
    books, dns,
    event::{asked, has_role, number, text},
    oracle::{Asked, Logged, ask_all, ask_all_by_tcp, read_query_log},
};
use serde_json::Value;

const LOOKUPS: usize = 10_000;

/// Sources of lookups: each client, over IPv4 and IPv6, by UDP and TCP.
const SOURCES: usize = 12;

/// All names are different, so the resolver must ask the authority each time.
fn ask_everything(lab: &Lab) -> Vec<Asked> {
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..SOURCES)
            .map(|source| {
                scope.spawn(move || {
                    let questions: Vec<_> = (source..LOOKUPS)
                        .step_by(SOURCES)
                        .map(|n| {
                            (format!("h{n}.w.lab.example"), dns::TYPES[n / SOURCES % dns::TYPES.len()].0)
                        })
                        .collect();
                    let family = if source % 2 == 0 { Family::V4 } else { Family::V6 };
                    let ask = if source / 2 % 2 == 0 { ask_all } else { ask_all_by_tcp };
                    let server = (address::resolver(Network::Plain).of(family), 53).into();
                    ask(lab.client(source / 4), server, 10_000 + 1_000 * source as u16, &questions).unwrap()
                })
            })
            .collect();
        asking.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn counted<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

/// What is in one and not in the other, a few of each: a full diff of 10,000 helps nobody.
fn assert_same<T: Ord + Clone + std::fmt::Debug>(
    what: &str,
    events: &BTreeMap<T, usize>,
    oracle: &BTreeMap<T, usize>,
) {
    let differing = |a: &BTreeMap<T, usize>, b: &BTreeMap<T, usize>| {
        a.iter()
            .filter(|(item, count)| b.get(item) != Some(count))
            .take(5)
            .map(|(i, n)| (i.clone(), *n))
            .collect::<Vec<_>>()
    };
    let (extra, missing) = (differing(events, oracle), differing(oracle, events));
    assert!(extra.is_empty() && missing.is_empty(), "{what}: extra {extra:#?} missing {missing:#?}");
}

#[test]
fn nothing_is_missing_and_nothing_is_extra() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    let before = (
        lab.resolver_named().query_log().unwrap().lines().count(),
        lab.authority_named().query_log().unwrap().lines().count(),
    );
    let clients = ask_everything(&lab);
    assert_eq!(clients.iter().collect::<BTreeSet<_>>().len(), LOOKUPS, "the lookups are not distinct");
    agent.wait_events("of clients", LOOKUPS, |event| has_role(event, "client")).unwrap();
    let log = |text: String, skip| -> Vec<Logged> {
        read_query_log(&text).unwrap().into_iter().skip(skip).collect()
    };
    let resolver_log = log(lab.resolver_named().query_log().unwrap(), before.0);
    let authority_log = log(lab.authority_named().query_log().unwrap(), before.1);
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    let events = ended.events().unwrap();
    let of_role = |role| events.iter().filter(move |event| has_role(event, role));

    let seen = |event: &Value| asked(event).unwrap();
    let client_events = counted(of_role("client").map(seen));
    assert_same("the clients' own account", &client_events, &counted(clients));
    let as_logged = |events: &BTreeMap<Asked, usize>| counted(events.keys().map(Logged::from));
    assert_same("the resolver's query log", &as_logged(&client_events), &counted(resolver_log));

    let authorities = [AUTHORITY.v4.to_string(), AUTHORITY.v6.to_string()];
    let at_authority =
        of_role("resolver").filter(|event| authorities.iter().any(|ip| text(event, "server.ip") == Some(ip)));
    let resolver_events = counted(at_authority.map(|event| Logged::from(&seen(event))));
    assert_same("the authority's query log", &resolver_events, &counted(authority_log));

    let sequence: Vec<_> = events.iter().map(|event| number(event, "event.sequence").unwrap()).collect();
    assert!(sequence.windows(2).all(|pair| pair[1] == pair[0] + 1), "event.sequence has holes");
    for book in books::read(&ended.stderr).unwrap() {
        assert!(book.balances() && book.lost == 0, "{book:?}\n{}", ended.stderr);
    }
}
