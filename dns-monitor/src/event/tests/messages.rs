//! Messages byte by byte.

pub use crate::decode::{
    class::{ANY, CH, IN},
    rr_type::{A, AAAA, CNAME, OPT, SOA},
};

pub const TXT: u16 = 16;
/// Flags of a query with RD, and of its response without an error.
pub const QUERY: u16 = 0x0100;
pub const NOERROR: u16 = 0x8180;

/// www.example.com.
pub const WWW: &[u8] = b"\x03www\x07example\x03com\0";
/// The name of the question, from anywhere behind it.
pub const QNAME: &[u8] = b"\xc0\x0c";
pub const ROOT: &[u8] = b"\0";

/// A message with the id 4660: flags, the four counts, and the sections.
pub fn message(flags: u16, counts: [u16; 4], sections: &[&[u8]]) -> Vec<u8> {
    let mut message = vec![0x12, 0x34];
    message.extend(flags.to_be_bytes());
    message.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
    message.extend(sections.concat());
    message
}

/// A question in class IN.
pub fn question(name: &[u8], qtype: u16) -> Vec<u8> {
    [name, &qtype.to_be_bytes(), &IN.to_be_bytes()].concat()
}

/// A record with a TTL of five minutes.
pub fn record(owner: &[u8], rtype: u16, class: u16, rdata: &[u8]) -> Vec<u8> {
    let length = (rdata.len() as u16).to_be_bytes();
    [owner, &rtype.to_be_bytes(), &class.to_be_bytes(), &300u32.to_be_bytes(), &length, rdata].concat()
}

/// An OPT record for 1232 bytes: the high bits of the response code, DO or not, and options.
pub fn opt(rcode: u8, wants_dnssec: bool, options: &[u8]) -> Vec<u8> {
    let mut opt = record(ROOT, OPT, 1232, options);
    opt.splice(5..9, [rcode, 0, u8::from(wants_dnssec) << 7, 0]);
    opt
}

/// The response to the question for www.example.com, A, with these answers.
pub fn answer(answers: &[Vec<u8>]) -> Vec<u8> {
    message(NOERROR, [1, answers.len() as u16, 0, 0], &[&question(WWW, A), &answers.concat()])
}
