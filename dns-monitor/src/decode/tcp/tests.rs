//! Streams as data: which bytes of a known stream came in which order, and what was made of them.

#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a panic is a failed test")]

mod bounds;
mod order;
mod trouble;

use std::{net::IpAddr, ops::Range};

use super::*;
use crate::sample::{Direction, Transport};

/// A query for the root's A record, with its length before it: 19 bytes.
const MESSAGE: [u8; 19] = *b"\0\x11\0\0\x01\0\0\x01\0\0\0\0\0\0\0\0\x01\0\x01";
const SECOND: u64 = 1_000_000_000;
const PSH: u8 = 8;

/// Part of a stream in which message n begins at byte 19 n and has the id n.
#[derive(Clone)]
struct Step {
    time: u64,
    flags: u8,
    bytes: Range<u32>,
    captured: u32,
}

fn data(bytes: Range<u32>) -> Step {
    Step { time: 0, flags: PSH, captured: bytes.end - bytes.start, bytes }
}

/// The SYN's own number is the one before that of byte 0.
const fn syn() -> Step {
    Step { time: 0, flags: SYN, bytes: 0..0, captured: 0 }
}

fn fin(at: u32) -> Step {
    Step { flags: FIN, ..data(at..at) }
}

fn rst(at: u32) -> Step {
    Step { flags: RST, ..data(at..at) }
}

impl Step {
    fn with(self, flags: u8) -> Self {
        Self { flags, ..self }
    }

    fn at(self, seconds: u64) -> Self {
        Self { time: seconds * SECOND, ..self }
    }

    fn captured(self, captured: u32) -> Self {
        Self { captured, ..self }
    }
}

fn byte(at: u32) -> u8 {
    match (at % 19, at / 19) {
        (2, id) => (id >> 8) as u8,
        (3, id) => id as u8,
        (at, _) => MESSAGE[at as usize],
    }
}

fn packet(time: u64) -> Packet {
    Packet { time, transport: Transport::Tcp, ..Packet::example() }
}

/// Pushes one step; byte 0 has the sequence number `first`.
fn push(streams: &mut Streams, first: u32, step: &Step, deliver: impl FnMut(Datagram<'_>)) {
    let payload: Vec<u8> = step.bytes.clone().map(byte).take(step.captured as usize).collect();
    let sequence = first.wrapping_add(step.bytes.start).wrapping_sub(u32::from(step.flags & SYN != 0));
    let content = Content::Segment { sequence, flags: step.flags };
    let length = step.bytes.end - step.bytes.start;
    streams.push(&Sample { packet: packet(step.time), content, length, payload: &payload }, deliver);
}

/// A delivered message: its id and how many of its bytes were there.
fn note(messages: &mut Vec<(u16, usize)>, message: Datagram<'_>) {
    assert_eq!(message.length, 17, "the length on the wire");
    let id = message.bytes.first_chunk().map(|id| u16::from_be_bytes(*id));
    messages.push((id.unwrap_or(u16::MAX), message.bytes.len()));
}

/// Numbers without a pattern, the same in every run (xorshift).
struct Dice(u32);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % limit
    }
}

struct Case {
    what: &'static str,
    steps: Vec<Step>,
    /// What was delivered before the end.
    messages: Vec<(u16, usize)>,
    books: &'static str,
}

fn run(limits: StreamLimits, cases: Vec<Case>) {
    for Case { what, steps, messages, books } in cases {
        // Wherever the numbers start, also where they wrap within the stream.
        for first in [1, 1000, u32::MAX, u32::MAX - 7, u32::MAX - 25, 1 << 31] {
            let (mut streams, mut delivered) = (Streams::new(limits), Vec::new());
            for step in &steps {
                push(&mut streams, first, step, |message| note(&mut delivered, message));
            }
            assert_eq!(delivered, messages, "{what}, from {first}");
            assert_eq!(streams.tally().to_string(), books, "{what}, from {first}");
            streams.finish(|_| {});
            assert_eq!((streams.tally().held(), streams.bytes, streams.holding.len()), (0, 0, 0), "{what}");
        }
    }
}

fn whole(ids: Range<u16>) -> Vec<(u16, usize)> {
    ids.map(|id| (id, 17)).collect()
}
