//! Something is missing: what can be had comes out, and the stream is in step again.

use super::*;

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
                what: "between a length of its own and its message",
                steps: vec![data(21..38), data(38..57)],
                messages: whole(1..3),
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
