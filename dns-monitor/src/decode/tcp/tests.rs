//! Streams as data: which bytes of a known stream came in which order, and what was made of them.

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
    Packet {
        time,
        interface: 0,
        direction: Direction::In,
        transport: Transport::Tcp,
        source: IpAddr::from([192, 0, 2, 1]),
        destination: IpAddr::from([192, 0, 2, 53]),
        source_port: 40_000,
        destination_port: 53,
        source_mac: None,
        destination_mac: None,
        outer_vlan: None,
        inner_vlan: None,
    }
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

#[test]
fn messages_are_cut_from_segments_in_order() {
    run(
        StreamLimits::default(),
        vec![
            Case {
                what: "a message a segment",
                steps: vec![syn(), data(0..19), data(19..38), fin(38)],
                messages: whole(0..2),
                books: "seen 4 = emitted 2 + filtered 2 (tcp-control 2) + lost 0",
            },
            Case {
                what: "several messages in a segment that also ends the stream",
                steps: vec![syn(), data(0..57).with(FIN | PSH)],
                messages: whole(0..3),
                books: "seen 2 = emitted 1 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "the length in a segment of its own",
                steps: vec![syn(), data(0..2), data(2..19)],
                messages: whole(0..1),
                books: "seen 3 = emitted 2 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "a byte a segment",
                steps: (0..38)
                    .map(|at| data(at..at + 1))
                    .fold(vec![syn()], |steps, step| [steps, vec![step]].concat()),
                messages: whole(0..2),
                books: "seen 39 = emitted 38 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "the end of a message, a whole one and half of the next",
                steps: vec![syn(), data(0..10), data(10..45)],
                messages: whole(0..2),
                books: "seen 3 = emitted 1 + filtered 1 (tcp-control 1) + lost 0 + held 1",
            },
            Case {
                what: "data in the SYN",
                steps: vec![data(0..19).with(SYN), data(19..38)],
                messages: whole(0..2),
                books: "seen 2 = emitted 2 + filtered 0 + lost 0",
            },
        ],
    );
}

#[test]
fn segments_are_put_in_order() {
    run(
        StreamLimits::default(),
        vec![
            Case {
                what: "swapped",
                steps: vec![syn(), data(19..38), data(0..19)],
                messages: whole(0..2),
                books: "seen 3 = emitted 2 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "backwards, and the FIN before the data",
                steps: vec![syn(), fin(57), data(40..57), data(30..40), data(5..30), data(0..5)],
                messages: whole(0..3),
                books: "seen 6 = emitted 4 + filtered 2 (tcp-control 2) + lost 0",
            },
            Case {
                what: "retransmitted: before, within and beyond what waits",
                steps: vec![
                    syn(),
                    data(0..19),
                    data(0..19),
                    data(38..57),
                    data(38..57),
                    data(19..38),
                    data(38..57),
                ],
                messages: whole(0..3),
                books: "seen 7 = emitted 3 + filtered 4 (tcp-control 1, retransmission 3) + lost 0",
            },
            Case {
                what: "retransmitted with more data",
                steps: vec![syn(), data(0..10), data(0..25), data(15..38)],
                messages: whole(0..2),
                books: "seen 4 = emitted 3 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "waiting segments that overlap",
                steps: vec![syn(), data(10..30), data(20..57), data(0..12)],
                messages: whole(0..3),
                books: "seen 4 = emitted 3 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "a keep-alive probe: the byte before the next",
                steps: vec![syn(), data(0..19), data(18..19), data(19..38)],
                messages: whole(0..2),
                books: "seen 4 = emitted 2 + filtered 2 (tcp-control 1, retransmission 1) + lost 0",
            },
            Case {
                what: "the SYN twice",
                steps: vec![syn(), data(0..19), syn(), data(19..38)],
                messages: whole(0..2),
                books: "seen 4 = emitted 2 + filtered 2 (tcp-control 2) + lost 0",
            },
        ],
    );
}

#[test]
fn streams_are_joined_in_the_middle() {
    run(
        StreamLimits::default(),
        vec![
            Case {
                what: "where a message begins",
                steps: vec![data(19..38), data(38..50), data(50..57)],
                messages: whole(1..3),
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "within a message",
                steps: vec![data(5..19), data(19..38)],
                messages: whole(1..2),
                books: "seen 2 = emitted 1 + filtered 0 + lost 1 (unsynchronised 1)",
            },
            Case {
                what: "at a length of its own",
                steps: vec![data(19..21), data(21..38)],
                messages: whole(1..2),
                books: "seen 2 = emitted 2 + filtered 0 + lost 0",
            },
            Case {
                what: "at three bytes that could be a length but are none",
                steps: vec![data(16..19), data(19..38)],
                messages: whole(1..2),
                books: "seen 2 = emitted 1 + filtered 0 + lost 1 (unsynchronised 1)",
            },
            Case {
                what: "at a keep-alive probe",
                steps: vec![data(18..19), data(19..38)],
                messages: whole(1..2),
                books: "seen 2 = emitted 1 + filtered 1 (keep-alive 1) + lost 0",
            },
            Case {
                what: "with a segment from before",
                steps: vec![data(19..38), data(0..19), data(38..57)],
                messages: whole(1..3),
                books: "seen 3 = emitted 2 + filtered 0 + lost 1 (unsynchronised 1)",
            },
            Case {
                what: "with a hole right after noise",
                steps: vec![data(5..10), data(19..38)],
                messages: whole(1..2),
                books: "seen 2 = emitted 1 + filtered 0 + lost 1 (unsynchronised 1)",
            },
        ],
    );
}

#[test]
fn holes_are_stepped_over() {
    run(
        StreamLimits::default(),
        vec![
            Case {
                what: "a hole waits",
                steps: vec![syn(), data(0..19), data(38..57), data(57..76).at(2)],
                messages: whole(0..1),
                books: "seen 4 = emitted 1 + filtered 1 (tcp-control 1) + lost 0 + held 2",
            },
            Case {
                what: "whole messages are missing",
                steps: vec![syn(), data(0..19), data(38..57), data(57..76).at(3)],
                messages: vec![(0, 17), (2, 17), (3, 17)],
                books: "seen 4 = emitted 3 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "the middle of a message is missing: its head is delivered, the next is in step",
                steps: vec![syn(), data(0..14), data(16..38), data(38..57).at(3)],
                messages: vec![(0, 12), (1, 17), (2, 17)],
                books: "seen 4 = emitted 1 + filtered 1 (tcp-control 1) + lost 2 (remainder-of-message 1, incomplete 1)",
            },
            Case {
                what: "the hole ends within a message",
                steps: vec![syn(), data(0..10), data(30..38), data(38..57).at(3)],
                messages: vec![(2, 17)],
                books: "seen 4 = emitted 1 + filtered 1 (tcp-control 1) + lost 2 (unsynchronised 1, incomplete 1)",
            },
            Case {
                what: "a message stays unfinished, and goes on later",
                steps: vec![syn(), data(0..16), data(19..20).at(3), data(20..38).at(3), data(16..19).at(3)],
                messages: vec![(0, 14), (1, 17)],
                books: "seen 5 = emitted 2 + filtered 1 (tcp-control 1) + lost 2 (remainder-of-message 1, incomplete 1)",
            },
            Case {
                what: "a jump beyond any window",
                steps: vec![syn(), data(0..15), data(19_000_019..19_000_038)],
                messages: vec![(0, 13), (16_961, 17)],
                books: "seen 3 = emitted 1 + filtered 1 (tcp-control 1) + lost 1 (ports-reused 1)",
            },
        ],
    );
}

#[test]
fn cut_segments_keep_the_stream_in_step() {
    run(
        StreamLimits::default(),
        vec![
            Case {
                what: "cut at a message's end",
                steps: vec![syn(), data(0..38).captured(19), data(38..57)],
                messages: vec![(0, 17), (2, 17)],
                books: "seen 3 = emitted 2 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "cut within a message",
                steps: vec![syn(), data(0..19).captured(15), data(19..38)],
                messages: vec![(0, 13), (1, 17)],
                books: "seen 3 = emitted 2 + filtered 1 (tcp-control 1) + lost 0",
            },
            Case {
                what: "cut within a message that goes on",
                steps: vec![syn(), data(0..17).captured(15), data(17..38)],
                messages: vec![(0, 13), (1, 17)],
                books: "seen 3 = emitted 1 + filtered 1 (tcp-control 1) + lost 1 (remainder-of-message 1)",
            },
            Case {
                what: "cut within the length",
                steps: vec![syn(), data(0..38).captured(20), data(38..57)],
                messages: vec![(0, 17), (2, 17)],
                books: "seen 3 = emitted 1 + filtered 1 (tcp-control 1) + lost 1 (cut 1)",
            },
            Case {
                what: "nothing captured",
                steps: vec![syn(), data(0..19).captured(0), data(19..38)],
                messages: vec![(1, 17)],
                books: "seen 3 = emitted 1 + filtered 1 (tcp-control 1) + lost 1 (cut 1)",
            },
        ],
    );
}

#[test]
fn connections_end() {
    run(
        StreamLimits::default(),
        vec![
            Case {
                what: "reset within a message",
                steps: vec![syn(), data(0..15), rst(15)],
                messages: vec![(0, 13)],
                books: "seen 3 = emitted 0 + filtered 2 (tcp-control 2) + lost 1 (reset 1)",
            },
            Case {
                what: "reset before a hole is filled",
                steps: vec![syn(), data(19..38), rst(38)],
                messages: vec![(1, 17)],
                books: "seen 3 = emitted 1 + filtered 2 (tcp-control 2) + lost 0",
            },
            Case {
                what: "the ports are used again",
                steps: vec![syn(), data(0..15), data(190..209).with(SYN), data(209..228)],
                messages: vec![(0, 13), (10, 17), (11, 17)],
                books: "seen 4 = emitted 2 + filtered 1 (tcp-control 1) + lost 1 (ports-reused 1)",
            },
            Case {
                what: "RST and FIN of nothing known",
                steps: vec![rst(0), fin(0)],
                messages: vec![],
                books: "seen 2 = emitted 0 + filtered 2 (tcp-control 2) + lost 0",
            },
            Case {
                what: "closed, and the ports used again without a SYN seen",
                steps: vec![syn(), data(0..19).with(FIN), data(190..209)],
                messages: vec![(0, 17), (10, 17)],
                books: "seen 3 = emitted 2 + filtered 1 (tcp-control 1) + lost 0",
            },
        ],
    );
}

#[test]
fn a_stream_is_bounded() {
    let limits = StreamLimits { stream_bytes: 700, ..StreamLimits::default() };
    run(
        limits,
        vec![Case {
            what: "too much waits behind a hole",
            steps: [syn()].into_iter().chain((1..9).map(|n| data(19 * n..19 * n + 19))).collect(),
            messages: whole(1..9),
            books: "seen 9 = emitted 8 + filtered 1 (tcp-control 1) + lost 0",
        }],
    );
}

#[test]
fn any_order_of_any_cut_gives_every_message_once() {
    const END: u32 = 19 * 60;
    for seed in 1..200 {
        let (mut dice, mut steps, mut at) = (Dice(seed), vec![], 0);
        while at < END {
            let end = END.min(at + 1 + dice.below(70));
            steps.push(data(at..end));
            // Now and then retransmitted, cut in another way.
            if dice.below(4) == 0 {
                steps.push(data(at.saturating_sub(dice.below(30))..end));
            }
            at = end;
        }
        for at in (1..steps.len() as u32).rev() {
            steps.swap(at as usize, dice.below(at + 1) as usize);
        }
        let (mut streams, mut messages) = (Streams::default(), vec![]);
        for step in [vec![syn()], steps].concat() {
            push(&mut streams, seed.wrapping_neg(), &step, |message| note(&mut messages, message));
        }
        assert_eq!(messages, whole(0..60), "seed {seed}");
        assert_eq!((streams.tally().held(), streams.tally().lost()), (0, 0), "seed {seed}");
    }
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let limits = StreamLimits { streams: 50, stream_bytes: 4000, bytes: 20_000, ..StreamLimits::default() };
    let (mut streams, mut dice) = (Streams::new(limits), Dice(1));
    for time in 0..20_000 {
        let at = dice.below(60_000);
        let flags = [PSH, PSH, PSH, SYN, FIN, RST, SYN | FIN][dice.below(7) as usize];
        let mut packet = packet(time * 1_000_000);
        packet.source_port = dice.below(200) as u16;
        let payload: Vec<u8> = (at..at + dice.below(300)).map(byte).collect();
        let content = Content::Segment { sequence: at, flags };
        let length = payload.len() as u32 + dice.below(10).saturating_sub(8);
        streams.push(&Sample { packet, content, length, payload: &payload }, |_| {});
        assert!(streams.streams.len() <= limits.streams && streams.bytes <= limits.bytes);
        assert_eq!(streams.bytes, streams.streams.values().map(Stream::cost).sum(), "bytes are counted");
        let holding = streams.streams.values().filter(|stream| stream.since().is_some()).count();
        assert_eq!(streams.holding.len(), holding, "streams that hold something are known");
    }
    assert!(streams.tally().count(StreamReason::Evicted) > 0 && streams.tally().emitted() > 0);
    streams.finish(|_| {});
    assert_eq!((streams.tally().held(), streams.bytes), (0, 0));
}

#[test]
fn silent_streams_are_forgotten() {
    let mut streams = Streams::default();
    let steps = [syn(), data(0..19), data(19..38).at(119), data(38..57).at(239)];
    let mut known = vec![];
    for step in &steps {
        push(&mut streams, 1, step, |_| {});
        known.push(streams.streams.values().all(|stream| stream.starts_at(1)));
    }
    // After 120 s of silence the last segment finds nobody and opens a stream of its own.
    assert_eq!(known, [true, true, true, false]);
}

#[test]
fn ways_interfaces_and_vlans_are_apart() {
    let change: [fn(&mut Packet); 7] = [
        |_| {},
        |packet| packet.direction = Direction::Out,
        |packet| packet.interface = 1,
        |packet| packet.outer_vlan = Some(0),
        |packet| packet.inner_vlan = Some(0),
        |packet| packet.source_port = 1,
        |packet| packet.destination = IpAddr::from([192, 0, 2, 54]),
    ];
    let (mut streams, payload) = (Streams::default(), MESSAGE);
    for change in change {
        let mut packet = packet(0);
        change(&mut packet);
        let content = Content::Segment { sequence: 7, flags: PSH };
        streams.push(&Sample { packet, content, length: 19, payload: &payload }, |_| {});
    }
    // On one stream, all but the first would be retransmissions.
    assert_eq!(streams.tally().to_string(), "seen 7 = emitted 7 + filtered 0 + lost 0");
}
