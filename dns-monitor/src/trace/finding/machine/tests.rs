#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};

use super::*;

/// An event of so many ms after midnight, that took 10 ms.
fn event(ms: u32, more: Value) -> Rc<Event> {
    let mut value = json!({
        "@timestamp": format!("2026-11-26T00:00:00.{ms:03}Z"),
        "event": {"duration": 10_000_000},
        "client": {"ip": "10.0.0.9", "port": 9},
        "dns": {"id": "1", "question": {"name": "a.example"}},
    });
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    Rc::new(serde_json::from_value(value).unwrap())
}

fn cause(host: u8, certainty: &str) -> Value {
    json!({
        "@timestamp": format!("2026-11-26T00:00:00.{host:03}Z"),
        "client": {"ip": format!("10.0.0.{host}"), "port": 7, "domain": format!("host{host}")},
        "certainty": certainty,
    })
}

/// Address, certainty, lookups, and the forwarder.
fn told(machines: &[Machine]) -> Vec<String> {
    let one = |machine: &Machine| {
        let through = machine.forwarder.as_ref().map_or(String::new(), |by| format!(" through {}", by.ip));
        format!("{} {} {}{through}", machine.client.ip, machine.certainty, machine.lookups)
    };
    machines.iter().map(one).collect()
}

/// What it shows, the events, lookups of clients around them, and the machines.
type Case = (&'static str, Vec<Rc<Event>>, Vec<Rc<Event>>, &'static [&'static str]);

#[test]
fn machines_are_those_that_asked_or_made_the_resolver_ask() {
    let client = |ms, host: u8| {
        event(
            ms,
            json!({"client": {"ip": format!("10.0.0.{host}"), "port": 7}, "dns_monitor": {"role": "client"}}),
        )
    };
    let resolver = |causes: Value| event(50, json!({"dns_monitor": {"role": "resolver", "cause": causes}}));
    let forwarded = json!({"dns_monitor": {"role": "client", "true_client": {"ip": "10.9.0.1", "mac": "02-53-00-00-00-01"}}});
    let cases: [Case; 11] = [
        ("nothing", vec![], vec![], &[]),
        ("a client", vec![client(1, 3)], vec![], &["10.0.0.3 asked 1"]),
        ("a client twice", vec![client(1, 3), client(2, 3)], vec![], &["10.0.0.3 asked 2"]),
        ("no role: somebody asked", vec![event(1, json!({}))], vec![], &["10.0.0.9 asked 1"]),
        ("a cause", vec![resolver(json!([cause(4, "sole")]))], vec![client(45, 5)], &["10.0.0.4 sole 1"]),
        (
            "several, in the order of their time",
            vec![resolver(json!([cause(5, "shared"), cause(4, "shared")]))],
            vec![],
            &["10.0.0.4 shared 1", "10.0.0.5 shared 1"],
        ),
        (
            "the surest certainty of one machine",
            vec![resolver(json!([cause(4, "none"), cause(4, "chained"), cause(4, "prefetch")]))],
            vec![],
            &["10.0.0.4 chained 3"],
        ),
        (
            "its own accord",
            vec![resolver(json!([{"certainty": "self", "reason": "priming"}]))],
            vec![client(45, 5)],
            &[],
        ),
        (
            "no cause: who waited then",
            vec![resolver(json!([]))],
            vec![client(39, 3), client(45, 4), client(51, 5)],
            &["10.0.0.4 same-time 1"],
        ),
        (
            "an unknown cause too",
            vec![resolver(json!([{"certainty": "none"}]))],
            vec![client(45, 4)],
            &["10.0.0.4 same-time 1"],
        ),
        ("behind a forwarder", vec![event(1, forwarded)], vec![], &["10.9.0.1 asked 1 through 10.0.0.9"]),
    ];
    for (what, events, waiting, expected) in cases {
        assert_eq!(told(&of(&events, &waiting)), expected, "{what}");
    }
}
