//! Splunk's Common Information Model: Network Resolution (DNS). The fields of the model are on top, times in seconds;
//! what it has no field for is nested in `dns_monitor`. It has nothing for a gap, which has a `signature` in place of a
//! query.

mod code;

use super::{
    Event, Id, Observer,
    answer::Arrays,
    beyond,
    gap::Gap,
    json::{count, ip, mnemonic, name, raw, seconds, text},
    time::Clock,
};
use crate::{
    decode::{header::Header, mnemonics},
    rules::verdict::Verdict,
    sample::Transport,
};

/// Data and TTLs: fields with several values.
const ANSWERS: Arrays = Arrays { data: r#","answer":[""#, ttls: r#"],"ttl":["#, fraction: "" };

/// Writes events of one agent.
pub struct Encoder {
    clock: Clock,
    /// `","vendor_product":"dns-monitor"`, and `dvc`, which stand behind the time.
    observer: Vec<u8>,
    /// The TTLs, which stand behind the answers.
    ttls: Vec<u8>,
}

impl Encoder {
    /// Prepares what all events have in common.
    pub fn new(observer: &Observer) -> Self {
        let mut common = br#"","vendor_product":"dns-monitor""#.to_vec();
        if let Some(hostname) = &observer.hostname {
            text(&mut common, r#","dvc":""#, hostname);
        }
        Self { clock: Clock::default(), observer: common, ttls: Vec::new() }
    }

    /// Appends one event and a line feed.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let Some(first) = event.lookup.first() else { return };
        self.head(first.time(), out);
        ip(out, r#","src":""#, event.client.ip);
        count(out, r#","src_port":"#, u64::from(event.client.port));
        ip(out, r#","dest":""#, event.server.ip);
        count(out, r#","dest_port":"#, u64::from(event.server.port));
        raw(
            out,
            match first.datagram.packet.transport {
                Transport::Udp => r#","transport":"udp""#,
                Transport::Tcp => r#","transport":"tcp""#,
            },
        );
        raw(
            out,
            match event.lookup.response {
                Some(_) => r#","message_type":"Response""#,
                None => r#","message_type":"Query""#,
            },
        );
        raw(
            out,
            match event.verdict() {
                Verdict::Blocked(_) => r#","action":"blocked""#,
                Verdict::Pass | Verdict::Would(_) => r#","action":"allowed""#,
            },
        );
        let malformed = self.dns(event, out).or(event.malformed);
        self.beyond(event, malformed, out);
        raw(out, "}\n");
    }

    /// Appends what was lost and a line feed; `time` in ns since the Unix epoch.
    pub fn encode_gap(&mut self, time: u64, id: Id, gap: &Gap<'_>, out: &mut Vec<u8>) {
        self.head(time, out);
        raw(out, r#","signature":"dns-gap","description":""#);
        gap.tell(&mut self.clock, out);
        raw(out, r#"","dns_monitor":{"#);
        beyond::gap(gap, &mut self.clock, out);
        beyond::id(id, out);
        raw(out, "}}\n");
    }

    fn head(&mut self, time: u64, out: &mut Vec<u8>) {
        raw(out, r#"{"timestamp":""#);
        self.clock.write(time, out);
        out.extend_from_slice(&self.observer);
    }

    fn dns(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        let Some(Ok(message)) = event.shown().map(|seen| &seen.message) else { return None };
        let header = message.header;
        count(out, r#","transaction_id":"#, u64::from(header.id));
        mnemonic(out, r#","query_type":""#, code::opcode(header.opcode()));
        if let Some(question) = event.question() {
            name(out, r#","query":""#, &question.name);
            mnemonic(out, r#","record_type":""#, mnemonics::rr_type(question.qtype));
            mnemonic(out, r#","record_class":""#, mnemonics::class(question.qclass));
        }
        if let Some(duration) = event.lookup.duration() {
            seconds(out, r#","duration":"#, duration);
            seconds(out, r#","response_time":"#, duration);
        }
        counts(header, event, out);
        let rcode = event.rcode()?;
        mnemonic(out, r#","reply_code":""#, code::rcode(rcode));
        count(out, r#","reply_code_id":"#, u64::from(rcode));
        ANSWERS.write(event, &mut self.ttls, out)
    }

    fn beyond(&mut self, event: &Event<'_>, malformed: Option<&str>, out: &mut Vec<u8>) {
        raw(out, r#","dns_monitor":{"#);
        beyond::members(event, malformed, &mut self.clock, out);
        beyond::id(event.id, out);
        beyond::community_id(event, out);
        beyond::client(event, out);
        beyond::place(event, out);
        if let Some(Ok(message)) = event.shown().map(|seen| &seen.message) {
            beyond::header_flags(event, message.header, out);
        }
        if let Some(rule) = &event.judgement.rule {
            beyond::rule(rule, out);
        }
        raw(out, "}");
    }
}

/// How many records the header announces: of a query they are none, and not told.
fn counts(header: Header, event: &Event<'_>, out: &mut Vec<u8>) {
    count(out, r#","query_count":"#, u64::from(header.questions));
    if event.lookup.response.is_some() {
        count(out, r#","answer_count":"#, u64::from(header.answers));
        count(out, r#","authority_answer_count":"#, u64::from(header.authorities));
        count(out, r#","additional_answer_count":"#, u64::from(header.additionals));
    }
}
