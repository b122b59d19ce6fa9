//! Messages made by hand, and the exact events they become.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod answers;
mod dnstap;
mod ends;
mod judged;
mod lines;
mod malformed;
mod messages;
mod names;
mod networks;
mod schemas;

use serde_json::{Value, json};

use super::{End, Event, Id, Judgement, Lookup, Malformed, Seen, text};
use crate::{
    event::{Observer, ecs::Encoder},
    identity::directory::Who,
    sample::{Datagram, Direction, Packet, Transport},
    track::role::Role,
};
use messages::{A, NOERROR, QUERY, WWW, message, question};

/// 1,700,000,000 seconds and 123,456,789 ns after 1970.
const TIME: u64 = 1_700_000_000_123_456_789;
const LATENCY: u64 = 1_500_000;
const ID: Id = Id { start: 0x1797_9cfe_362a_0000, sequence: 42 };

fn observer() -> Observer {
    Observer { hostname: Some("ns1.example.net".to_owned()), start: None }
}

/// A lookup of a client for www.example.com; tests change what they are about.
struct Scene {
    query: Option<Vec<u8>>,
    response: Option<Vec<u8>>,
    end: End,
    role: Role,
    /// Of the query; the response has it the other way round.
    packet: Packet,
    interface: Option<&'static str>,
    /// Bytes on the wire, where they are not those captured.
    length: Option<u32>,
    judgement: Judgement<'static>,
}

impl Default for Scene {
    fn default() -> Self {
        let asked = question(WWW, A);
        Self {
            query: Some(message(QUERY, [1, 0, 0, 0], &[&asked])),
            response: Some(message(NOERROR, [1, 0, 0, 0], &[&asked])),
            end: End::Answered,
            role: Role::Client,
            packet: Packet {
                time: TIME,
                interface: 0,
                direction: Direction::In,
                transport: Transport::Udp,
                source: [192, 0, 2, 1].into(),
                destination: [192, 0, 2, 53].into(),
                source_port: 40_000,
                destination_port: 53,
                source_mac: Some([0x02, 0, 0, 0, 0xab, 0xcd]),
                destination_mac: Some([0x02, 0, 0, 0, 0, 0x53]),
                outer_vlan: None,
                inner_vlan: None,
                judged: None,
            },
            interface: Some("eth0"),
            length: None,
            judgement: Judgement::default(),
        }
    }
}

impl Scene {
    /// A response to the usual query.
    fn answered(response: Vec<u8>) -> Self {
        Self { response: Some(response), ..Self::default() }
    }

    /// A query that nothing answers.
    fn unanswered(query: Vec<u8>) -> Self {
        Self { query: Some(query), response: None, end: End::TimedOut, ..Self::default() }
    }

    fn seen<'a>(&self, packet: Packet, bytes: &'a [u8]) -> Seen<'a> {
        let length = self.length.unwrap_or(bytes.len() as u32);
        Seen::new(Datagram { packet, length, bytes })
    }

    fn lookup<T>(&self, look: impl FnOnce(&Event<'_>) -> T) -> T {
        let packet = self.packet;
        let turned = Packet {
            time: TIME + LATENCY,
            direction: Direction::Out,
            source: packet.destination,
            destination: packet.source,
            source_port: packet.destination_port,
            destination_port: packet.source_port,
            source_mac: packet.destination_mac,
            destination_mac: packet.source_mac,
            ..packet
        };
        let lookup = Lookup {
            role: self.role,
            query: self.query.as_deref().map(|bytes| self.seen(packet, bytes)),
            response: self.response.as_deref().map(|bytes| self.seen(turned, bytes)),
            end: self.end,
            cause: crate::track::cause::told::Cause::Untold,
        };
        let mac = lookup.peers().unwrap().0.mac;
        look(&Event::new(&lookup, &self.judgement, &Who::stranger(mac), ID, self.interface).unwrap())
    }

    /// The event, and the line it is.
    fn json(&self) -> (Value, String) {
        let mut out = Vec::new();
        let observer = observer();
        self.lookup(|event| Encoder::new(&observer).encode(event, &mut out));
        let line = String::from_utf8(out).unwrap();
        let value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        (value, line)
    }

    fn text(&self, colored: bool) -> String {
        let mut out = Vec::new();
        self.lookup(|event| text::Encoder::new(colored).encode(event, &mut out));
        String::from_utf8(out).unwrap()
    }
}

/// What the usual lookup becomes: no answers, no error.
fn usual() -> Value {
    json!({
        "@timestamp": "2023-11-14T22:13:20.123456789Z",
        "ecs": {"version": "9.0.0"},
        "event": {
            "kind": "event",
            "category": ["network"],
            "type": ["protocol", "allowed"],
            "action": "dns-lookup",
            "outcome": "success",
            "duration": 1_500_000,
            "id": "17979cfe362a0000-42",
            "sequence": 42,
        },
        "network": {
            "transport": "udp",
            "type": "ipv4",
            "community_id": "1:8uhG6bwfUhcPxBohcqJWKZOCqNM=",
        },
        "client": {"ip": "192.0.2.1", "port": 40000, "mac": "02-00-00-00-AB-CD", "bytes": 33},
        "server": {"ip": "192.0.2.53", "port": 53, "bytes": 33},
        "observer": {
            "type": "dns-monitor",
            "version": env!("CARGO_PKG_VERSION"),
            "hostname": "ns1.example.net",
            "ingress": {"interface": {"name": "eth0"}},
        },
        "dns": {
            "type": "answer",
            "id": "4660",
            "op_code": "QUERY",
            "header_flags": ["RD", "RA"],
            "response_code": "NOERROR",
            "question": {
                "name": "www.example.com",
                "type": "A",
                "class": "IN",
                "registered_domain": "example.com",
                "top_level_domain": "com",
                "subdomain": "www",
            },
        },
        "dns_monitor": {"role": "client", "verdict": "pass"},
    })
}

/// Changes a value as RFC 7396 says: objects are merged, null removes.
fn merge(value: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else { return *value = patch.clone() };
    if !value.is_object() {
        *value = json!({});
    }
    let Value::Object(fields) = value else { return };
    for (name, change) in changes {
        if change.is_null() {
            assert!(fields.remove(name).is_some(), "there is no {name} to remove");
        } else {
            merge(fields.entry(name).or_insert(Value::Null), change);
        }
    }
}

/// What, the lookup, and how its event differs from the usual one.
type Case = (&'static str, Scene, Value);

fn run(cases: Vec<Case>) {
    for (what, scene, changes) in cases {
        let mut expected = usual();
        merge(&mut expected, &changes);
        let (event, line) = scene.json();
        assert_eq!(event, expected, "{what}");
        schemas::check(what, &scene, &event);
        assert!(line.ends_with("}\n") && line.matches('\n').count() == 1, "{what}: one line");
    }
}

#[test]
fn the_usual_lookup() {
    run(vec![("as it is", Scene::default(), json!({}))]);
}
