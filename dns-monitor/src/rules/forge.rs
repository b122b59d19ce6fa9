//! The answer that the kernel programs give to a query that they keep from the resolver, byte for byte.
//!
//! It leaves by the way the query came and is never sampled, so that the agent makes it a second time, for the event.
//! These are the rules that both follow; where one changes, so must the other.
//!
//! **No answer** is made for a query with QR set, an opcode other than 0, or QDCOUNT other than 1; whose question is
//! not there in full, has a compressed name, or one of more than 255 bytes; and whose EDNS version is not 0 (the
//! resolver answers BADVERS).
//!
//! **Additional records** of the query are looked at where ANCOUNT and NSCOUNT are 0: the first two, at most. An owner
//! is labels, at most 32 with the root, up to the root or a compression pointer, which is not followed, in at most 255 bytes. A record of
//! which not all is there, and what follows it, counts as absent. The query *has EDNS* where one of the two has type
//! OPT (41) and the root, without compression, as its owner; the first such one counts. It *is signed* where one has
//! type TSIG (250), whatever its owner: it passes, because an answer without a signature means nothing to its sender.
//!
//! **Header**: the id of the query; QR 1, opcode 0, AA 0, TC 1 for `tcp-only` and else 0, RD of the query; RA 1, Z 0,
//! AD 0, CD of the query; RCODE 3 for `nxdomain`, 5 for `refused`, else 0. QDCOUNT 1; ANCOUNT 1 with an address, else
//! 0; NSCOUNT 0; ARCOUNT 1 if the query has EDNS, else 0.
//!
//! **Question**: that of the query as it is, upper case too.
//!
//! **Answer**: for `sinkhole`, class IN, and type A or AAAA where there is an address of that family: `c0 0c`, type,
//! class, the rule's TTL, length, address. There is no SOA for the others: nobody caches them then (RFC 2308 §5), and a
//! name that is allowed again is there at once.
//!
//! **OPT**, if the query has EDNS: the root, 41, UDP size 1232, extended RCODE 0, version 0, DO of the query and no
//! other flag (RFC 6891 §6.1), then the options: the cookie, if it is the *first* option of the query and has a server's
//! part (16 to 40 bytes, RFC 7873 §4), as it is; the Extended DNS Error of the rule, without text (RFC 8914 §2).

mod query;

use std::net::IpAddr;

use self::query::{Edns, Query};
use super::{
    action::{Block, Effect},
    verdict::Done,
};
use crate::{
    decode::{class, rcode, rr_type},
    track::lookup::Lookup,
};

const TC: u8 = 0x02;
const RD: u8 = 0x01;
const QR: u8 = 0x80;
const RA: u8 = 0x80;
const CD: u8 = 0x10;
/// The question's name, from anywhere behind it.
const POINTER_TO_QUESTION: [u8; 2] = [0xc0, 12];
/// What a resolver without a better idea offers (DNS flag day 2020).
const UDP_SIZE: u16 = 1232;
const EXTENDED_ERROR: u16 = 15;

/// Puts the answer into `out`, in place of what was there. `false`: there is none, and `out` is empty.
pub fn forge(query: &[u8], block: Block, effect: &Effect, out: &mut Vec<u8>) -> bool {
    out.clear();
    let Some(query) = Query::read(query) else { return false };
    let edns = query.edns();
    if block == Block::Drop || edns.is_some_and(|edns| edns.version != 0) {
        return false;
    }
    let address = address(&query, block, effect);
    header(&query, block, [address.is_some(), edns.is_some()], out);
    out.extend_from_slice(query.question);
    match address {
        Some(IpAddr::V4(address)) => record(rr_type::A, effect.ttl, &address.octets(), out),
        Some(IpAddr::V6(address)) => record(rr_type::AAAA, effect.ttl, &address.octets(), out),
        None => {}
    }
    if let Some(edns) = edns {
        opt(edns, effect.ede, out);
    }
    true
}

/// Whether the query has a transaction signature (RFC 8945): such a query passes.
#[must_use]
pub fn is_signed(query: &[u8]) -> bool {
    Query::read(query).is_some_and(|query| query.is_signed())
}

/// A lookup that the kernel programs answered, with that answer, made in `buffer`; as it is where they gave none, or
/// it cannot be known because not all of the query was captured.
#[must_use]
pub fn answered<'a>(lookup: &Lookup<'a>, effect: &Effect, buffer: &'a mut Vec<u8>) -> Lookup<'a> {
    let Some(query) = lookup.query.as_ref().map(|seen| seen.datagram) else { return *lookup };
    let Some(Done::Blocked(block)) = query.packet.judged.map(|judged| judged.done) else { return *lookup };
    if query.bytes.len() < query.length as usize || !forge(query.bytes, block, effect, buffer) {
        return *lookup;
    }
    lookup.with_response(buffer)
}

fn header(query: &Query<'_>, block: Block, [has_answer, has_edns]: [bool; 2], out: &mut Vec<u8>) {
    let [id_high, id_low, high, low, ..] = *query.header;
    let tc = if block == Block::TcpOnly { TC } else { 0 };
    let rcode = match block {
        Block::Nxdomain => rcode::NXDOMAIN,
        Block::Refused => rcode::REFUSED,
        Block::Drop | Block::Nodata | Block::Sinkhole | Block::TcpOnly => rcode::NOERROR,
    };
    out.extend_from_slice(&[id_high, id_low, QR | tc | high & RD, RA | low & CD | rcode as u8]);
    out.extend_from_slice(&[0, 1, 0, u8::from(has_answer), 0, 0, 0, u8::from(has_edns)]);
}

/// Where a sinkhole leads the one who asks this.
fn address(query: &Query<'_>, block: Block, effect: &Effect) -> Option<IpAddr> {
    match (block, query.qclass, query.qtype) {
        (Block::Sinkhole, class::IN, rr_type::A) => effect.sinkhole.v4.map(IpAddr::V4),
        (Block::Sinkhole, class::IN, rr_type::AAAA) => effect.sinkhole.v6.map(IpAddr::V6),
        _ => None,
    }
}

fn record(rtype: u16, ttl: u32, address: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&POINTER_TO_QUESTION);
    words(&[rtype, class::IN], out);
    out.extend_from_slice(&ttl.to_be_bytes());
    words(&[address.len() as u16], out);
    out.extend_from_slice(address);
}

fn words(words: &[u16], out: &mut Vec<u8>) {
    for word in words {
        out.extend_from_slice(&word.to_be_bytes());
    }
}

fn opt(edns: Edns<'_>, ede: Option<u16>, out: &mut Vec<u8>) {
    let cookie = edns.full_cookie().unwrap_or_default();
    let length = cookie.len() as u16 + if ede.is_some() { 6 } else { 0 };
    out.push(0);
    words(&[rr_type::OPT, UDP_SIZE], out);
    out.extend_from_slice(&[0, 0, if edns.dnssec_ok { 0x80 } else { 0 }, 0]);
    words(&[length], out);
    out.extend_from_slice(cookie);
    if let Some(code) = ede {
        words(&[EXTENDED_ERROR, 2, code], out);
    }
}

#[cfg(test)]
mod tests;
