//! Elastic Common Schema, the default: the contract of `docs/EVENTS.md`, field by field.

use super::{
    Event, Observer, domain,
    gap::Lost,
    is_address,
    json::{escape_tail, escaped, number, raw},
    time::Clock,
};
use crate::decode::{
    header::Header,
    message::{Message, Question},
    mnemonics, rdata,
    record::{Record, Section},
    rr_type,
};
use network::{network, peer};

mod network;

/// The version of ECS whose field names these are.
const VERSION: &str = "9.0.0";

/// Writes events of one agent.
pub struct Encoder {
    clock: Clock,
    /// `"observer":{"type":…,"version":…,"hostname":…`, open at the end.
    observer: String,
    /// The interface of the last event, and its `"observer":{…}`.
    seen_on: (String, Vec<u8>),
    /// Where a name is written before it is taken apart.
    name: Vec<u8>,
    resolved: Vec<u8>,
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
        Self {
            clock: Clock::default(),
            observer: text,
            seen_on: Default::default(),
            name: Vec::new(),
            resolved: Vec::new(),
        }
    }

    /// Appends one event and a line feed.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let Some(first) = event.lookup.first() else { return };
        self.head(first.time(), out);
        lookup_event(event, out);
        network(&first.datagram.packet, event, out);
        peer(out, r#","client":{"ip":""#, event.client, event.lookup.query.as_ref(), true);
        peer(out, r#","server":{"ip":""#, event.server, event.lookup.response.as_ref(), false);
        self.observer(event.interface, out);
        let malformed = self.dns(event, out).or(event.malformed);
        monitor(event, malformed, &mut self.name, out);
        raw(out, "}\n");
    }

    /// Appends a `dns-gap` event and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, sequence: u64, lost: &Lost, out: &mut Vec<u8>) {
        self.head(time, out);
        raw(out, r#","event":{"kind":"event","category":["network"],"type":["protocol"],"action":"dns-gap""#);
        raw(out, r#","outcome":"unknown","sequence":"#);
        number(out, sequence);
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

    /// Appends `dns`; returns what was wrong with record data.
    fn dns(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        let kind = if event.lookup.response.is_some() { "answer" } else { "query" };
        raw(out, r#","dns":{"type":""#);
        raw(out, kind);
        raw(out, "\"");
        let mut malformed = None;
        if let Some(Ok(message)) = event.shown().map(|seen| &seen.message) {
            header(event, message.header, out);
            if let Some(question) = event.question() {
                self.question(&question, out);
            }
            if event.lookup.response.is_some() {
                malformed = self.answers(message, out);
            }
        }
        raw(out, "}");
        malformed
    }

    fn question(&mut self, question: &Question<'_>, out: &mut Vec<u8>) {
        self.name.clear();
        question.name.write_lower(&mut self.name);
        raw(out, r#","question":{"name":""#);
        escaped(out, &self.name);
        type_and_class(question.qtype, question.qclass, out);
        let parts = domain::split(&self.name);
        for (key, value) in [
            (r#","registered_domain":""#, parts.registered),
            (r#","top_level_domain":""#, parts.top_level),
            (r#","subdomain":""#, parts.subdomain),
        ] {
            if let Some(value) = value {
                raw(out, key);
                escaped(out, value);
                raw(out, "\"");
            }
        }
        raw(out, "}");
    }

    fn answers(&mut self, message: &Message<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        if message.header.answers == 0 {
            return None;
        }
        let mut malformed = None;
        let mut open = r#","answers":[{"name":""#;
        self.resolved.clear();
        // A plain loop: adaptors would copy every record once more.
        for record in message.records() {
            let Ok(record) = record else { break };
            if record.section != Section::Answer {
                break;
            }
            raw(out, open);
            open = r#",{"name":""#;
            malformed = malformed.or(self.answer(&record, out));
        }
        if open.starts_with(",{") {
            raw(out, "]");
        }
        if !self.resolved.is_empty() {
            raw(out, r#","resolved_ip":["#);
            out.extend_from_slice(&self.resolved);
            raw(out, "]");
        }
        malformed
    }

    fn answer(&mut self, record: &Record<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        let start = out.len();
        record.name.write_lower(out);
        escape_tail(out, start);
        type_and_class(record.rtype, record.class, out);
        raw(out, r#","ttl":"#);
        number(out, u64::from(record.ttl));
        let end = out.len();
        raw(out, r#","data":""#);
        let start = out.len();
        let written = rdata::write(record, out);
        match written {
            Ok(()) if out.len() == start => out.truncate(end), // an UPDATE deletes without data
            Ok(()) if is_address(record) => self.resolve(start, out),
            Ok(()) => escape_tail(out, start),
            Err(_) => {
                rdata::write_unknown(record.rdata(), out);
                escape_tail(out, start);
            }
        }
        raw(out, if out.len() == end { "}" } else { r#""}"# });
        written.err().map(|reason| reason.name())
    }

    /// Copies the address just written.
    fn resolve(&mut self, start: usize, out: &[u8]) {
        let separator: &[u8] = if self.resolved.is_empty() { b"\"" } else { b",\"" };
        self.resolved.extend_from_slice(separator);
        self.resolved.extend_from_slice(out.get(start..).unwrap_or_default());
        self.resolved.push(b'"');
    }
}

/// Appends the end of a name, type and class. Nearly all are of a few types: those in one stroke.
#[inline]
fn type_and_class(rtype: u16, class: u16, out: &mut Vec<u8>) {
    match (rtype, class) {
        (rr_type::A, 1) => raw(out, r#"","type":"A","class":"IN""#),
        (rr_type::AAAA, 1) => raw(out, r#"","type":"AAAA","class":"IN""#),
        (rr_type::CNAME, 1) => raw(out, r#"","type":"CNAME","class":"IN""#),
        _ => {
            raw(out, r#"","type":""#);
            mnemonics::rr_type(rtype).write(out);
            raw(out, r#"","class":""#);
            mnemonics::class(class).write(out);
            raw(out, "\"");
        }
    }
}

fn lookup_event(event: &Event<'_>, out: &mut Vec<u8>) {
    raw(out, r#","event":{"kind":"event","category":["network"],"type":["protocol","allowed"]"#);
    raw(out, r#","action":"dns-lookup","outcome":""#);
    raw(out, event.outcome().name());
    if let Some(duration) = event.lookup.duration() {
        raw(out, r#"","duration":"#);
        number(out, duration);
    } else {
        raw(out, "\"");
    }
    raw(out, r#","sequence":"#);
    number(out, event.sequence);
    raw(out, "}");
}

fn header(event: &Event<'_>, header: Header, out: &mut Vec<u8>) {
    raw(out, r#","id":""#);
    number(out, u64::from(header.id));
    raw(out, r#"","op_code":""#);
    mnemonics::opcode(header.opcode()).write(out);
    raw(out, r#"","header_flags":["#);
    let edns = if event.lookup.response.is_some() { &event.response_edns } else { &event.query_edns };
    let wants_dnssec = edns.as_ref().is_some_and(|edns| edns.dnssec_ok());
    let start = out.len();
    for (set, flag) in [
        (header.aa(), r#""AA","#),
        (header.tc(), r#""TC","#),
        (header.rd(), r#""RD","#),
        (header.ra(), r#""RA","#),
        (header.ad(), r#""AD","#),
        (header.cd(), r#""CD","#),
        (wants_dnssec, r#""DO","#),
    ] {
        if set {
            raw(out, flag);
        }
    }
    if out.len() > start {
        out.pop();
    }
    raw(out, "]");
    if let Some(rcode) = event.rcode_name() {
        raw(out, r#","response_code":""#);
        rcode.write(out);
        raw(out, "\"");
    }
}

fn monitor(event: &Event<'_>, malformed: Option<&str>, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    raw(out, r#","dns_monitor":{"role":""#);
    raw(out, event.lookup.role.name());
    raw(out, r#"","verdict":"pass""#);
    if let Some(question) = event.question().filter(|question| question.name.has_upper()) {
        scratch.clear();
        question.name.write_original(scratch);
        raw(out, r#","original_name":""#);
        escaped(out, scratch);
        raw(out, "\"");
    }
    let subnet = |edns: &Option<_>| edns.as_ref().and_then(crate::decode::edns::Edns::client_subnet);
    if let Some(subnet) = subnet(&event.query_edns).or_else(|| subnet(&event.response_edns)) {
        raw(out, r#","client_subnet":""#);
        subnet.write(out);
        raw(out, "\"");
    }
    if let Some(malformed) = malformed {
        raw(out, r#","malformed":""#);
        raw(out, malformed);
        raw(out, "\"");
    }
    raw(out, "}");
}
