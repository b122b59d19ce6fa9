//! Every event of every capture in every schema: it is JSON, its fields are the published ones, and it agrees with ECS.
//!
//! `DNS_MONITOR_CAPTURES` names another folder of captures.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, reason = "tests")]

mod event_support;
mod replay_support;

/// The checks of the unit tests, which name the schema as a module of their crate.
mod config {
    pub use dns_monitor::config::Schema;
}
#[path = "../src/event/tests/schemas/agree.rs"]
mod agree;
#[path = "../src/event/tests/schemas/fields.rs"]
mod fields;

use dns_monitor::{
    config::Schema,
    event::{Event, encoder::Encoder},
};
use event_support::{each_event, observer};
use replay_support::captures;
use serde_json::Value;

const SCHEMAS: [(Schema, &str); 5] = [
    (Schema::Ocsf, include_str!("../src/event/tests/schemas/ocsf.txt")),
    (Schema::Eve, include_str!("../src/event/tests/schemas/eve.txt")),
    (Schema::Zeek, include_str!("../src/event/tests/schemas/zeek.txt")),
    (Schema::Cim, include_str!("../src/event/tests/schemas/cim.txt")),
    (Schema::Asim, include_str!("../src/event/tests/schemas/asim.txt")),
];

fn lines(encoder: &mut Encoder, event: &Event<'_>) -> Vec<Value> {
    let mut out = Vec::new();
    let count = encoder.encode(event, &mut out);
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            // Members that came twice would be lost in reading.
            assert_eq!(keys(&value), line.matches("\":").count() - in_strings(&value), "{line}");
            value
        })
        .collect();
    assert_eq!(lines.len() as u64, count, "{text}");
    lines
}

/// How many members an event has, nested ones too.
fn keys(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.len() + members.values().map(keys).sum::<usize>(),
        Value::Array(items) => items.iter().map(keys).sum(),
        _ => 0,
    }
}

/// What looks like the end of a key, but stands in a text.
fn in_strings(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(in_strings).sum(),
        Value::Array(items) => items.iter().map(in_strings).sum(),
        Value::String(_) => value.to_string().matches("\":").count(),
        _ => 0,
    }
}

#[test]
fn every_event_is_the_same_in_every_schema() {
    let mut events = 0;
    for file in captures() {
        let mut ecs = Encoder::new(Schema::Ecs, &observer());
        let mut others = SCHEMAS.map(|(schema, list)| (schema, list, Encoder::new(schema, &observer())));
        events += each_event(&file, |event| {
            let expected = lines(&mut ecs, event).remove(0);
            for (schema, list, encoder) in &mut others {
                let place = || format!("{} event {}, {schema:?}", file.display(), event.id.sequence);
                let lines = lines(encoder, event);
                for line in &lines {
                    fields::check(list, line).unwrap_or_else(|error| panic!("{}: {error}: {line}", place()));
                }
                agree::check(*schema, &lines, &expected)
                    .unwrap_or_else(|error| panic!("{}: {error}:\n{lines:#?}\n{expected:#}", place()));
            }
        });
    }
    assert!(events > 0, "no capture has an event");
}
