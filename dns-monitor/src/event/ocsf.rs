//! Open Cybersecurity Schema Framework 1.8: DNS Activity (class 4003) with the profiles `security_control`, `datetime`
//! and, where the host has a name, `host`. A gap is a Base Event: no class is about what a sensor has missed.

mod code;
mod control;
mod dns;

use self::{control::control, dns::Dns};
use super::{
    Event, Id, Observer, Outcome, beyond,
    gap::Gap,
    json::{count, ip, mac_with, raw, text},
    time::Clock,
};
use crate::{
    sample::{Mac, Packet, Transport},
    track::{lookup::Peer, role::Role},
};

/// ns in the unit of OCSF's times and durations.
const MS: u64 = 1_000_000;

/// Product and profiles, up to the id.
macro_rules! metadata {
    ($profiles:literal) => {
        concat!(
            r#","metadata":{"version":"1.8.0","profiles":["#,
            $profiles,
            r#"],"product":{"name":"dns-monitor","vendor_name":"dns-monitor","version":""#,
            env!("CARGO_PKG_VERSION"),
            r#""},"log_name":"dns","uid":""#
        )
    };
}

/// Writes events of one agent.
pub struct Encoder {
    clock: Clock,
    metadata: &'static str,
    /// `,"device":{…`, open at its end; empty where the host has no name.
    device: Vec<u8>,
    dns: Dns,
}

impl Encoder {
    /// Prepares what all events have in common.
    pub fn new(observer: &Observer) -> Self {
        let (mut device, mut metadata) = (Vec::new(), metadata!(r#""security_control","datetime""#));
        if let Some(hostname) = &observer.hostname {
            metadata = metadata!(r#""security_control","datetime","host""#);
            // 1: a server.
            text(&mut device, r#","device":{"type_id":1,"hostname":""#, hostname);
        }
        Self { clock: Clock::default(), metadata, device, dns: Dns::default() }
    }

    /// Appends one event and a line feed.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let Some(first) = event.lookup.first() else { return };
        let (time, packet) = (first.time(), &first.datagram.packet);
        raw(out, opening(event));
        self.head(time, event.id, out);
        self.times(event, out);
        raw(out, status(event));
        control(event, out);
        self.device(event.interface, out);
        endpoint(r#","src_endpoint":{"ip":""#, event.client, out);
        source(event, packet, out);
        endpoint(r#","dst_endpoint":{"ip":""#, event.server, out);
        raw(out, "}");
        connection(event, packet, out);
        traffic(event, out);
        let malformed = self.dns.write(event, out).or(event.malformed);
        self.beyond(event, malformed, out);
    }

    /// Appends a Base Event and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, id: Id, gap: &Gap<'_>, out: &mut Vec<u8>) {
        raw(
            out,
            r#"{"class_uid":0,"class_name":"Base Event","category_uid":0,"category_name":"Uncategorized","#,
        );
        raw(out, r#""activity_id":99,"activity_name":"Gap","type_uid":99,"type_name":"Base Event: Other""#);
        self.head(time, id, out);
        raw(out, r#","status_id":0,"status":"Unknown","severity_id":3,"severity":"Medium","message":""#);
        gap.tell(&mut self.clock, out);
        raw(out, "\"");
        self.device(gap.hole.map(|hole| hole.interface.as_str()), out);
        raw(out, r#","unmapped":{"dns_monitor":{"#);
        beyond::gap(gap, &mut self.clock, out);
        raw(out, "}}}\n");
    }

    /// Metadata and time.
    fn head(&mut self, time: u64, id: Id, out: &mut Vec<u8>) {
        raw(out, self.metadata);
        id.write(out);
        count(out, r#"","sequence":"#, id.sequence);
        count(out, r#"},"time":"#, time / MS);
        raw(out, r#","time_dt":""#);
        self.clock.write(time, out);
        raw(out, "\"");
    }

    /// When the query came and when the response, in ms and in full.
    fn times(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        for (seen, open, open_dt) in [
            (&event.lookup.query, r#","query_time":"#, r#","query_time_dt":""#),
            (&event.lookup.response, r#","response_time":"#, r#","response_time_dt":""#),
        ] {
            if let Some(seen) = seen {
                count(out, open, seen.time() / MS);
                raw(out, open_dt);
                self.clock.write(seen.time(), out);
                raw(out, "\"");
            }
        }
        if let Some(duration) = event.lookup.duration() {
            count(out, r#","duration":"#, duration / MS);
        }
    }

    fn beyond(&mut self, event: &Event<'_>, malformed: Option<&str>, out: &mut Vec<u8>) {
        raw(out, r#","unmapped":{"dns_monitor":{"#);
        beyond::members(event, malformed, &mut self.clock, out);
        if let Some(Ok(message)) = event.shown().map(|seen| &seen.message) {
            beyond::header_flags(event, message.header, out);
            if event.question().is_none() {
                // `query` has it, but wants a name.
                count(out, r#","dns":{"id":""#, u64::from(message.header.id));
                raw(out, r#""}"#);
            }
        }
        if let Some(duration) = event.lookup.duration() {
            count(out, r#","duration":"#, duration);
        }
        raw(out, "}}}\n");
    }

    fn device(&self, interface: Option<&str>, out: &mut Vec<u8>) {
        if !self.device.is_empty() {
            out.extend_from_slice(&self.device);
            if let Some(interface) = interface {
                text(out, r#","interface_name":""#, interface);
            }
            raw(out, "}");
        }
    }
}

/// The class, and which of its activities: a query alone, a response alone, or both.
fn opening(event: &Event<'_>) -> &'static str {
    macro_rules! opening {
        ($activity:literal) => {
            concat!(
                r#"{"class_uid":4003,"class_name":"DNS Activity","category_uid":4,"#,
                r#""category_name":"Network Activity","#,
                $activity
            )
        };
    }
    match (&event.lookup.query, &event.lookup.response) {
        (Some(_), None) => opening!(r#""activity_id":1,"activity_name":"Query","type_uid":400301"#),
        (None, _) => opening!(r#""activity_id":2,"activity_name":"Response","type_uid":400302"#),
        (Some(_), Some(_)) => opening!(r#""activity_id":6,"activity_name":"Traffic","type_uid":400306"#),
    }
}

fn status(event: &Event<'_>) -> &'static str {
    match event.outcome() {
        Outcome::Success => r#","status_id":1,"status":"Success""#,
        Outcome::Failure => r#","status_id":2,"status":"Failure""#,
        Outcome::Unknown => r#","status_id":0,"status":"Unknown""#,
    }
}

fn endpoint(open: &str, peer: Peer, out: &mut Vec<u8>) {
    ip(out, open, peer.ip);
    count(out, r#","port":"#, u64::from(peer.port));
}

/// The rest of `src_endpoint`: what is known of the machine that asked.
fn source(event: &Event<'_>, packet: &Packet, out: &mut Vec<u8>) {
    let known = &event.who.client;
    if let Some(name) = known.name {
        text(out, r#","hostname":""#, name);
    }
    if let Some(address) = known.mac.filter(|address| *address != Mac::default()) {
        raw(out, r#","mac":""#);
        mac_with(out, address, b':');
        raw(out, "\"");
    }
    if let Some(id) = packet.outer_vlan {
        count(out, r#","vlan_uid":""#, u64::from(id));
        if let Some(id) = packet.inner_vlan {
            count(out, ".", u64::from(id));
        }
        raw(out, "\"");
    }
    raw(out, "}");
}

fn connection(event: &Event<'_>, packet: &Packet, out: &mut Vec<u8>) {
    raw(
        out,
        match event.lookup.role {
            Role::Client => r#","connection_info":{"direction_id":1,"direction":"Inbound","#,
            Role::Resolver => r#","connection_info":{"direction_id":2,"direction":"Outbound","#,
        },
    );
    raw(
        out,
        match packet.transport {
            Transport::Udp => r#""protocol_num":17,"protocol_name":"udp","#,
            Transport::Tcp => r#""protocol_num":6,"protocol_name":"tcp","#,
        },
    );
    raw(
        out,
        match packet.source.is_ipv4() {
            true => r#""protocol_ver_id":4,"community_uid":""#,
            false => r#""protocol_ver_id":6,"community_uid":""#,
        },
    );
    event.community_id(packet.transport, out);
    raw(out, r#""}"#);
}

fn traffic(event: &Event<'_>, out: &mut Vec<u8>) {
    let length = |seen: &Option<crate::track::lookup::Seen<'_>>| {
        seen.as_ref().map(|seen| u64::from(seen.datagram.length))
    };
    let (sent, received) = (length(&event.lookup.query), length(&event.lookup.response));
    count(out, r#","traffic":{"bytes":"#, sent.unwrap_or_default() + received.unwrap_or_default());
    if let Some(sent) = sent {
        count(out, r#","bytes_out":"#, sent);
    }
    if let Some(received) = received {
        count(out, r#","bytes_in":"#, received);
    }
    raw(out, "}");
}
