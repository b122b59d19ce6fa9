//! What was asked, and what was answered.

use std::ops::Range;

use crate::{
    decode::{
        header::Header,
        message::{Message, Question},
        mnemonics,
        name::Name,
        record::{Record, Section},
        rr_type,
    },
    event::{
        Event,
        answer::{self, Data},
        beyond::header_flags,
        domain,
        json::{escape_tail, escaped, number, raw},
    },
};

/// Writes `dns`; keeps its buffers.
#[derive(Default)]
pub(super) struct Dns {
    /// Where a name is written before it is taken apart.
    name: Vec<u8>,
    resolved: Vec<u8>,
}

impl Dns {
    /// Appends `dns`; returns what was wrong with record data.
    pub(super) fn write(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        let kind = if event.lookup.response.is_some() { "answer" } else { "query" };
        raw(out, r#","dns":{"type":""#);
        raw(out, kind);
        raw(out, "\"");
        let mut malformed = None;
        if let Some(Ok(message)) = event.shown().map(|seen| &seen.message) {
            header(event, message.header, out);
            let asked = event.question().map(|question| (question.name, self.question(&question, out)));
            if event.lookup.response.is_some() {
                // Most answers are about what the response repeats.
                let repeated = message.question.map(|question| question.name);
                let asked = asked.zip(repeated).filter(|((name, _), repeated)| name == repeated);
                malformed = self.answers(message, asked.map(|((_, text), name)| (name, text)), out);
            }
        }
        raw(out, "}");
        malformed
    }

    /// Appends `question`; where in `out` its name is, escaped.
    fn question(&mut self, question: &Question<'_>, out: &mut Vec<u8>) -> Range<usize> {
        self.name.clear();
        question.name.write_lower(&mut self.name);
        raw(out, r#","question":{"name":""#);
        let start = out.len();
        escaped(out, &self.name);
        let text = start..out.len();
        // It has no part that needs an escape if it needs none itself.
        let is_plain = text.len() == self.name.len();
        type_and_class(question.qtype, question.qclass, out);
        let parts = domain::split(&self.name);
        for (key, value) in [
            (r#","registered_domain":""#, parts.registered),
            (r#","top_level_domain":""#, parts.top_level),
            (r#","subdomain":""#, parts.subdomain),
        ] {
            if let Some(value) = value {
                raw(out, key);
                if is_plain {
                    out.extend_from_slice(value);
                } else {
                    escaped(out, value);
                }
                raw(out, "\"");
            }
        }
        raw(out, "}");
        text
    }

    /// `asked` is the name that most of them are about, and where in `out` it is.
    fn answers(
        &mut self,
        message: &Message<'_>,
        asked: Option<(Name<'_>, Range<usize>)>,
        out: &mut Vec<u8>,
    ) -> Option<&'static str> {
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
            match &asked {
                Some((name, text)) if name.is(&record.name) => out.extend_from_within(text.clone()),
                _ => owner(&record.name, out),
            }
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

    /// What follows the name.
    fn answer(&mut self, record: &Record<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        type_and_class(record.rtype, record.class, out);
        raw(out, r#","ttl":"#);
        number(out, u64::from(record.ttl));
        let end = out.len();
        raw(out, r#","data":""#);
        let start = out.len();
        let (data, malformed) = answer::data(record, out);
        match data {
            Data::None => out.truncate(end),
            Data::Address => self.resolve(start, out),
            Data::Text => {}
        }
        raw(out, if out.len() == end { "}" } else { r#""}"# });
        malformed
    }

    /// Copies the address just written.
    fn resolve(&mut self, start: usize, out: &[u8]) {
        let separator: &[u8] = if self.resolved.is_empty() { b"\"" } else { b",\"" };
        self.resolved.extend_from_slice(separator);
        self.resolved.extend_from_slice(out.get(start..).unwrap_or_default());
        self.resolved.push(b'"');
    }
}

fn owner(name: &Name<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    name.write_lower(out);
    escape_tail(out, start);
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

fn header(event: &Event<'_>, header: Header, out: &mut Vec<u8>) {
    raw(out, r#","id":""#);
    number(out, u64::from(header.id));
    raw(out, r#"","op_code":""#);
    mnemonics::opcode(header.opcode()).write(out);
    raw(out, "\"");
    header_flags(event, header, out);
    if let Some(rcode) = event.rcode_name() {
        raw(out, r#","response_code":""#);
        rcode.write(out);
        raw(out, "\"");
    }
}
