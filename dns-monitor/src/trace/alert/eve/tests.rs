#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::*;
use crate::trace::alert::{End, when::When};

fn read_value(value: &Value) -> Option<Kind> {
    read(value, &Clock { zone: TimeZone::UTC, now: 0 })
}

/// `base` with the fields of `more`.
fn with(base: &Value, more: Value) -> Value {
    let mut value = base.clone();
    if let (Value::Object(base), Value::Object(more)) = (&mut value, more) {
        base.extend(more);
    }
    value
}

fn query() -> Value {
    json!({
        "timestamp": "2026-11-26T18:02:11.123456+0000", "flow_id": 1_234_567_890_123_456_u64, "event_type": "alert",
        "src_ip": "10.53.0.2", "src_port": 41_523, "dest_ip": "10.53.0.103", "dest_port": 53, "proto": "UDP",
        "alert": {"action": "allowed", "gid": 1, "signature_id": 1_000_001, "signature": "LAB bad name", "severity": 1},
        "app_proto": "dns",
    })
}

fn said() -> Said {
    let end = |address: &str, port| Some(End { address: address.parse().unwrap(), port: Some(port) });
    Said {
        when: Some(When { time: 1_795_716_131_123_456_000, unit: 1_000 }),
        ends: [end("10.53.0.2", 41_523), end("10.53.0.103", 53)],
        id: Some(4711),
        name: Some("bad.example".into()),
        of_response: false,
        about: Some("LAB bad name (sid 1000001)".into()),
        link: Some("flow_id 1234567890123456".into()),
    }
}

#[test]
fn alerts_of_every_version() {
    let response =
        json!({"src_ip": "10.53.0.103", "src_port": 53, "dest_ip": "10.53.0.2", "dest_port": 41_523});
    let [one, other] = said().ends;
    let answered = Said { ends: [other, one], of_response: true, ..said() };
    let cases = [
        (
            "6 and 7, a query",
            json!({"dns": {"query": [{"type": "query", "id": 4711, "rrname": "bad.example", "rrtype": "A", "tx_id": 0}]}}),
            said(),
        ),
        (
            "6 and 7, a response",
            with(
                &response,
                json!({"dns": {
                    "query": [{"type": "query", "id": 4711, "rrname": "bad.example", "rrtype": "A", "tx_id": 0}],
                    "answer": {"version": 2, "type": "answer", "id": 4711, "rrname": "bad.example", "rcode": "NOERROR"},
                }}),
            ),
            answered.clone(),
        ),
        (
            "7, a response alone",
            with(
                &response,
                json!({"dns": {"answer": {"version": 2, "type": "answer", "id": 4711, "rrname": "bad.example"}}}),
            ),
            answered.clone(),
        ),
        (
            "8, a query",
            json!({"dns": {
                "version": 3, "type": "request", "tx_id": 0, "id": 4711, "flags": "100", "rd": true, "opcode": 0,
                "queries": [{"rrname": "Bad.Example", "rrtype": "A"}],
            }}),
            said(),
        ),
        (
            "8, a response",
            with(
                &response,
                json!({"dns": {
                    "version": 3, "type": "response", "id": 4711, "queries": [{"rrname": "bad.example", "rrtype": "A"}],
                    "answers": [{"rrname": "bad.example", "rrtype": "A", "ttl": 60, "rdata": "192.0.2.66"}],
                }}),
            ),
            answered,
        ),
        (
            "7, a response from a port 53 to a port 53",
            json!({"direction": "to_client", "dest_port": 53, "dns": {"query": [{"id": 4711, "rrname": "bad.example"}]}}),
            Said { of_response: true, ..said() },
        ),
        ("no DNS message", json!({}), Said { id: None, name: None, ..said() }),
        ("the name of a TLS connection", json!({"tls": {"sni": "bad.example"}}), Said { id: None, ..said() }),
        (
            "the host of an HTTP request",
            json!({"http": {"hostname": "bad.example"}}),
            Said { id: None, ..said() },
        ),
        (
            "an id that is none",
            json!({"dns": {"id": 70_000, "rrname": "bad.example"}}),
            Said { id: None, ..said() },
        ),
        (
            "an IPv4 address in IPv6",
            json!({"src_ip": "::ffff:10.53.0.2", "dns": {"id": 4711, "rrname": "bad.example"}}),
            said(),
        ),
    ];
    for (what, more, expected) in cases {
        assert_eq!(read_value(&with(&query(), more)), Some(Kind::Alert(expected)), "{what}");
    }
}

#[test]
fn fields_that_are_garbage_are_absent() {
    let cases = [
        ("a time that is none", json!({"timestamp": "yesterday"}), Said { when: None, ..said() }),
        ("a time of another type", json!({"timestamp": 5}), Said { when: None, ..said() }),
        (
            "an address that is none",
            json!({"src_ip": "10.53.0.256"}),
            Said { ends: [None, said().ends[1]], ..said() },
        ),
        (
            "a port that is none",
            json!({"src_port": 65_536}),
            Said {
                ends: said()
                    .ends
                    .map(|end| end.map(|end| End { port: end.port.filter(|p| *p == 53), ..end })),
                ..said()
            },
        ),
        ("no signature", json!({"alert": "x"}), Said { about: None, ..said() }),
        ("no flow", json!({"flow_id": null}), Said { link: None, ..said() }),
        ("a name of no length", json!({"dns": {"id": 4711, "rrname": ""}}), Said { name: None, ..said() }),
    ];
    let base = with(&query(), json!({"dns": {"id": 4711, "rrname": "bad.example"}}));
    for (what, more, expected) in cases {
        let found = read_value(&with(&base, more));
        let Some(Kind::Alert(found)) = found else { panic!("{what}: {found:?}") };
        // Without its port, the response's server still has its own.
        assert_eq!(Said { of_response: false, ..found }, expected, "{what}");
    }
}

#[test]
fn records_of_lookups_are_told_from_alerts_and_from_the_rest() {
    let record = json!({"event_type": "dns", "alert": null, "dns": {"type": "answer", "id": 4711, "rrname": "bad.example"}});
    let expected = Said { about: None, of_response: true, ..said() };
    assert_eq!(read_value(&with(&query(), record)), Some(Kind::Record(expected)));
    assert_eq!(read_value(&with(&query(), json!({"event_type": "flow"}))), Some(Kind::Other));
    assert_eq!(read_value(&json!({"ts": 1.5, "uid": "C1"})), None, "not Suricata's");
    assert_eq!(read_value(&json!({"event_type": 7})), None, "no kind");
}
