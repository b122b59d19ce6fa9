//! A DNS message written anew: header, question, answers, EDNS; nothing else of it is ever told.

mod rdata;

use super::{local::Local, settings::Field};
use crate::decode::{
    edns::{ClientSubnet, Edns, code},
    header::Header,
    malformed::Malformed,
    message::Message,
    name::Name,
    record::{Record, Section},
    rr_type,
};

/// The counts in a header.
const COUNTS: std::ops::Range<usize> = 4..12;

/// Writes the message as it may be told. What is wrong with it in a way that cannot be told is left out.
pub(super) fn rewrite(message: &Message<'_>, edns: Option<&Edns<'_>>, local: &Local<'_>, out: &mut Vec<u8>) {
    out.clear();
    let Header { id, flags, .. } = message.header;
    out.extend_from_slice(&id.to_be_bytes());
    out.extend_from_slice(&flags.to_be_bytes());
    out.resize(COUNTS.end, 0);
    let mut counts = [0u16; 4];
    if let Some(question) = message.question {
        name(&question.name, local, out);
        out.extend_from_slice(&question.qtype.to_be_bytes());
        out.extend_from_slice(&question.qclass.to_be_bytes());
        counts[0] = 1;
    }
    if message.header.answers > 0 && !local.mask.drops(Field::Answers) {
        let answers = message.records().map_while(Result::ok).take_while(|at| at.section == Section::Answer);
        counts[1] = answers.filter(|record| answer(record, local, out)).count() as u16;
    }
    if let Some(edns) = edns {
        opt(edns, edns.client_subnet().and_then(|subnet| local.mask.subnet(subnet)), out);
        counts[3] = 1;
    }
    if let Some(places) = out.get_mut(COUNTS) {
        for (place, count) in places.chunks_exact_mut(2).zip(counts) {
            place.copy_from_slice(&count.to_be_bytes());
        }
    }
}

/// Reads what [`rewrite`] wrote. The header says of questions and of the other sections what the old one did.
pub(super) fn read<'b>(
    bytes: &'b [u8],
    old: &Message<'_>,
) -> (Result<Message<'b>, Malformed>, Option<Edns<'b>>) {
    let Ok(mut message) = Message::parse(bytes) else { return (Err(Malformed::ShortHeader), None) };
    let edns = message.edns();
    message.header = Header { answers: message.header.answers, ..old.header };
    (Ok(message), edns)
}

/// Appends an answer; false: it may not be told.
fn answer(record: &Record<'_>, local: &Local<'_>, out: &mut Vec<u8>) -> bool {
    let start = out.len();
    name(&record.name, local, out);
    out.extend_from_slice(&record.rtype.to_be_bytes());
    out.extend_from_slice(&record.class.to_be_bytes());
    out.extend_from_slice(&record.ttl.to_be_bytes());
    let is_told = with_length(out, |out| rdata::write(record, local, out).is_some());
    if !is_told {
        out.truncate(start);
    }
    is_told
}

/// Appends a length of two bytes, and what `write` appends.
fn with_length(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
    let at = out.len();
    out.extend_from_slice(&[0; 2]);
    let start = out.len();
    let is_written = write(out);
    let length = u16::try_from(out.len().saturating_sub(start));
    if let (Ok(length), Some(place)) = (length, out.get_mut(at..start)) {
        place.copy_from_slice(&length.to_be_bytes());
    }
    is_written && length.is_ok()
}

/// Appends OPT (RFC 6891 §6.1.2), with the client's subnet and no other option.
fn opt(edns: &Edns<'_>, subnet: Option<ClientSubnet>, out: &mut Vec<u8>) {
    out.push(0);
    out.extend_from_slice(&rr_type::OPT.to_be_bytes());
    out.extend_from_slice(&edns.udp_payload_size.to_be_bytes());
    out.extend_from_slice(&[edns.extended_rcode, edns.version]);
    out.extend_from_slice(&edns.flags.to_be_bytes());
    with_length(out, |out| {
        if let Some(subnet) = subnet {
            out.extend_from_slice(&code::CLIENT_SUBNET.to_be_bytes());
            with_length(out, |out| client_subnet(&subnet, out));
        }
        true
    });
}

/// RFC 7871 §6.
fn client_subnet(subnet: &ClientSubnet, out: &mut Vec<u8>) -> bool {
    let length = usize::from(subnet.source_prefix.div_ceil(8));
    let family: u16 = if subnet.address.is_ipv4() { 1 } else { 2 };
    out.extend_from_slice(&family.to_be_bytes());
    out.extend_from_slice(&[subnet.source_prefix, subnet.scope_prefix]);
    match subnet.address {
        std::net::IpAddr::V4(address) => out.extend(address.octets().iter().take(length)),
        std::net::IpAddr::V6(address) => out.extend(address.octets().iter().take(length)),
    }
    true
}

/// Appends a name without compression, as it may be told.
fn name(name: &Name<'_>, local: &Local<'_>, out: &mut Vec<u8>) {
    let mut text = Vec::new();
    name.write_lower(&mut text);
    match local.mask.told(&text, |address| local.mentioned(address)) {
        Some(told) => wire(&told, out),
        None if local.mask.drops(Field::OriginalName) => wire(&text, out),
        None => {
            for label in name.labels() {
                out.push(label.len() as u8);
                out.extend_from_slice(label);
            }
            out.push(0);
        }
    }
}

/// Appends a name in presentation form as it is on the wire.
fn wire(text: &[u8], out: &mut Vec<u8>) {
    let mut at = out.len();
    out.push(0);
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            b'.' if text.len() > 1 => {
                at = close(at, out);
                continue;
            }
            b'.' => return,
            b'\\' => out.push(escaped(&mut rest)),
            byte => out.push(byte),
        }
    }
    let _end = close(at, out);
}

/// The length of the label that began at `at` is known; the next one begins.
fn close(at: usize, out: &mut Vec<u8>) -> usize {
    let length = out.len().saturating_sub(at).saturating_sub(1);
    if let Some(place) = out.get_mut(at) {
        *place = length as u8;
    }
    out.push(0);
    out.len().saturating_sub(1)
}

/// What stands behind a backslash: three decimal digits, or the character itself.
fn escaped(rest: &mut std::slice::Iter<'_, u8>) -> u8 {
    match rest.next() {
        Some(first @ b'0'..=b'9') => {
            let digits = [Some(first), rest.next(), rest.next()];
            digits
                .into_iter()
                .flatten()
                .fold(0, |value: u8, digit| value.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0')))
        }
        Some(other) => *other,
        None => 0,
    }
}
