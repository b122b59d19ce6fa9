//! More messages than may wait.

use super::*;

#[test]
fn the_oldest_lookup_goes_where_too_many_wait() {
    run(
        2,
        vec![
            Case {
                what: "one too many",
                steps: steps![
                    query(1, "a"),
                    query(2, "a"),
                    query(3, "a"),
                    response(1, "a"),
                    response(3, "a")
                ],
                lookups: &["client Evicted 0+-", "client Answered 2+4 in 0"],
                rest: &["client Unasked -+3", "client Stopped 1+-"],
                books: "seen 5 = emitted 3 + filtered 0 + lost 0 + held 2",
            },
            Case {
                what: "what only waits for repeated responses goes unsaid",
                steps: steps![query(1, "a"), query(1, "a"), response(1, "a"), query(2, "a"), query(3, "a"),],
                lookups: &["client Answered 0+2 in 0"],
                rest: &["client Stopped 3+-", "client Stopped 4+-"],
                books: "seen 5 = emitted 2 + filtered 1 (retransmission 1) + lost 0 + held 2",
            },
        ],
    );
}

#[test]
fn bytes_are_bounded_as_well() {
    const LENGTH: usize = 60_000;
    let fit = MAX_BYTES / LENGTH;
    let (mut tracker, mut lines) = (tracker(100_000), Vec::new());
    for id in 0..fit + 3 {
        let long = Message { padding: LENGTH - query(0, "a").bytes().len(), ..query(id as u16, "a") };
        long.push(&mut tracker, id, |lookup| lines.push(line(lookup)));
        assert!(tracker.waiting.bytes() <= MAX_BYTES);
    }
    assert_eq!(lines, ["client Evicted 0+-", "client Evicted 1+-", "client Evicted 2+-"]);
    assert_eq!(tracker.waiting.len(), fit);
    tracker.finish(|_| {});
    assert_finished(&tracker, "bytes");
}

#[test]
fn responses_that_nobody_asked_for_are_bounded() {
    let (mut tracker, mut unasked) = (tracker(100), 0);
    for number in 0..MAX_EARLY + 10 {
        let from = response(number as u16, "a");
        let port = 40_000 + (number >> 16) as u16;
        let from = Message { destination: (from.destination.0, port), ..from };
        from.push(&mut tracker, number, |lookup| {
            assert_eq!(
                (lookup.end, lookup.response.as_ref().map(super::number)),
                (End::Unasked, Some(unasked))
            );
            unasked += 1;
        });
    }
    assert_eq!((unasked, tracker.early.len()), (10, MAX_EARLY));
    tracker.finish(|_| {});
    assert_finished(&tracker, "early");
}
