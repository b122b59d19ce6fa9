//! Messages that differ in nothing but their question.

use super::*;
use table::MAX_ALIKE;

fn nth(index: usize) -> Message {
    query(7, &format!("n{index}")).at(index as i64)
}

/// A client that uses an id again and again must not keep others from their end.
#[test]
fn an_id_used_again_delays_nobody() {
    let seconds = |seconds: u64| (seconds * SECOND) as i64;
    run(
        100,
        vec![
            Case {
                what: "the first answered, another asked by the same id since",
                steps: steps![
                    query(7, "a"),
                    query(8, "b").at(seconds(1)),
                    query(7, "c").at(seconds(4)),
                    response(7, "a").at(seconds(4)),
                    Step::Expire(6 * SECOND),
                    Step::Expire(9 * SECOND),
                ],
                lookups: &["client Answered 0+3 in 4000000000", "client TimedOut 1+-", "client TimedOut 2+-"],
                rest: &[],
                books: "seen 4 = emitted 4 + filtered 0 + lost 0",
            },
            Case {
                what: "none answered: all at their time",
                steps: steps![
                    query(7, "a"),
                    query(7, "b").at(seconds(1)),
                    query(7, "c").at(seconds(2)),
                    query(8, "d").at(seconds(3)),
                    Step::Expire(6 * SECOND),
                    Step::Expire(7 * SECOND),
                    Step::Expire(8 * SECOND),
                ],
                lookups: &[
                    "client TimedOut 0+-",
                    "client TimedOut 1+-",
                    "client TimedOut 2+-",
                    "client TimedOut 3+-",
                ],
                rest: &[],
                books: "seen 4 = emitted 4 + filtered 0 + lost 0",
            },
        ],
    );
}

#[test]
fn the_oldest_of_too_many_alike_goes() {
    let (mut tracker, mut lines) = (tracker(100), Vec::new());
    for index in 0..MAX_ALIKE + 2 {
        nth(index).push(&mut tracker, index, |lookup| lines.push(line(lookup)));
        assert!(tracker.waiting.len() <= MAX_ALIKE);
    }
    assert_eq!(lines, ["client Evicted 0+-", "client Evicted 1+-"]);
    lines.clear();
    // All that are left find their response, whatever the order.
    for index in (2..MAX_ALIKE + 2).rev() {
        let response = response(7, &format!("n{index}")).at(100);
        response.push(&mut tracker, 1000, |lookup| lines.push(line(lookup)));
    }
    let expected =
        (2..MAX_ALIKE + 2).rev().map(|index| format!("client Answered {index}+1000 in {}", 100 - index));
    assert_eq!(lines, expected.collect::<Vec<_>>());
    tracker.finish(|lookup| panic!("{}", line(lookup)));
    assert_finished(&tracker, "alike");
}

/// Responses nobody asked for are bounded in the same way.
#[test]
fn the_oldest_of_too_many_alike_responses_goes() {
    let (mut tracker, mut lines) = (tracker(100), Vec::new());
    for index in 0..=MAX_ALIKE {
        response(7, "a").at(index as i64).push(&mut tracker, index, |lookup| lines.push(line(lookup)));
    }
    assert_eq!(lines, ["client Unasked -+0"]);
    query(7, "a").push(&mut tracker, 1000, |lookup| lines.push(line(lookup)));
    assert_eq!(lines.last().map(String::as_str), Some("client Answered 1000+1 in 1"));
    tracker.finish(|_| {});
    assert_finished(&tracker, "alike");
}
