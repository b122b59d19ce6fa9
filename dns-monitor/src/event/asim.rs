//! Microsoft Sentinel's Advanced Security Information Model: Dns, version 0.1.7, its fields as columns of the table
//! `ASimDnsActivityLogs`. What it has no column for is in `AdditionalFields`. It has no schema for a gap: such an event
//! has the columns that all schemas share, but no `EventSchema`.

mod dns;

use super::{
    Event, Id, Observer, Outcome, beyond,
    gap::Gap,
    json::{count, ip, mac_with, raw, text},
    time::Clock,
};
use crate::{
    rules::{
        action::{Block, Severity},
        verdict::{Enforced, Hit, Verdict},
    },
    sample::{Mac, Packet, Transport},
};

/// Digits of a second that a `datetime` of Kusto has.
const DIGITS: usize = 7;
/// ns in the unit of `DnsNetworkDuration`.
const MS: u64 = 1_000_000;

/// Writes events of one agent.
pub struct Encoder {
    clock: Clock,
    /// The columns that say who says so.
    observer: Vec<u8>,
}

impl Encoder {
    /// Prepares what all events have in common.
    pub fn new(observer: &Observer) -> Self {
        let mut common = concat!(
            r#","EventVendor":"dns-monitor","EventProduct":"dns-monitor","EventProductVersion":""#,
            env!("CARGO_PKG_VERSION"),
            r#"","Dvc":""#
        )
        .as_bytes()
        .to_vec();
        // `Dvc` is mandatory; without a name the product stands for the host.
        text(&mut common, "", observer.hostname.as_deref().unwrap_or("dns-monitor"));
        if let Some(hostname) = &observer.hostname {
            text(&mut common, r#","DvcHostname":""#, hostname);
        }
        Self { clock: Clock::default(), observer: common }
    }

    /// Appends one event and a line feed.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let Some(first) = event.lookup.first() else { return };
        let last = event.lookup.response.as_ref().unwrap_or(first);
        self.head(first.time(), last.time(), event.id, out);
        raw(out, r#","EventSchema":"Dns","EventSchemaVersion":"0.1.7","EventType":"Query","EventSubType":""#);
        raw(out, if event.lookup.response.is_some() { r#"response""# } else { r#"request""# });
        raw(
            out,
            match event.outcome() {
                Outcome::Success => r#","EventResult":"Success""#,
                Outcome::Failure => r#","EventResult":"Failure""#,
                Outcome::Unknown => r#","EventResult":"NA""#,
            },
        );
        done(event, out);
        if let Some(interface) = event.interface {
            text(out, r#","DvcInterface":""#, interface);
        }
        peers(event, &first.datagram.packet, out);
        let malformed = dns::write(event, out).or(event.malformed);
        if let Some(duration) = event.lookup.duration() {
            count(out, r#","DnsNetworkDuration":"#, duration / MS);
        }
        if let Some(rule) = &event.judgement.rule {
            columns_of(rule, out);
        }
        self.beyond(event, malformed, out);
        raw(out, "}}}\n");
    }

    /// Appends what was lost and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, id: Id, gap: &Gap<'_>, out: &mut Vec<u8>) {
        let from = gap.hole.and_then(|hole| hole.from).unwrap_or(time);
        self.head(from, time, id, out);
        raw(out, r#","EventType":"dns-gap","EventResult":"NA","EventSeverity":"Medium","EventMessage":""#);
        gap.tell(&mut self.clock, out);
        raw(out, r#"","AdditionalFields":{"dns_monitor":{"#);
        beyond::gap(gap, &mut self.clock, out);
        count(out, r#","sequence":"#, id.sequence);
        raw(out, "}}}\n");
    }

    fn head(&mut self, first: u64, last: u64, id: Id, out: &mut Vec<u8>) {
        for (open, time) in [
            (r#"{"TimeGenerated":""#, first),
            (r#"","EventStartTime":""#, first),
            (r#"","EventEndTime":""#, last),
        ] {
            raw(out, open);
            self.clock.write_short(time, DIGITS, "Z", out);
        }
        raw(out, r#"","EventCount":1,"EventOriginalUid":""#);
        id.write(out);
        raw(out, "\"");
        out.extend_from_slice(&self.observer);
    }

    fn beyond(&mut self, event: &Event<'_>, malformed: Option<&str>, out: &mut Vec<u8>) {
        raw(out, r#","AdditionalFields":{"dns_monitor":{"#);
        beyond::members(event, malformed, &mut self.clock, out);
        count(out, r#","sequence":"#, event.id.sequence);
        beyond::community_id(event, out);
        beyond::vlan(event, out);
        if let Some(duration) = event.lookup.duration() {
            count(out, r#","duration":"#, duration);
        }
        if let Some(rule) = &event.judgement.rule {
            beyond::rule(rule, out);
        }
    }
}

/// Severity, and what was done with the query.
fn done(event: &Event<'_>, out: &mut Vec<u8>) {
    let severity = event.judgement.rule.as_ref().and_then(|rule| rule.severity);
    raw(
        out,
        match severity {
            None => r#","EventSeverity":"Informational""#,
            Some(Severity::Low) => r#","EventSeverity":"Low""#,
            Some(Severity::Medium) => r#","EventSeverity":"Medium""#,
            Some(Severity::High | Severity::Critical) => r#","EventSeverity":"High""#,
        },
    );
    let is_reset = event.judgement.enforced == Some(Enforced::Reset);
    raw(
        out,
        match event.verdict() {
            Verdict::Pass | Verdict::Would(_) => r#","DvcAction":"Allow""#,
            Verdict::Blocked(Block::Drop) if is_reset => r#","DvcAction":"Reset""#,
            Verdict::Blocked(Block::Drop) => r#","DvcAction":"Drop""#,
            Verdict::Blocked(_) => r#","DvcAction":"Deny""#,
        },
    );
}

fn peers(event: &Event<'_>, packet: &Packet, out: &mut Vec<u8>) {
    let known = &event.who.client;
    ip(out, r#","Src":""#, event.client.ip);
    ip(out, r#","SrcIpAddr":""#, event.client.ip);
    count(out, r#","SrcPortNumber":"#, u64::from(event.client.port));
    if let Some(name) = known.name {
        text(out, r#","SrcHostname":""#, name);
    }
    if let Some(address) = known.mac.filter(|address| *address != Mac::default()) {
        raw(out, r#","SrcMacAddr":""#);
        mac_with(out, address, b':');
        raw(out, "\"");
    }
    ip(out, r#","Dst":""#, event.server.ip);
    ip(out, r#","DstIpAddr":""#, event.server.ip);
    count(out, r#","DstPortNumber":"#, u64::from(event.server.port));
    raw(
        out,
        match (packet.transport, packet.source.is_ipv4()) {
            (Transport::Udp, true) => r#","NetworkProtocol":"UDP","NetworkProtocolVersion":"IPv4""#,
            (Transport::Udp, false) => r#","NetworkProtocol":"UDP","NetworkProtocolVersion":"IPv6""#,
            (Transport::Tcp, true) => r#","NetworkProtocol":"TCP","NetworkProtocolVersion":"IPv4""#,
            (Transport::Tcp, false) => r#","NetworkProtocol":"TCP","NetworkProtocolVersion":"IPv6""#,
        },
    );
}

#[cold]
fn columns_of(rule: &Hit<'_>, out: &mut Vec<u8>) {
    text(out, r#","RuleName":""#, rule.name);
    text(out, r#","Rule":""#, rule.name);
    if let Some(category) = rule.category.filter(|category| !category.is_empty()) {
        text(out, r#","ThreatCategory":""#, category);
    }
}
