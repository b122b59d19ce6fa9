//! Queries byte by byte, and the answers they get.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod hickory;
mod lookups;
mod queries;

use super::*;
use crate::{
    decode::{
        class::{ANY, CH, IN},
        rr_type::{A, AAAA},
    },
    rules::action::{Action, Sinkhole},
};

const TSIG: u16 = 250;
/// www.Example.com.
const WWW: &[u8] = b"\x03www\x07Example\x03com\0";

/// A query before it is bytes: whatever a test is about is changed.
#[derive(Clone, Debug)]
struct Asked {
    flags: u16,
    counts: [u16; 4],
    question: Vec<u8>,
    records: Vec<u8>,
}

impl Asked {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0x12, 0x34];
        bytes.extend(self.flags.to_be_bytes());
        bytes.extend(self.counts.iter().flat_map(|count| count.to_be_bytes()));
        bytes.extend(&self.question);
        bytes.extend(&self.records);
        bytes
    }

    /// With these additional records.
    fn with(self, records: &[Vec<u8>]) -> Self {
        let counts = [1, 0, 0, records.len() as u16];
        Self { counts, records: records.concat(), ..self }
    }
}

/// Flags RD and AD, as dig sends them.
fn asked(name: &[u8], qtype: u16, qclass: u16) -> Asked {
    let question = [name, &qtype.to_be_bytes(), &qclass.to_be_bytes()].concat();
    Asked { flags: 0x0120, counts: [1, 0, 0, 0], question, records: vec![] }
}

fn usual() -> Asked {
    asked(WWW, A, IN)
}

fn some_record(owner: &[u8], rtype: u16, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u16;
    [owner, &rtype.to_be_bytes(), &[0, 255, 0, 0, 0, 0], &length.to_be_bytes(), data].concat()
}

/// EDNS: version, flags, options.
fn edns(version: u8, flags: u16, options: &[u8]) -> Vec<u8> {
    let mut record = some_record(b"\0", rr_type::OPT, options);
    record[6] = version;
    record[7..9].copy_from_slice(&flags.to_be_bytes());
    record
}

fn option(code: u16, data: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes(), &(data.len() as u16).to_be_bytes(), data].concat()
}

/// Leads to addresses, TTL 300 s, says 15 (Blocked) to those who understand it.
fn effect(block: Block) -> Effect {
    let sinkhole =
        Sinkhole { v4: Some([192, 0, 2, 80].into()), v6: Some([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x80].into()) };
    Effect { sinkhole, ttl: 300, ede: Some(15), ..Effect::of(Action::Block(block)) }
}

fn answer(query: &Asked, block: Block, effect: &Effect) -> Option<Vec<u8>> {
    let mut out = b"what was there before".to_vec();
    let made = forge(&query.bytes(), block, effect, &mut out);
    assert_eq!(made, !out.is_empty());
    made.then_some(out)
}

/// The answer's header behind the id, as the kernel programs write it too; then the echoed question, then the rest.
#[track_caller]
fn expect(what: &str, query: &Asked, block: Block, effect: &Effect, header: [u8; 10], rest: &[u8]) {
    let expected = [&[0x12, 0x34], &header[..], &query.question, rest].concat();
    assert_eq!(answer(query, block, effect), Some(expected), "{what}");
}

#[test]
fn every_block_has_its_answer() {
    let v4 = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x01\x2c\x00\x04\xc0\x00\x02\x50";
    let v6 = b"\xc0\x0c\x00\x1c\x00\x01\x00\x00\x01\x2c\x00\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x80";
    type Case = (&'static str, Asked, Block, [u8; 10], &'static [u8]);
    let cases: &[Case] = &[
        ("nxdomain", usual(), Block::Nxdomain, [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0], b""),
        ("nodata", usual(), Block::Nodata, [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0], b""),
        ("refused", usual(), Block::Refused, [0x81, 0x85, 0, 1, 0, 0, 0, 0, 0, 0], b""),
        ("tcp-only", usual(), Block::TcpOnly, [0x83, 0x80, 0, 1, 0, 0, 0, 0, 0, 0], b""),
        ("sinkhole, A", usual(), Block::Sinkhole, [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], v4),
        ("sinkhole, AAAA", asked(WWW, AAAA, IN), Block::Sinkhole, [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], v6),
        ("sinkhole, ANY", asked(WWW, ANY, IN), Block::Sinkhole, [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0], b""),
        ("sinkhole, class CH", asked(WWW, A, CH), Block::Sinkhole, [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0], b""),
        ("the root", asked(b"\0", A, IN), Block::Nxdomain, [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0], b""),
        (
            "an address is for a sinkhole alone",
            usual(),
            Block::Nodata,
            [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0],
            b"",
        ),
        (
            "of all flags RD and CD come back",
            Asked { flags: 0x07ff, ..usual() },
            Block::Nxdomain,
            [0x81, 0x93, 0, 1, 0, 0, 0, 0, 0, 0],
            b"",
        ),
        (
            "without RD",
            Asked { flags: 0, ..usual() },
            Block::Refused,
            [0x80, 0x85, 0, 1, 0, 0, 0, 0, 0, 0],
            b"",
        ),
    ];
    for (what, query, block, header, rest) in cases {
        expect(what, query, *block, &effect(*block), *header, rest);
    }
    let nowhere = Effect { sinkhole: Sinkhole::default(), ..effect(Block::Sinkhole) };
    let nodata = [0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0];
    for query in [usual(), asked(WWW, AAAA, IN)] {
        expect("a sinkhole without an address", &query, Block::Sinkhole, &nowhere, nodata, b"");
    }
    assert_eq!(answer(&usual(), Block::Drop, &effect(Block::Drop)), None, "drop");
}

#[test]
fn edns_is_answered_with_edns() {
    const PLAIN: &[u8] = b"\0\x00\x29\x04\xd0\0\0\0\0\0\0";
    const BLOCKED: &[u8] = b"\0\x00\x29\x04\xd0\0\0\0\0\0\x06\x00\x0f\x00\x02\x00\x0f";
    let cookie = |length: usize| option(10, &vec![7; length]);
    let nsid = option(3, b"");
    let echoed = |length: usize| {
        let fixed = b"\0\x00\x29\x04\xd0\0\0\0\0\0".to_vec();
        [fixed, vec![(length + 10) as u8], cookie(length), option(15, &[0, 15])].concat()
    };
    let of_key = some_record(b"\x03key\0", TSIG, &[0; 20]);
    let cut = [&[0, 10, 0, 24][..], &[7; 23]].concat();
    type Case<'a> = (&'a str, Vec<Vec<u8>>, Option<u16>, &'a [u8]);
    let cases: &[Case<'_>] = &[
        ("no EDNS, no error", vec![], Some(15), b""),
        ("no error to tell", vec![edns(0, 0, b"")], None, PLAIN),
        ("an error to tell", vec![edns(0, 0, b"")], Some(15), BLOCKED),
        ("of the flags DO comes back", vec![edns(0, 0xffff, b"")], None, b"\0\x00\x29\x04\xd0\0\0\x80\0\0\0"),
        ("a client's cookie", vec![edns(0, 0, &cookie(8))], Some(15), BLOCKED),
        ("the shortest full cookie", vec![edns(0, 0, &cookie(16))], Some(15), &echoed(16)),
        ("the longest full cookie", vec![edns(0, 0, &cookie(40))], Some(15), &echoed(40)),
        ("one byte too short", vec![edns(0, 0, &cookie(15))], Some(15), BLOCKED),
        ("one byte too long", vec![edns(0, 0, &cookie(41))], Some(15), BLOCKED),
        ("a cookie without its end", vec![edns(0, 0, &cut)], Some(15), BLOCKED),
        ("a cookie and more", vec![edns(0, 0, &[cookie(24), nsid.clone()].concat())], Some(15), &echoed(24)),
        ("a cookie that is not first", vec![edns(0, 0, &[nsid, cookie(24)].concat())], Some(15), BLOCKED),
        ("another option of that length", vec![edns(0, 0, &option(9, &[7; 24]))], Some(15), BLOCKED),
        ("behind another record", vec![some_record(b"\0", A, &[1; 4]), edns(0, 0, b"")], Some(15), BLOCKED),
        ("behind one with an owner", vec![of_key.clone(), edns(0, 0, b"")], Some(15), BLOCKED),
        (
            "behind one that points",
            vec![some_record(b"\xc0\x0c", A, b""), edns(0, 0, b"")],
            Some(15),
            BLOCKED,
        ),
        ("behind two", vec![of_key.clone(), of_key, edns(0, 0, b"")], Some(15), b""),
        ("twice: the first counts", vec![edns(0, 0, b""), edns(1, 0x8000, b"")], Some(15), BLOCKED),
        ("not of the root", vec![some_record(b"\x01x\0", rr_type::OPT, b"")], Some(15), b""),
        ("of the root by a pointer", vec![some_record(b"\xc0\x1b", rr_type::OPT, b"")], Some(15), b""),
        ("without its end", vec![edns(0, 0, &cookie(24))[..20].to_vec()], Some(15), b""),
        ("without its beginning", vec![vec![0, 0, 41]], Some(15), b""),
    ];
    for (what, records, ede, rest) in cases {
        let query = usual().with(records);
        let effect = Effect { ede: *ede, ..effect(Block::Nxdomain) };
        let header = [0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, u8::from(!rest.is_empty())];
        expect(what, &query, Block::Nxdomain, &effect, header, rest);
    }
}
