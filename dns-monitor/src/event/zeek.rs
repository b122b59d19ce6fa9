//! Zeek's `dns.log` as its JSON writer has it: one flat object a lookup, names with dots in them, times in seconds. What
//! Zeek has no field for is nested in `dns_monitor`. A gap is a line of `reporter.log`; `_path` says which log.

mod code;

use super::{
    Event, Id, Observer, beyond,
    gap::Gap,
    json::{count, ip, mnemonic, name, raw, seconds, text},
    time::Clock,
};
use crate::{
    decode::{header::Header, mnemonics},
    event::answer::Arrays,
    sample::Transport,
};

/// Data and TTLs.
const ANSWERS: Arrays = Arrays { data: r#","answers":[""#, ttls: r#"],"TTLs":["#, fraction: ".0" };

/// Writes lines of one agent.
pub struct Encoder {
    clock: Clock,
    /// `,"_system_name":"…"`, or nothing.
    system: Vec<u8>,
    /// The TTLs, which stand behind the answers.
    ttls: Vec<u8>,
}

impl Encoder {
    /// Prepares what all events have in common.
    pub fn new(observer: &Observer) -> Self {
        let mut system = Vec::new();
        if let Some(hostname) = &observer.hostname {
            text(&mut system, r#","_system_name":""#, hostname);
        }
        Self { clock: Clock::default(), system, ttls: Vec::new() }
    }

    /// Appends one event and a line feed.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let Some(first) = event.lookup.first() else { return };
        let packet = &first.datagram.packet;
        raw(out, r#"{"_path":"dns""#);
        out.extend_from_slice(&self.system);
        seconds(out, r#","ts":"#, first.time());
        raw(out, r#","uid":""#);
        event.id.write(out);
        ip(out, r#"","id.orig_h":""#, event.client.ip);
        count(out, r#","id.orig_p":"#, u64::from(event.client.port));
        ip(out, r#","id.resp_h":""#, event.server.ip);
        count(out, r#","id.resp_p":"#, u64::from(event.server.port));
        raw(
            out,
            match packet.transport {
                Transport::Udp => r#","proto":"udp""#,
                Transport::Tcp => r#","proto":"tcp""#,
            },
        );
        let malformed = self.dns(event, out).or(event.malformed);
        self.beyond(event, malformed, out);
        raw(out, "}\n");
    }

    /// Appends a warning of `reporter.log` and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, id: Id, gap: &Gap<'_>, out: &mut Vec<u8>) {
        raw(out, r#"{"_path":"reporter""#);
        out.extend_from_slice(&self.system);
        seconds(out, r#","ts":"#, time);
        raw(out, r#","level":"Reporter::WARNING","message":""#);
        gap.tell(&mut self.clock, out);
        raw(out, r#"","location":"dns-monitor","dns_monitor":{"#);
        beyond::gap(gap, &mut self.clock, out);
        beyond::id(id, out);
        raw(out, "}}\n");
    }

    fn dns(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        let Some(Ok(message)) = event.shown().map(|seen| &seen.message) else { return None };
        let header = message.header;
        count(out, r#","trans_id":"#, u64::from(header.id));
        if let Some(duration) = event.lookup.duration() {
            seconds(out, r#","rtt":"#, duration);
        }
        if let Some(question) = event.question() {
            name(out, r#","query":""#, &question.name);
            count(out, r#","qclass":"#, u64::from(question.qclass));
            mnemonic(out, r#","qclass_name":""#, code::class(question.qclass));
            count(out, r#","qtype":"#, u64::from(question.qtype));
            mnemonic(out, r#","qtype_name":""#, code::rr_type(question.qtype));
        }
        if let Some(rcode) = event.rcode() {
            count(out, r#","rcode":"#, u64::from(rcode));
            mnemonic(out, r#","rcode_name":""#, mnemonics::rcode(rcode));
        }
        flags(header, out);
        let malformed = ANSWERS.write(event, &mut self.ttls, out);
        // What Zeek calls so: a response that has no record of any kind.
        let is_rejected = event.lookup.response.is_some()
            && (header.answers, header.authorities, header.additionals) == (0, 0, 0);
        raw(out, if is_rejected { r#","rejected":true"# } else { r#","rejected":false"# });
        count(out, r#","opcode":"#, u64::from(header.opcode()));
        mnemonic(out, r#","opcode_name":""#, code::opcode(header.opcode()));
        malformed
    }

    fn beyond(&mut self, event: &Event<'_>, malformed: Option<&str>, out: &mut Vec<u8>) {
        raw(out, r#","dns_monitor":{"#);
        beyond::members(event, malformed, &mut self.clock, out);
        beyond::community_id(event, out);
        beyond::client(event, out);
        beyond::place(event, out);
        if let Some(rule) = &event.judgement.rule {
            beyond::rule(rule, out);
        }
        raw(out, "}");
    }
}

/// Z is what RFC 1035 calls so: three bits, two of which are AD and CD today.
fn flags(header: Header, out: &mut Vec<u8>) {
    raw(out, if header.aa() { r#","AA":true"# } else { r#","AA":false"# });
    raw(out, if header.tc() { r#","TC":true"# } else { r#","TC":false"# });
    raw(out, if header.rd() { r#","RD":true"# } else { r#","RD":false"# });
    raw(out, if header.ra() { r#","RA":true"# } else { r#","RA":false"# });
    count(out, r#","Z":"#, u64::from(header.flags >> 4 & 7));
}
