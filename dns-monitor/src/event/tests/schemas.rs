//! The other schemas: every event of the tables here, against the published fields and against ECS.

mod agree;
mod examples;
mod fields;
mod mutated;

use serde_json::{Value, json};

use super::{messages::*, *};
use crate::{
    config::Schema,
    event::{
        encoder,
        gap::{Gap, Hole, Lost, Why},
    },
};

/// All but ECS, with their published fields.
pub const SCHEMAS: [(Schema, &str); 5] = [
    (Schema::Ocsf, include_str!("schemas/ocsf.txt")),
    (Schema::Eve, include_str!("schemas/eve.txt")),
    (Schema::Zeek, include_str!("schemas/zeek.txt")),
    (Schema::Cim, include_str!("schemas/cim.txt")),
    (Schema::Asim, include_str!("schemas/asim.txt")),
];

/// The lines of an event in a schema.
pub fn lines(schema: Schema, event: &Event<'_>) -> Vec<Value> {
    let mut out = Vec::new();
    let count = encoder::Encoder::new(schema, &observer()).encode(event, &mut out);
    let text = String::from_utf8(out).unwrap();
    assert!(text.ends_with('\n'), "{schema:?}: {text}");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| {
            let value: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{schema:?}: {error}: {line}"));
            value
        })
        .collect();
    assert_eq!(lines.len() as u64, count, "{schema:?}: {text}");
    lines
}

/// Holds a scene's event against everything; called for each scene of the tables.
pub fn check(what: &str, scene: &Scene, ecs: &Value) {
    for (schema, published) in SCHEMAS {
        let lines = scene.lookup(|event| lines(schema, event));
        for line in &lines {
            fields::check(published, line)
                .unwrap_or_else(|error| panic!("{what}, {schema:?}: {error}: {line}"));
        }
        agree::check(schema, &lines, ecs)
            .unwrap_or_else(|error| panic!("{what}, {schema:?}: {error}:\n{lines:#?}\n{ecs:#}"));
    }
}

/// The checker can fail: each of these changes is noticed.
#[test]
fn what_is_not_published_is_noticed() {
    let changes: &[(Schema, &str, Value)] = &[
        (Schema::Ocsf, "/unknown", json!(1)),
        (Schema::Ocsf, "/query/unknown", json!(1)),
        (Schema::Ocsf, "/time", json!("2023-11-14T22:13:20Z")),
        (Schema::Ocsf, "/severity_id", json!(7)),
        (Schema::Ocsf, "/severity_id", Value::Null),
        (Schema::Ocsf, "/query/hostname", Value::Null),
        (Schema::Ocsf, "/src_endpoint/ip", json!("")),
        (Schema::Ocsf, "/src_endpoint/mac", json!("02")),
        (Schema::Eve, "/timestamp", json!("2023-11-14T22:13:20Z")),
        (Schema::Eve, "/dns/type", json!("query")),
        (Schema::Eve, "/dns/version", Value::Null),
        (Schema::Zeek, "/uid", Value::Null),
        (Schema::Zeek, "/ts", json!("1")),
        (Schema::Cim, "/message_type", json!("Answer")),
        (Schema::Cim, "/src_port", json!(65_536)),
        (Schema::Asim, "/EventCount", json!(2)),
        (Schema::Asim, "/Dvc", Value::Null),
        (Schema::Asim, "/EventStartTime", json!("2023-11-14T22:13:20.123456789Z")),
    ];
    for (schema, path, value) in changes {
        let (_, published) = SCHEMAS.iter().find(|(known, _)| known == schema).unwrap();
        let mut line = Scene::default().lookup(|event| lines(*schema, event)).remove(0);
        fields::check(published, &line).unwrap();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let fields = line.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
        match value {
            Value::Null => drop(fields.remove(name).unwrap()),
            value => drop(fields.insert(name.to_owned(), value.clone())),
        }
        assert!(fields::check(published, &line).is_err(), "{schema:?} {path} = {value}");
    }
}

/// What is not the same is noticed.
#[test]
fn what_does_not_agree_is_noticed() {
    let scene = Scene::answered(answer(&[record(QNAME, A, IN, &[192, 0, 2, 80])]));
    let (ecs, _) = scene.json();
    for (schema, _) in SCHEMAS {
        let good = scene.lookup(|event| lines(schema, event));
        agree::check(schema, &good, &ecs).unwrap();
        for (path, value) in [
            ("/client/ip", json!("192.0.2.2")),
            ("/client/port", json!(1)),
            ("/server/ip", json!("192.0.2.2")),
            ("/network/transport", json!("tcp")),
            ("/dns/id", json!("1")),
            ("/dns/question/name", json!("www.example.net")),
            ("/dns/question/type", json!("AAAA")),
            ("/dns/response_code", json!("NXDOMAIN")),
            ("/dns/answers/0/data", json!("192.0.2.81")),
            ("/dns_monitor/verdict", json!("drop")),
            ("/event/id", json!("0")),
        ] {
            let mut other = ecs.clone();
            *other.pointer_mut(path).unwrap() = value;
            assert!(agree::check(schema, &good, &other).is_err(), "{schema:?} {path}");
        }
    }
}

/// What a gap is in each schema.
fn gaps() -> [(Schema, Value); 5] {
    let lost = json!({"kernel": 1, "decode": 2, "sink": 3});
    let words = "lost: 1 packets in the kernel, 2 samples, 3 events";
    [
        (
            Schema::Ocsf,
            json!({
                "class_uid": 0, "class_name": "Base Event", "category_uid": 0, "category_name": "Uncategorized",
                "activity_id": 99, "activity_name": "Gap", "type_uid": 99, "type_name": "Base Event: Other",
                "metadata": {
                    "version": "1.8.0",
                    "profiles": ["security_control", "datetime", "host"],
                    "product": {
                        "name": "dns-monitor", "vendor_name": "dns-monitor", "version": env!("CARGO_PKG_VERSION"),
                    },
                    "log_name": "dns",
                    "uid": "17979cfe362a0000-43",
                    "sequence": 43,
                },
                "time": 1_700_000_000_123u64,
                "time_dt": "2023-11-14T22:13:20.123456789Z",
                "status_id": 0, "status": "Unknown", "severity_id": 3, "severity": "Medium",
                "message": words,
                "device": {"type_id": 1, "hostname": "ns1.example.net"},
                "unmapped": {"dns_monitor": {"lost": lost}},
            }),
        ),
        (
            Schema::Eve,
            json!({
                "timestamp": "2023-11-14T22:13:20.123456+0000",
                "log_level": "Warning", "event_type": "engine", "host": "ns1.example.net",
                "engine": {"message": words, "module": "dns-monitor"},
                "dns_monitor": {"lost": lost, "id": "17979cfe362a0000-43", "sequence": 43},
            }),
        ),
        (
            Schema::Zeek,
            json!({
                "_path": "reporter", "_system_name": "ns1.example.net", "ts": 1_700_000_000.123_456,
                "level": "Reporter::WARNING", "message": words, "location": "dns-monitor",
                "dns_monitor": {"lost": lost, "id": "17979cfe362a0000-43", "sequence": 43},
            }),
        ),
        (
            Schema::Cim,
            json!({
                "timestamp": "2023-11-14T22:13:20.123456789Z", "vendor_product": "dns-monitor",
                "dvc": "ns1.example.net", "signature": "dns-gap", "description": words,
                "dns_monitor": {"lost": lost, "id": "17979cfe362a0000-43", "sequence": 43},
            }),
        ),
        (
            Schema::Asim,
            json!({
                "TimeGenerated": "2023-11-14T22:13:20.1234567Z",
                "EventStartTime": "2023-11-14T22:13:20.1234567Z",
                "EventEndTime": "2023-11-14T22:13:20.1234567Z",
                "EventCount": 1, "EventOriginalUid": "17979cfe362a0000-43",
                "EventVendor": "dns-monitor", "EventProduct": "dns-monitor",
                "EventProductVersion": env!("CARGO_PKG_VERSION"),
                "Dvc": "ns1.example.net", "DvcHostname": "ns1.example.net",
                "EventType": "dns-gap", "EventResult": "NA", "EventSeverity": "Medium", "EventMessage": words,
                "AdditionalFields": {"dns_monitor": {"lost": lost, "sequence": 43}},
            }),
        ),
    ]
}

#[test]
fn losses_are_told_in_every_schema() {
    for (schema, expected) in gaps() {
        let mut out = Vec::new();
        let lost = Lost { kernel: 1, decode: 2, sink: 3 };
        let lines = encoder::Encoder::new(schema, &observer()).encode_gap(
            TIME,
            Id { sequence: 43, ..ID },
            &Gap { lost, hole: None },
            &mut out,
        );
        assert_eq!(lines, 1);
        assert_eq!(out.last(), Some(&b'\n'));
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected, "{schema:?}");
    }
}

#[test]
fn holes_are_told_in_every_schema() {
    let hole =
        Hole { interface: "eth0".to_owned(), why: Why::Away, from: Some(TIME - 123_456_789), to: TIME };
    for schema in [Schema::Ocsf, Schema::Eve, Schema::Zeek, Schema::Cim, Schema::Asim] {
        let mut out = Vec::new();
        let gap = Gap { lost: Lost::default(), hole: Some(&hole) };
        encoder::Encoder::new(schema, &observer()).encode_gap(TIME, ID, &gap, &mut out);
        let event: Value = serde_json::from_slice(&out).unwrap();
        let beyond = match schema {
            Schema::Ocsf => &event["unmapped"]["dns_monitor"],
            Schema::Asim => &event["AdditionalFields"]["dns_monitor"],
            _ => &event["dns_monitor"],
        };
        for (field, value) in [
            ("reason", "interface-away"),
            ("start", "2023-11-14T22:13:20.000000000Z"),
            ("end", "2023-11-14T22:13:20.123456789Z"),
            ("interface", "eth0"),
        ] {
            assert_eq!(beyond[field], value, "{schema:?}");
        }
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(
            "\"nothing was seen on eth0 from 2023-11-14T22:13:20.000000000Z to 2023-11-14T22:13:20.123456789Z: interface-away\""
        ), "{text}");
    }
}

/// A query, its response and the alert are tied together, and by nothing else.
#[test]
fn lines_of_one_lookup_share_a_flow() {
    let flow = |sequence| {
        let mut out = Vec::new();
        Scene::default().lookup(|event| {
            let event = Event { id: Id { sequence, ..ID }, ..*event };
            encoder::Encoder::new(Schema::Eve, &observer()).encode(&event, &mut out)
        });
        let text = String::from_utf8(out).unwrap();
        let flows: Vec<u64> = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["flow_id"].as_u64().unwrap())
            .collect();
        assert!(flows.len() == 2 && flows[0] == flows[1] && flows[0] < 1 << 53, "{flows:?}");
        flows[0]
    };
    let flows: std::collections::BTreeSet<_> = (0..1000).map(flow).collect();
    assert_eq!(flows.len(), 1000);
}
