//! One PTR lookup: the query, and what a response says (RFC 1035 §3.5, RFC 3596 §2.5).

use std::{fmt::Write as _, net::IpAddr};

use crate::decode::{class, message::Message, rcode, rdata, record::Section, rr_type};

/// A header with RD and one question.
const HEADER: [u8; 10] = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/// What a response says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The name, and for how long, seconds.
    Name(Box<str>, u32),
    /// There is none.
    NoName,
    /// The server could not or would not say.
    Failed,
}

/// The name that is asked for.
fn reverse(address: IpAddr) -> String {
    let mut name = String::new();
    match address {
        IpAddr::V4(v4) => {
            for byte in v4.octets().iter().rev() {
                _ = write!(name, "{byte}.");
            }
            name + "in-addr.arpa"
        }
        IpAddr::V6(v6) => {
            for byte in v6.octets().iter().rev() {
                _ = write!(name, "{:x}.{:x}.", byte & 0xf, byte >> 4);
            }
            name + "ip6.arpa"
        }
    }
}

/// The query.
pub(super) fn query(id: u16, address: IpAddr) -> Vec<u8> {
    let mut message = [&id.to_be_bytes()[..], &HEADER].concat();
    for label in reverse(address).split('.') {
        message.push(label.len() as u8); // the longest is "in-addr"
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(rr_type::PTR.to_be_bytes());
    message.extend(class::IN.to_be_bytes());
    message
}

/// What a response says; `None` where it is not the response to this query.
pub(super) fn answer(query: &[u8], response: &[u8]) -> Option<Answer> {
    let (asked, message) = (Message::parse(query).ok()?, Message::parse(response).ok()?);
    let is_response = message.header.qr() && message.header.id == asked.header.id;
    if !is_response || message.question != asked.question {
        return None;
    }
    match message.rcode(message.edns().as_ref()) {
        rcode::NOERROR => Some(name(&message)),
        rcode::NXDOMAIN => Some(Answer::NoName),
        _ => Some(Answer::Failed),
    }
}

/// The first PTR record: the name asked for may be an alias of another (RFC 2317).
fn name(message: &Message<'_>) -> Answer {
    for record in message.records() {
        let Ok(record) = record else { return Answer::Failed };
        if (record.section, record.rtype, record.class) != (Section::Answer, rr_type::PTR, class::IN) {
            continue;
        }
        let mut text = Vec::new();
        if rdata::write(&record, &mut text).is_err() {
            return Answer::Failed;
        }
        return match String::from_utf8(text) {
            Ok(name) if name != "." => Answer::Name(name.into(), record.ttl),
            _ => Answer::NoName,
        };
    }
    if message.header.tc() { Answer::Failed } else { Answer::NoName }
}
