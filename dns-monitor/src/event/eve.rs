//! EVE, the JSON of Suricata, with version 3 of its `dns` (Suricata 8): a line for the query, one for the response, and
//! one for the alert where a rule asks for one. A gap is a message of the engine.

mod alert;
mod dns;

use self::dns::{Dns, Part};
use super::{
    Event, Id, Observer, beyond,
    gap::Gap,
    json::{count, ip, number, raw, text},
    time::Clock,
};
use crate::{
    sample::Transport,
    track::lookup::{Peer, Seen},
};

/// Suricata's own are integers that a double holds.
const FLOW_BITS: u32 = 53;

/// Writes lines of one agent.
pub struct Encoder {
    clock: Clock,
    /// `,"host":"…"`, or nothing.
    host: Vec<u8>,
    /// `,"community_id":"…"` and VLANs, the same in all lines of a lookup.
    network: Vec<u8>,
    /// `,"dns_monitor":{…}`, the same in the last line and the alert.
    beyond: Vec<u8>,
    dns: Dns,
}

impl Encoder {
    /// Prepares what all events have in common.
    pub fn new(observer: &Observer) -> Self {
        let mut host = Vec::new();
        if let Some(hostname) = &observer.hostname {
            text(&mut host, r#","host":""#, hostname);
        }
        let (clock, dns) = Default::default();
        Self { clock, host, network: Vec::new(), beyond: Vec::new(), dns }
    }

    /// Appends one event, each of its lines with a line feed; returns how many they are.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> u64 {
        let Some(first) = event.lookup.first() else { return 0 };
        self.network(event, first);
        let malformed = self.dns.prepare(event).or(event.malformed);
        self.beyond(event, malformed);
        let (query, response) = (&event.lookup.query, &event.lookup.response);
        let mut lines = 0;
        if let Some(query) = query {
            self.head(event, query.time(), r#"dns","src_ip":""#, (event.client, event.server), out);
            self.dns.write(event, query, Part::Request, out);
            match response {
                Some(_) => self.brief(event, out),
                None => out.extend_from_slice(&self.beyond),
            }
            raw(out, "}\n");
            lines += 1;
        }
        if let Some(response) = response {
            self.head(event, response.time(), r#"dns","src_ip":""#, (event.server, event.client), out);
            self.dns.write(event, response, Part::Response, out);
            out.extend_from_slice(&self.beyond);
            raw(out, "}\n");
            lines += 1;
        }
        if event.is_alert() {
            self.alert(event, first.time(), out);
            lines += 1;
        }
        lines
    }

    /// Appends a message of the engine and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, id: Id, gap: &Gap<'_>, out: &mut Vec<u8>) {
        raw(out, r#"{"timestamp":""#);
        self.clock.write_short(time, 6, "+0000", out);
        raw(out, r#"","log_level":"Warning","event_type":"engine""#);
        out.extend_from_slice(&self.host);
        raw(out, r#","engine":{"message":""#);
        gap.tell(&mut self.clock, out);
        raw(out, r#"","module":"dns-monitor"},"dns_monitor":{"#);
        beyond::gap(gap, &mut self.clock, out);
        beyond::id(id, out);
        raw(out, "}}\n");
    }

    fn alert(&mut self, event: &Event<'_>, time: u64, out: &mut Vec<u8>) {
        self.head(event, time, r#"alert","src_ip":""#, (event.client, event.server), out);
        alert::write(event, out);
        raw(out, r#","app_proto":"dns""#);
        match (&event.lookup.response, &event.lookup.query) {
            (Some(response), _) => self.dns.write(event, response, Part::Response, out),
            (None, Some(query)) => self.dns.write(event, query, Part::Request, out),
            (None, None) => {}
        }
        out.extend_from_slice(&self.beyond);
        raw(out, "}\n");
    }

    /// From the timestamp to VLANs: `kind` is the type of the event, up to the first address.
    fn head(
        &mut self,
        event: &Event<'_>,
        time: u64,
        kind: &str,
        (from, to): (Peer, Peer),
        out: &mut Vec<u8>,
    ) {
        raw(out, r#"{"timestamp":""#);
        self.clock.write_short(time, 6, "+0000", out);
        count(out, r#"","flow_id":"#, flow(event.id));
        out.extend_from_slice(&self.host);
        if let Some(interface) = event.interface {
            text(out, r#","in_iface":""#, interface);
        }
        raw(out, r#","event_type":""#);
        ip(out, kind, from.ip);
        count(out, r#","src_port":"#, u64::from(from.port));
        ip(out, r#","dest_ip":""#, to.ip);
        count(out, r#","dest_port":"#, u64::from(to.port));
        out.extend_from_slice(&self.network);
    }

    fn network(&mut self, event: &Event<'_>, first: &Seen<'_>) {
        let (packet, out) = (&first.datagram.packet, &mut self.network);
        out.clear();
        raw(
            out,
            match packet.transport {
                Transport::Udp => r#","proto":"UDP","ip_v":"#,
                Transport::Tcp => r#","proto":"TCP","ip_v":"#,
            },
        );
        raw(out, if packet.source.is_ipv4() { "4" } else { "6" });
        raw(out, r#","community_id":""#);
        event.community_id(packet.transport, out);
        raw(out, "\"");
        if let Some(id) = packet.outer_vlan {
            count(out, r#","vlan":["#, u64::from(id));
            if let Some(id) = packet.inner_vlan {
                raw(out, ",");
                number(out, u64::from(id));
            }
            raw(out, "]");
        }
    }

    fn beyond(&mut self, event: &Event<'_>, malformed: Option<&str>) {
        let out = &mut self.beyond;
        out.clear();
        raw(out, r#","dns_monitor":{"#);
        beyond::members(event, malformed, &mut self.clock, out);
        beyond::id(event.id, out);
        beyond::client(event, out);
        if let Some(duration) = event.lookup.duration() {
            count(out, r#","duration":"#, duration);
        }
        if let Some(rule) = &event.judgement.rule {
            beyond::rule(rule, out);
        }
        raw(out, "}");
    }

    /// What a query's line says where the response's says all.
    fn brief(&self, event: &Event<'_>, out: &mut Vec<u8>) {
        raw(out, r#","dns_monitor":{"role":""#);
        raw(out, event.lookup.role.name());
        raw(out, "\"");
        beyond::id(event.id, out);
        raw(out, "}");
    }
}

/// What the lines of a lookup have in common and no others: Suricata's number of a flow, made from the event's id.
fn flow(id: Id) -> u64 {
    // Any odd constant spreads neighbours; this one is 2^64 divided by the golden ratio.
    (id.start ^ id.sequence.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - FLOW_BITS)
}
