//! Elastic Common Schema, the default: the contract of `docs/EVENTS.md`, field by field.

mod action;
mod cause;
mod dns;
mod monitor;
mod network;

use self::{
    action::action,
    dns::Dns,
    monitor::{monitor, rule},
    network::{network, peer},
};
use super::{
    Event, Id, Observer,
    gap::Lost,
    json::{escaped, number, raw},
    time::Clock,
};
use crate::identity::history::Machine;

/// The version of ECS whose field names these are.
const VERSION: &str = "9.0.0";

/// Writes events of one agent.
pub struct Encoder {
    clock: Clock,
    /// `"observer":{"type":…,"version":…,"hostname":…`, open at the end.
    observer: String,
    /// The interface of the last event, and its `"observer":{…}`.
    seen_on: (String, Vec<u8>),
    dns: Dns,
}

impl Encoder {
    /// Prepares what all events have in common.
    pub fn new(observer: &Observer) -> Self {
        let mut text =
            format!(r#","observer":{{"type":"dns-monitor","version":"{}""#, env!("CARGO_PKG_VERSION"));
        if let Some(hostname) = &observer.hostname {
            let mut name = Vec::new();
            escaped(&mut name, hostname.as_bytes());
            text += &format!(r#","hostname":"{}""#, String::from_utf8_lossy(&name));
        }
        Self { clock: Clock::default(), observer: text, seen_on: Default::default(), dns: Dns::default() }
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
            rule(hit, out);
        }
        monitor(event, malformed, &mut self.clock, out);
        raw(out, "}\n");
    }

    /// Appends a `dns-gap` event and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, id: Id, lost: &Lost, out: &mut Vec<u8>) {
        self.head(time, out);
        raw(out, r#","event":{"kind":"event","category":["network"],"type":["protocol"],"action":"dns-gap""#);
        raw(out, r#","outcome":"unknown""#);
        action::id(id, out);
        raw(out, "}");
        self.observer(None, out);
        raw(out, r#","dns_monitor":{"lost":{"kernel":"#);
        number(out, lost.kernel);
        raw(out, r#","decode":"#);
        number(out, lost.decode);
        raw(out, r#","sink":"#);
        number(out, lost.sink);
        raw(out, "}}}\n");
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
            raw(out, &self.observer);
            return raw(out, "}");
        };
        if self.seen_on.0 != interface {
            let mut text = self.observer.clone().into_bytes();
            raw(&mut text, r#","ingress":{"interface":{"name":""#);
            escaped(&mut text, interface.as_bytes());
            raw(&mut text, r#""}}}"#);
            self.seen_on = (interface.to_owned(), text);
        }
        out.extend_from_slice(&self.seen_on.1);
    }
}
