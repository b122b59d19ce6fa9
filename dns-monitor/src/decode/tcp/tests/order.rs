//! Nothing is missing: every message comes out once, in order.

use super::*;

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
