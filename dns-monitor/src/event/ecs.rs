//! Elastic Common Schema, the default: the contract of `docs/EVENTS.md`, field by field.

mod action;
mod dns;
mod network;

use self::{
    action::action,
    dns::Dns,
    network::{network, peer},
};
use super::{
    Event, Id, Observer, beyond,
    gap::Gap,
    json::{escaped, raw, text},
    time::Clock,
};
use crate::identity::history::Machine;

/// The version of ECS whose field names these are.
const VERSION: &str = "9.0.0";

/// Writes events of one agent.
pub struct Encoder {
    clock: Clock,
    /// `"observer":{"type":…,"version":…,"hostname":…`, open at the end.
    observer: Vec<u8>,
    /// The interface of the last event, and its `"observer":{…}`.
    seen_on: (String, Vec<u8>),
    dns: Dns,
}

impl Encoder {
    /// Prepares what all events have in common.
    pub fn new(observer: &Observer) -> Self {
        let mut open =
            concat!(r#","observer":{"type":"dns-monitor","version":""#, env!("CARGO_PKG_VERSION"), "\"")
                .as_bytes()
                .to_vec();
        if let Some(hostname) = &observer.hostname {
            text(&mut open, r#","hostname":""#, hostname);
        }
        Self { clock: Clock::default(), observer: open, seen_on: Default::default(), dns: Dns::default() }
    }

    /// Appends one event and a line feed.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let Some(first) = event.lookup.first() else { return };
        self.head(first.time(), out);
        action(event, out);
        network(&first.datagram.packet, event, out);
        peer(out, r#","client":{"ip":""#, event.client, event.lookup.query.as_ref(), &event.who.client);
        peer(out, r#","server":{"ip":""#, event.server, event.lookup.response.as_ref(), &Machine::default());
        self.observer(event.interface, out);
        let malformed = self.dns.write(event, out).or(event.malformed);
        if let Some(hit) = &event.judgement.rule {
            beyond::rule(hit, out);
        }
        raw(out, r#","dns_monitor":{"#);
        beyond::members(event, malformed, &mut self.clock, out);
        raw(out, "}}\n");
    }

    /// Appends a `dns-gap` event and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, id: Id, gap: &Gap<'_>, out: &mut Vec<u8>) {
        self.head(time, out);
        raw(out, r#","event":{"kind":"event","category":["network"],"type":["protocol"],"action":"dns-gap""#);
        raw(out, r#","outcome":"unknown""#);
        beyond::id(id, out);
        if let Some(hole) = gap.hole {
            beyond::hole(hole, &mut self.clock, out);
        }
        raw(out, "}");
        self.observer(gap.hole.map(|hole| hole.interface.as_str()), out);
        raw(out, r#","dns_monitor":{"#);
        beyond::lost(&gap.lost, out);
        raw(out, "}}\n");
    }

    fn head(&mut self, time: u64, out: &mut Vec<u8>) {
        raw(out, r#"{"@timestamp":""#);
        self.clock.write(time, out);
        raw(out, r#"","ecs":{"version":""#);
        raw(out, VERSION);
        raw(out, r#""}"#);
    }

    fn observer(&mut self, interface: Option<&str>, out: &mut Vec<u8>) {
        let Some(interface) = interface else {
            out.extend_from_slice(&self.observer);
            return raw(out, "}");
        };
        if self.seen_on.0 != interface {
            let mut text = self.observer.clone();
            raw(&mut text, r#","ingress":{"interface":{"name":""#);
            escaped(&mut text, interface.as_bytes());
            raw(&mut text, r#""}}}"#);
            self.seen_on = (interface.to_owned(), text);
        }
        out.extend_from_slice(&self.seen_on.1);
    }
}
