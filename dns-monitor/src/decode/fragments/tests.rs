//! Datagrams as data: which pieces came in which order, and what was made of them.

#![allow(clippy::arithmetic_side_effects, reason = "a panic is a failed test")]

use std::{net::IpAddr, ops::Range};

use super::*;
use crate::{
    rules::{
        action::Block,
        verdict::{Done, Judged},
    },
    sample::{Direction, Packet},
};

const SECOND: u64 = 1_000_000_000;

/// Part of a datagram whose byte n is n modulo 251.
#[derive(Clone)]
struct Piece {
    time: u64,
    id: u32,
    bytes: Range<u16>,
    more: bool,
    captured: usize,
}

fn piece(bytes: Range<u16>) -> Piece {
    Piece { time: 0, id: 7, more: true, captured: bytes.len(), bytes }
}

fn last(bytes: Range<u16>) -> Piece {
    Piece { more: false, ..piece(bytes) }
}

impl Piece {
    fn at(self, seconds: u64) -> Self {
        Self { time: seconds * SECOND, ..self }
    }

    fn of(self, id: u32) -> Self {
        Self { id, ..self }
    }

    fn captured(self, captured: usize) -> Self {
        Self { captured, ..self }
    }
}

/// The kernel judges the first fragment, which has the question, and no other.
const JUDGED: Judged = Judged { generation: 1, done: Done::Blocked(Block::Drop), candidate: 2, line: 3 };

fn content(bytes: Range<u16>) -> Vec<u8> {
    bytes.map(|at| (at % 251) as u8).collect()
}

fn push(fragments: &mut Fragments, piece: &Piece, deliver: impl FnMut(Datagram<'_>)) {
    let first = piece.bytes.start == 0;
    let packet = Packet {
        time: piece.time,
        direction: if first { Direction::Out } else { Direction::In },
        source: IpAddr::from([192, 0, 2, 53]),
        destination: IpAddr::from([192, 0, 2, 1]),
        source_port: if first { 53 } else { 0 },
        destination_port: if first { 40_000 } else { 0 },
        judged: if first { Some(JUDGED) } else { None },
        ..Packet::example()
    };
    let payload: Vec<u8> = content(piece.bytes.clone()).into_iter().take(piece.captured).collect();
    let content = Content::Fragment { id: piece.id, offset: piece.bytes.start, more: piece.more };
    let length = piece.bytes.len() as u32;
    fragments.push(&Sample { packet, content, length, payload: &payload }, deliver);
}

struct Case {
    what: &'static str,
    pieces: Vec<Piece>,
    /// What was delivered: length on the wire, bytes that were there.
    datagrams: Vec<(u32, u16)>,
    books: &'static str,
}

fn run(limits: FragmentLimits, cases: Vec<Case>) {
    for Case { what, pieces, datagrams, books } in cases {
        let (mut fragments, mut delivered) = (Fragments::new(limits), vec![]);
        for piece in &pieces {
            push(&mut fragments, piece, |datagram| {
                let ports = (datagram.packet.source_port, datagram.packet.destination_port);
                assert_eq!(ports, (53, 40_000), "{what}: ports are those of the first fragment");
                assert_eq!(datagram.packet.direction, Direction::Out, "{what}: direction too");
                assert_eq!(datagram.packet.judged, Some(JUDGED), "{what}: and what the kernel made of it");
                assert_eq!(datagram.bytes, content(0..datagram.bytes.len() as u16), "{what}");
                delivered.push((datagram.length, datagram.bytes.len() as u16));
            });
        }
        assert_eq!(delivered, datagrams, "{what}");
        assert_eq!(fragments.tally().to_string(), books, "{what}");
        let bytes: usize = fragments.waiting.values().map(Assembly::cost).sum();
        assert_eq!(fragments.bytes, bytes, "{what}: bytes are counted");
        fragments.finish(|_| {});
        assert_eq!((fragments.tally().held(), fragments.bytes, fragments.waiting.len()), (0, 0, 0), "{what}");
    }
}

#[test]
fn whole_datagrams() {
    run(
        FragmentLimits::default(),
        vec![
            Case {
                what: "in order",
                pieces: vec![piece(0..1472), piece(1472..2952), last(2952..3000)],
                datagrams: vec![(3000, 3000)],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "backwards",
                pieces: vec![last(2952..3000), piece(1472..2952), piece(0..1472)],
                datagrams: vec![(3000, 3000)],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "two at once",
                pieces: vec![piece(0..800), piece(0..80).of(8), last(80..90).of(8), last(800..900)],
                datagrams: vec![(90, 90), (900, 900)],
                books: "seen 4 = emitted 4 + filtered 0 + lost 0",
            },
            Case {
                what: "a piece twice",
                pieces: vec![piece(0..800), piece(0..800), last(800..900)],
                datagrams: vec![(900, 900)],
                books: "seen 3 = emitted 2 + filtered 1 (duplicate 1) + lost 0",
            },
            Case {
                what: "in one fragment, while another of its id waits (RFC 6946)",
                pieces: vec![piece(0..800), last(0..100), last(800..900)],
                datagrams: vec![(100, 100), (900, 900)],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "the capture cut the first: what follows it has no place",
                pieces: vec![piece(0..800).captured(512), last(800..900)],
                datagrams: vec![(900, 512)],
                books: "seen 2 = emitted 2 + filtered 0 + lost 0",
            },
            Case {
                what: "as large as can be",
                pieces: (0..44)
                    .map(|n| piece(n * 1480..n * 1480 + 1480))
                    .chain([last(65_120..65_527)])
                    .collect(),
                datagrams: vec![(65_527, 65_527)],
                books: "seen 45 = emitted 45 + filtered 0 + lost 0",
            },
        ],
    );
}

#[test]
fn what_is_missing() {
    run(
        FragmentLimits::default(),
        vec![
            Case {
                what: "the first, so that it is not DNS",
                pieces: vec![piece(1472..2952), last(2952..3000), last(0..1).of(8).at(30)],
                datagrams: vec![(1, 1)],
                books: "seen 3 = emitted 1 + filtered 2 (not-dns 2) + lost 0",
            },
            Case {
                what: "the middle",
                pieces: vec![piece(0..1472), last(2952..3000), last(0..1).of(8).at(30)],
                datagrams: vec![(3000, 1472), (1, 1)],
                books: "seen 3 = emitted 1 + filtered 0 + lost 2 (incomplete 2)",
            },
            Case {
                what: "the last, so that the length is not known",
                pieces: vec![piece(0..1472), last(0..1).of(8).at(30)],
                datagrams: vec![(1473, 1472), (1, 1)],
                books: "seen 2 = emitted 1 + filtered 0 + lost 1 (incomplete 1)",
            },
            Case {
                what: "nothing yet, just in time",
                pieces: vec![piece(0..1472), last(0..1).of(8).at(29), last(1472..1500).at(29)],
                datagrams: vec![(1, 1), (1500, 1500)],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "all payload",
                pieces: vec![piece(0..800), last(800..800)],
                datagrams: vec![],
                books: "seen 2 = emitted 0 + filtered 1 (empty 1) + lost 0 + held 1",
            },
        ],
    );
}

#[test]
fn what_cannot_be() {
    run(
        FragmentLimits::default(),
        vec![
            Case {
                what: "an overlap drops all, and what follows (RFC 5722)",
                pieces: vec![piece(0..800), piece(792..1600), last(1600..1700), piece(0..800)],
                datagrams: vec![],
                books: "seen 4 = emitted 0 + filtered 0 + lost 4 (overlap 4)",
            },
            Case {
                what: "an overlap of what is not DNS",
                pieces: vec![piece(800..1600), piece(1592..2000)],
                datagrams: vec![],
                books: "seen 2 = emitted 0 + filtered 2 (not-dns 2) + lost 0",
            },
            Case {
                what: "two ends",
                pieces: vec![piece(0..800), last(900..1000), last(800..900)],
                datagrams: vec![],
                books: "seen 3 = emitted 0 + filtered 0 + lost 3 (overlap 3)",
            },
            Case {
                what: "a piece beyond the end",
                pieces: vec![piece(0..800), last(900..1000), piece(1000..1100)],
                datagrams: vec![],
                books: "seen 3 = emitted 0 + filtered 0 + lost 3 (overlap 3)",
            },
            Case {
                what: "an end before what was there",
                pieces: vec![piece(0..800), piece(1000..1100), last(800..900)],
                datagrams: vec![],
                books: "seen 3 = emitted 0 + filtered 0 + lost 3 (overlap 3)",
            },
            Case {
                what: "beyond what UDP can hold",
                pieces: vec![last(65_500..65_535)],
                datagrams: vec![],
                books: "seen 1 = emitted 0 + filtered 0 + lost 1 (oversize 1)",
            },
            Case {
                what: "more pieces than any link makes",
                pieces: (0..65).map(|n| piece(n * 8..n * 8 + 8)).collect(),
                datagrams: vec![],
                books: "seen 65 = emitted 0 + filtered 0 + lost 65 (too-many-pieces 65)",
            },
        ],
    );
}

#[test]
fn the_oldest_goes_when_memory_runs_out() {
    let pieces = || (0..3).map(|id| piece(0..800).of(id)).collect::<Vec<_>>();
    let case = || Case {
        what: "three of two",
        pieces: pieces(),
        datagrams: vec![(801, 800)],
        books: "seen 3 = emitted 0 + filtered 0 + lost 1 (evicted 1) + held 2",
    };
    let limits = FragmentLimits::default();
    run(FragmentLimits { datagrams: 2, ..limits }, vec![case()]);
    run(FragmentLimits { bytes: 2500, ..limits }, vec![case()]);
}
