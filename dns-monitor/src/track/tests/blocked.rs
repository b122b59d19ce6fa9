//! Queries that the kernel programs kept from the resolver, and those that they let pass.

use super::*;
use crate::rules::action::Block;

#[test]
fn a_blocked_query_waits_for_nothing() {
    let blocked = || query(7, "a").judged(Done::Blocked(Block::Nxdomain));
    let ends = |what, message| Case {
        what,
        steps: steps![message],
        lookups: &["client Blocked 0+-"],
        rest: &[],
        books: "seen 1 = emitted 1 + filtered 0 + lost 0",
    };
    run(
        100,
        vec![
            ends("answered", blocked()),
            ends("dropped", query(7, "a").judged(Done::Blocked(Block::Drop))),
            ends("reset", query(7, "a").tcp().judged(Done::Reset)),
            ends("without a question", blocked().without_question()),
            Case {
                what: "each time it comes again",
                steps: steps![blocked(), blocked().at(1), blocked().at(2)],
                lookups: &["client Blocked 0+-", "client Blocked 1+-", "client Blocked 2+-"],
                rest: &[],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "a response all the same is one that nothing asked for",
                steps: steps![blocked(), response(7, "a").at(5)],
                lookups: &["client Blocked 0+-"],
                rest: &["client Unasked -+1"],
                books: "seen 2 = emitted 1 + filtered 0 + lost 0 + held 1",
            },
            Case {
                what: "a response that waits for its query is not that of a blocked one",
                steps: steps![response(7, "a").at(-1), blocked(), query(7, "a").at(2)],
                lookups: &["client Blocked 1+-", "client Answered 2+0 in 0"],
                rest: &[],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "blocked when it comes again, by new rules: the first still waits",
                steps: steps![query(7, "a"), blocked().at(1), response(7, "a").at(5)],
                lookups: &["client Blocked 1+-", "client Answered 0+2 in 5"],
                rest: &[],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "it says that it is a response: nobody would have answered it",
                steps: steps![Message { flags: QR, ..blocked() }],
                lookups: &["client WrongWay 0+-"],
                rest: &[],
                books: "seen 1 = emitted 1 + filtered 0 + lost 0",
            },
        ],
    );
}

/// What the kernel programs said of a query is still known when its response comes.
#[test]
fn a_lookup_keeps_what_was_done_with_its_query() {
    for done in [Done::Passed, Done::Would(Block::Drop)] {
        let (mut tracker, mut seen) = (tracker(100), Vec::new());
        let mut note = |lookup: &Lookup<'_>| {
            let judged = |seen: &Option<Seen<'_>>| seen.as_ref()?.datagram.packet.judged;
            seen.push((
                lookup.end,
                judged(&lookup.query).map(|judged| judged.done),
                judged(&lookup.response),
            ));
        };
        query(7, "a").judged(done).push(&mut tracker, 0, &mut note);
        response(7, "a").push(&mut tracker, 1, &mut note);
        query(8, "a").judged(done).push(&mut tracker, 2, &mut note);
        tracker.finish(&mut note);
        assert_eq!(seen, [(End::Answered, Some(done), None), (End::Stopped, Some(done), None)]);
        assert_finished(&tracker, "judged");
    }
}
