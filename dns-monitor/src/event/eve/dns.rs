//! The object `dns`, version 3.

use crate::{
    decode::{header::Header, message::Message, mnemonics, record::Record},
    event::{
        Event,
        answer::{self, Data},
        json::{count, mnemonic, name, raw},
    },
    track::lookup::Seen,
};

/// Which half of a lookup a line is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The query.
    Request,
    /// The response.
    Response,
}

/// Writes `dns`; the answers stand in the response's line and in the alert, and are written once.
#[derive(Default)]
pub(super) struct Dns {
    /// `,"queries":[…]`.
    queries: Vec<u8>,
    /// `,"answers":[…]`, or nothing.
    answers: Vec<u8>,
}

impl Dns {
    /// Writes what lines have in common; returns what was wrong with record data.
    pub(super) fn prepare(&mut self, event: &Event<'_>) -> Option<&'static str> {
        let Self { queries, answers } = self;
        queries.clear();
        answers.clear();
        if let Some(question) = event.question() {
            name(queries, r#","queries":[{"rrname":""#, &question.name);
            mnemonic(queries, r#","rrtype":""#, mnemonics::rr_type(question.qtype));
            raw(queries, "}]");
        }
        let mut malformed = None;
        let mut open = r#","answers":[{"rrname":""#;
        answer::each(event, |record| {
            malformed = malformed.or(entry(open, record, answers));
            open = r#",{"rrname":""#;
        });
        if !answers.is_empty() {
            raw(answers, "]");
        }
        malformed
    }

    /// Appends `dns` of one message.
    pub(super) fn write(&self, event: &Event<'_>, seen: &Seen<'_>, part: Part, out: &mut Vec<u8>) {
        raw(
            out,
            match part {
                Part::Request => r#","dns":{"version":3,"type":"request","tx_id":0"#,
                Part::Response => r#","dns":{"version":3,"type":"response","tx_id":0"#,
            },
        );
        if let Ok(message) = &seen.message {
            header(event, message, part, out);
            out.extend_from_slice(&self.queries);
            if part == Part::Response {
                out.extend_from_slice(&self.answers);
            }
        }
        raw(out, "}");
    }
}

fn entry(open: &str, record: &Record<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
    name(out, open, &record.name);
    mnemonic(out, r#","rrtype":""#, mnemonics::rr_type(record.rtype));
    count(out, r#","ttl":"#, u64::from(record.ttl));
    let end = out.len();
    raw(out, r#","rdata":""#);
    let (data, malformed) = answer::data(record, out);
    match data {
        Data::None => out.truncate(end),
        Data::Address | Data::Text => raw(out, "\""),
    }
    raw(out, "}");
    malformed
}

/// As Suricata does, a flag is told only where it is set.
fn header(event: &Event<'_>, message: &Message<'_>, part: Part, out: &mut Vec<u8>) {
    let header: Header = message.header;
    count(out, r#","id":"#, u64::from(header.id));
    raw(out, r#","flags":""#);
    hex(header.flags, out);
    raw(out, "\"");
    for (set, flag) in [
        (header.qr(), r#","qr":true"#),
        (header.aa(), r#","aa":true"#),
        (header.tc(), r#","tc":true"#),
        (header.rd(), r#","rd":true"#),
        (header.ra(), r#","ra":true"#),
        (header.z(), r#","z":true"#),
    ] {
        if set {
            raw(out, flag);
        }
    }
    count(out, r#","opcode":"#, u64::from(header.opcode()));
    let rcode = match part {
        Part::Request => Some(header.rcode()),
        Part::Response => event.rcode(),
    };
    if let Some(rcode) = rcode {
        mnemonic(out, r#","rcode":""#, mnemonics::rcode(rcode));
    }
}

/// Without leading zeros.
fn hex(number: u16, out: &mut Vec<u8>) {
    // Writing into a Vec cannot fail.
    let _ = std::io::Write::write_fmt(out, format_args!("{number:x}"));
}
