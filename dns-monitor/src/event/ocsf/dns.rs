//! What was asked, and what was answered.

use super::code;
use crate::{
    decode::{header::Header, mnemonics, record::Record, rr_type},
    event::{
        Event,
        answer::{self, Data},
        json::{self, count, mnemonic, name, raw},
    },
};

/// Writes the attributes of DNS; keeps its buffer.
#[derive(Default)]
pub(super) struct Dns {
    /// The end of every answer: what the header says.
    flags: Vec<u8>,
}

impl Dns {
    /// Appends `query`, `rcode` and `answers`; returns what was wrong with record data.
    pub(super) fn write(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        let Some(Ok(message)) = event.shown().map(|seen| &seen.message) else { return None };
        let header = message.header;
        if let Some(question) = event.question() {
            name(out, r#","query":{"hostname":""#, &question.name);
            type_and_class(question.qtype, question.qclass, out);
            let (id, caption) = code::opcode(header.opcode(), mnemonics::opcode(header.opcode()));
            count(out, r#","opcode_id":"#, u64::from(id));
            mnemonic(out, r#","opcode":""#, caption);
            count(out, r#","packet_uid":"#, u64::from(header.id));
            raw(out, "}");
        }
        let rcode = event.rcode()?;
        let (id, caption) = code::rcode(rcode);
        count(out, r#","rcode_id":"#, u64::from(id));
        raw(out, r#","rcode":""#);
        raw(out, caption);
        mnemonic(out, r#"","status_code":""#, mnemonics::rcode(rcode));
        self.answers(event, header, out)
    }

    fn answers(&mut self, event: &Event<'_>, header: Header, out: &mut Vec<u8>) -> Option<&'static str> {
        if header.answers == 0 {
            return None;
        }
        self.flags.clear();
        flags(header, &mut self.flags);
        let (start, mut malformed) = (out.len(), None);
        raw(out, r#","answers":["#);
        let empty = out.len();
        answer::each(event, |record| malformed = malformed.or(self.answer(record, out)));
        if out.len() == empty {
            out.truncate(start);
        } else {
            out.pop();
            raw(out, "]");
        }
        malformed
    }

    /// Appends an answer and a comma. OCSF has no field for whose answer it is, and wants none without data.
    fn answer(&self, record: &Record<'_>, out: &mut Vec<u8>) -> Option<&'static str> {
        let start = out.len();
        raw(out, r#"{"rdata":""#);
        let (data, malformed) = answer::data(record, out);
        if data == Data::None {
            out.truncate(start);
            return malformed;
        }
        raw(out, "\"");
        type_and_class(record.rtype, record.class, out);
        count(out, r#","ttl":"#, u64::from(record.ttl));
        out.extend_from_slice(&self.flags);
        malformed
    }
}

/// Appends `type` and `class`. Nearly all are of a few types: those in one stroke.
#[inline]
fn type_and_class(rtype: u16, class: u16, out: &mut Vec<u8>) {
    match (rtype, class) {
        (rr_type::A, 1) => raw(out, r#","type":"A","class":"IN""#),
        (rr_type::AAAA, 1) => raw(out, r#","type":"AAAA","class":"IN""#),
        (rr_type::CNAME, 1) => raw(out, r#","type":"CNAME","class":"IN""#),
        _ => {
            mnemonic(out, r#","type":""#, mnemonics::rr_type(rtype));
            mnemonic(out, r#","class":""#, mnemonics::class(class));
        }
    }
}

/// Appends `flag_ids`, the end of the answer, and a comma.
fn flags(header: Header, out: &mut Vec<u8>) {
    let set = [
        (header.aa(), "1,"),
        (header.tc(), "2,"),
        (header.rd(), "3,"),
        (header.ra(), "4,"),
        (header.ad(), "5,"),
        (header.cd(), "6,"),
    ];
    json::flags(out, r#","flag_ids":["#, set, "]");
    raw(out, "},");
}
