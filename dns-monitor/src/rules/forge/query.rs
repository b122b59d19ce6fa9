//! What an answer needs to know of its query.

use crate::decode::rr_type;

/// Bytes of a header.
const HEADER: usize = 12;
/// The longest name on the wire, root label included (RFC 1035 §2.3.4).
const MAX_NAME: usize = 255;
/// Labels of a record's owner that are followed, root label included: no key's name has more.
const OWNER_LABELS: usize = 32;
/// Labels of a question that are followed, root label included: as many as there can be.
const QUESTION_LABELS: usize = 128;
/// Additional records that are looked at: OPT and TSIG.
const RECORDS: usize = 2;
const TSIG: u16 = 250;
const COOKIE: u16 = 10;
/// Bytes of a cookie with a server's part (RFC 7873 §4).
const FULL_COOKIE: std::ops::RangeInclusive<usize> = 16..=40;

/// A query with one question.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// As sent.
    pub header: &'a [u8; HEADER],
    /// Name, type and class, as sent.
    pub question: &'a [u8],
    /// QTYPE.
    pub qtype: u16,
    /// QCLASS.
    pub qclass: u16,
    /// What follows the question.
    rest: &'a [u8],
}

/// The OPT record of a query.
#[derive(Clone, Copy)]
pub struct Edns<'a> {
    /// EDNS version.
    pub version: u8,
    /// DO (RFC 3225).
    pub dnssec_ok: bool,
    options: &'a [u8],
}

/// A record; what is in its TTL is as sent.
struct Record<'a> {
    of_root: bool,
    rtype: u16,
    ttl: [u8; 4],
    data: &'a [u8],
}

impl<'a> Query<'a> {
    /// `None` where no answer can be made.
    pub fn read(message: &'a [u8]) -> Option<Self> {
        let (header, rest) = message.split_first_chunk::<HEADER>()?;
        let [_, _, flags, _, 0, 1, ..] = *header else { return None };
        if flags & 0xf8 != 0 {
            return None; // a response, or an opcode that is not QUERY
        }
        let name = name_length(rest, QUESTION_LABELS).filter(|name| !name.compressed)?.length;
        let (question, rest) = rest.split_at_checked(name + 4)?;
        let &[.., a, b, c, d] = question else { return None };
        let (qtype, qclass) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        Some(Self { header, question, qtype, qclass, rest })
    }

    /// Whether a TSIG record is among the records that are looked at.
    pub fn is_signed(&self) -> bool {
        self.records().any(|record| record.rtype == TSIG)
    }

    /// EDNS, if the query has it.
    pub fn edns(&self) -> Option<Edns<'a>> {
        let opt = self.records().find(|record| record.of_root && record.rtype == rr_type::OPT)?;
        let [_, version, flags, _] = opt.ttl;
        Some(Edns { version, dnssec_ok: flags & 0x80 != 0, options: opt.data })
    }

    fn records(&self) -> impl Iterator<Item = Record<'a>> + use<'a> {
        let [.., a, b, c, d, e, f] = *self.header;
        let count = if [a, b, c, d] == [0; 4] { usize::from(u16::from_be_bytes([e, f])) } else { 0 };
        let mut rest = Some(self.rest);
        let next = move || {
            let (record, after) = rest.and_then(record).unzip();
            rest = after;
            record
        };
        std::iter::from_fn(next).take(count.min(RECORDS))
    }
}

impl<'a> Edns<'a> {
    /// The first option, if it is a cookie with a server's part; with its code and length.
    pub fn full_cookie(&self) -> Option<&'a [u8]> {
        let &[a, b, c, d, ..] = self.options else { return None };
        let length = usize::from(u16::from_be_bytes([c, d]));
        let is_full = u16::from_be_bytes([a, b]) == COOKIE && FULL_COOKIE.contains(&length);
        self.options.get(..4 + length).filter(|_| is_full)
    }
}

/// A record, and what follows it.
fn record(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let owner = name_length(bytes, OWNER_LABELS)?;
    let (fixed, rest) = bytes.get(owner.length..)?.split_first_chunk::<10>()?;
    let [a, b, _, _, ttl @ .., i, j] = *fixed;
    let (data, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([i, j])))?;
    let of_root = owner.length == 1;
    Some((Record { of_root, rtype: u16::from_be_bytes([a, b]), ttl, data }, rest))
}

/// How many bytes a name takes where it stands.
struct Extent {
    /// With the root label or the pointer that ends it.
    length: usize,
    compressed: bool,
}

fn name_length(bytes: &[u8], labels: usize) -> Option<Extent> {
    let mut at = 0;
    for _ in 0..labels {
        let (step, ends, compressed) = match *bytes.get(at)? {
            0 => (1, true, false),
            length @ 1..=63 => (usize::from(length) + 1, false, false),
            192.. => (2, true, true),
            64..=191 => return None,
        };
        at += step;
        if at > MAX_NAME {
            return None;
        }
        if ends {
            return Some(Extent { length: at, compressed });
        }
    }
    None
}
