//! How lookups end, and what was lost.

use super::{messages::*, *};
use crate::event::gap::{Gap, Hole, Lost, Why};

fn unanswered(end: End) -> Scene {
    Scene { response: None, end, ..Scene::default() }
}

/// An event without a response.
fn alone(outcome: &str) -> Value {
    json!({
        "event": {"outcome": outcome, "duration": null},
        "server": {"bytes": null},
        "dns": {"type": "query", "header_flags": ["RD"], "response_code": null},
    })
}

#[test]
fn a_lookup_may_lack_one_half() {
    let unasked = || Scene { query: None, end: End::Unasked, ..Scene::default() };
    let malformed = |mut event: Value, reason: &str| {
        merge(&mut event, &json!({"dns_monitor": {"malformed": reason}}));
        event
    };
    run(vec![
        ("no response in time", unanswered(End::TimedOut), alone("failure")),
        ("the agent stops", unanswered(End::Stopped), alone("unknown")),
        ("too many wait", unanswered(End::Evicted), alone("unknown")),
        (
            "a response that nothing asked for",
            unasked(),
            json!({
                "@timestamp": "2023-11-14T22:13:20.124956789Z",
                "event": {"duration": null},
                "client": {"bytes": null},
            }),
        ),
        (
            "a query that says it is a response",
            Scene {
                query: Some(message(NOERROR, [1, 0, 0, 0], &[&question(WWW, A)])),
                ..unanswered(End::WrongWay)
            },
            {
                let mut event = malformed(alone("unknown"), "wrong-qr-bit");
                merge(&mut event, &json!({"dns": {"header_flags": ["RD", "RA"]}}));
                event
            },
        ),
        (
            "less than a header",
            Scene { query: Some(vec![0; 11]), ..unanswered(End::Undecodable) },
            json!({
                "event": {"outcome": "unknown", "duration": null},
                "client": {"bytes": 11},
                "server": {"bytes": null},
                "dns": {
                    "type": "query",
                    "id": null,
                    "op_code": null,
                    "header_flags": null,
                    "response_code": null,
                    "question": null,
                },
                "dns_monitor": {"malformed": "short-header"},
            }),
        ),
    ]);
}

#[test]
fn response_codes_decide_the_outcome() {
    let asked = question(WWW, A);
    let plain = |rcode: u16| message(NOERROR | rcode, [1, 0, 0, 0], &[&asked]);
    let extended =
        |high: u8, low: u16| message(NOERROR | low, [1, 0, 0, 1], &[&asked, &opt(high, false, b"")]);
    let cases = [
        ("FORMERR", "failure", plain(1)),
        ("SERVFAIL", "failure", plain(2)),
        ("NXDOMAIN", "success", plain(3)),
        ("NOTIMP", "success", plain(4)),
        ("REFUSED", "failure", plain(5)),
        ("NOERROR", "success", extended(0, 0)),
        ("BADVERS", "success", extended(1, 0)),
        ("BADCOOKIE", "success", extended(1, 7)),
        ("RCODE4095", "success", extended(255, 15)),
    ];
    for (code, outcome, response) in cases {
        let changes = json!({
            "event": {"outcome": outcome},
            "server": {"bytes": response.len()},
            "dns": {"response_code": code},
        });
        run(vec![(code, Scene::answered(response), changes)]);
    }
}

#[test]
fn losses_are_events() {
    let mut out = Vec::new();
    let lost = Lost { kernel: 1, decode: 2, sink: 3 };
    Encoder::new(&observer()).encode_gap(
        TIME,
        Id { sequence: 43, ..ID },
        &Gap { lost, hole: None },
        &mut out,
    );
    let expected = json!({
        "@timestamp": "2023-11-14T22:13:20.123456789Z",
        "ecs": {"version": "9.0.0"},
        "event": {
            "kind": "event",
            "category": ["network"],
            "type": ["protocol"],
            "action": "dns-gap",
            "outcome": "unknown",
            "id": "17979cfe362a0000-43",
            "sequence": 43,
        },
        "observer": {"type": "dns-monitor", "version": env!("CARGO_PKG_VERSION"), "hostname": "ns1.example.net"},
        "dns_monitor": {"lost": {"kernel": 1, "decode": 2, "sink": 3}},
    });
    assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected);
    assert_eq!(out.last(), Some(&b'\n'));
}

#[test]
fn holes_are_events() {
    let why = [
        (Why::Away, Some(TIME - 1_123_456_789), "interface-away"),
        (Why::Down, Some(TIME), "interface-down"),
        (Why::Restart, None, "agent-restart"),
    ];
    for (why, from, reason) in why {
        let mut out = Vec::new();
        let hole = Hole { interface: "eth\"0".to_owned(), why, from, to: TIME };
        let gap = Gap { lost: Lost::default(), hole: Some(&hole) };
        Encoder::new(&observer()).encode_gap(TIME, ID, &gap, &mut out);
        let event: Value = serde_json::from_slice(&out).unwrap();
        let start = match why {
            Why::Away => json!("2023-11-14T22:13:19.000000000Z"),
            Why::Down => json!("2023-11-14T22:13:20.123456789Z"),
            Why::Restart => Value::Null,
        };
        assert_eq!(event["event"]["action"], "dns-gap");
        assert_eq!((&event["event"]["reason"], &event["event"]["start"]), (&json!(reason), &start));
        assert_eq!(event["event"]["end"], "2023-11-14T22:13:20.123456789Z");
        assert_eq!(event["observer"]["ingress"]["interface"]["name"], "eth\"0");
        assert_eq!(event["dns_monitor"]["lost"], json!({"kernel": 0, "decode": 0, "sink": 0}));
    }
}
