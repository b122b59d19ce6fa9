//! Clocks that differ, and time that runs out.

use super::*;

const SKEWED: i64 = SKEW as i64;

#[test]
fn a_response_may_be_seen_before_its_query() {
    let (to, from) = (|| query(7, "a"), || response(7, "a"));
    let joined = |what, steps, lookups| Case {
        what,
        steps,
        lookups,
        rest: &[],
        books: "seen 2 = emitted 2 + filtered 0 + lost 0",
    };
    let apart = |what, steps, rest| Case {
        what,
        steps,
        lookups: &[],
        rest,
        books: "seen 2 = emitted 0 + filtered 0 + lost 0 + held 2",
    };
    run(
        100,
        vec![
            joined("the clocks agree", steps![from().at(500), to()], &["client Answered 1+0 in 500"]),
            joined(
                "as much older as clocks may differ",
                steps![from(), to().at(SKEWED)],
                &["client Answered 1+0 in 0"],
            ),
            joined("... seen in order", steps![to().at(SKEWED), from()], &["client Answered 0+1 in 0"]),
            apart(
                "older still: it answers something else",
                steps![from(), to().at(SKEWED + 1)],
                &["client Unasked -+0", "client Stopped 1+-"],
            ),
            apart(
                "... seen in order, as where files are not in theirs",
                steps![to().at(SKEWED + 1), from()],
                &["client Unasked -+1", "client Stopped 0+-"],
            ),
            Case {
                what: "a response waits, but not long",
                steps: steps![
                    from(),
                    Step::Expire(EARLY - 1),
                    query(8, "b").at(1),
                    Step::Expire(EARLY),
                    to().at(500),
                ],
                lookups: &["client Unasked -+0"],
                rest: &["client Stopped 2+-", "client Stopped 4+-"],
                books: "seen 3 = emitted 1 + filtered 0 + lost 0 + held 2",
            },
            Case {
                what: "of two early responses each finds its query",
                steps: steps![response(7, "b"), from(), to(), query(7, "b")],
                lookups: &["client Answered 2+1 in 0", "client Answered 3+0 in 0"],
                rest: &[],
                books: "seen 4 = emitted 4 + filtered 0 + lost 0",
            },
        ],
    );
}

#[test]
fn a_lookup_waits_as_long_as_it_is_told() {
    let after = |ns: u64| (5 * SECOND + ns) as i64;
    run(
        100,
        vec![
            Case {
                what: "one ns before the time is up",
                steps: steps![query(7, "a"), Step::Expire(5 * SECOND - 1), response(7, "a").at(after(0) - 1)],
                lookups: &["client Answered 0+2 in 4999999999"],
                rest: &[],
                books: "seen 2 = emitted 2 + filtered 0 + lost 0",
            },
            Case {
                what: "the time is up, by the clock",
                steps: steps![query(7, "a"), Step::Expire(5 * SECOND)],
                lookups: &["client TimedOut 0+-"],
                rest: &[],
                books: "seen 1 = emitted 1 + filtered 0 + lost 0",
            },
            Case {
                what: "the time is up, by another message",
                steps: steps![query(7, "a"), query(8, "b").at(after(0))],
                lookups: &["client TimedOut 0+-"],
                rest: &["client Stopped 1+-"],
                books: "seen 2 = emitted 1 + filtered 0 + lost 0 + held 1",
            },
            Case {
                what: "a response just too late",
                steps: steps![query(7, "a"), response(7, "a").at(after(0))],
                lookups: &["client TimedOut 0+-"],
                rest: &["client Unasked -+1"],
                books: "seen 2 = emitted 1 + filtered 0 + lost 0 + held 1",
            },
            Case {
                what: "in the order in which they came",
                steps: steps![
                    query(3, "a"),
                    query(1, "a").at(1),
                    query(2, "a").at(2),
                    Step::Expire(9 * SECOND)
                ],
                lookups: &["client TimedOut 0+-", "client TimedOut 1+-", "client TimedOut 2+-"],
                rest: &[],
                books: "seen 3 = emitted 3 + filtered 0 + lost 0",
            },
            Case {
                what: "what is answered and repeated leaves without a word",
                steps: steps![query(7, "a"), query(7, "a"), response(7, "a"), Step::Expire(9 * SECOND)],
                lookups: &["client Answered 0+2 in 0"],
                rest: &[],
                books: "seen 3 = emitted 2 + filtered 1 (retransmission 1) + lost 0",
            },
            Case {
                what: "time that goes back ends nothing",
                steps: steps![query(7, "a"), query(8, "a").at(-SKEWED), Step::Expire(0)],
                lookups: &[],
                rest: &["client Stopped 0+-", "client Stopped 1+-"],
                books: "seen 2 = emitted 0 + filtered 0 + lost 0 + held 2",
            },
        ],
    );
}
