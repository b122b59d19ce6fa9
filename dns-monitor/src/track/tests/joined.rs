//! Queries and responses that repeat each other, overtake each other, or ask something else.

use super::*;

#[test]
fn repeated_messages_belong_to_the_event_of_the_first() {
    let (to, from) = (|| query(7, "a"), || response(7, "a"));
    run(
        100,
        vec![
            Case {
                what: "a query repeated, one response",
                steps: steps![to(), to().at(1), from().at(5)],
                lookups: &["client Answered 0+2 in 5"],
                rest: &[],
                books: "seen 3 = emitted 2 + filtered 1 (retransmission 1) + lost 0",
            },
            Case {
                what: "a query repeated, two responses, and one too many",
                steps: steps![to(), to().at(1), from().at(5), from().at(6), from().at(7)],
                lookups: &["client Answered 0+2 in 5"],
                rest: &["client Unasked -+4"],
                books: "seen 5 = emitted 2 + filtered 2 (retransmission 1, repeated-response 1) + lost 0 + held 1",
            },
            Case {
                what: "a response repeated that nothing asked for again",
                steps: steps![to(), from().at(5), from().at(6)],
                lookups: &["client Answered 0+1 in 5"],
                rest: &["client Unasked -+2"],
                books: "seen 3 = emitted 2 + filtered 0 + lost 0 + held 1",
            },
            Case {
                what: "asked again later: a new lookup, though a second response was due to the first",
                steps: steps![to(), to().at(1), from().at(5), to().at(9), from().at(15), from().at(16)],
                lookups: &["client Answered 0+2 in 5", "client Answered 3+4 in 6"],
                rest: &[],
                books: "seen 6 = emitted 4 + filtered 2 (retransmission 1, repeated-response 1) + lost 0",
            },
            Case {
                what: "repeated in other case",
                steps: steps![to(), query(7, "A"), from()],
                lookups: &["client Answered 0+2 in 0"],
                rest: &[],
                books: "seen 3 = emitted 2 + filtered 1 (retransmission 1) + lost 0",
            },
            Case {
                what: "a query without a question is no repetition of one that has it, nor the other way",
                steps: steps![to().without_question(), to(), to().without_question(), from(), from()],
                lookups: &["client Answered 0+3 in 0", "client Answered 1+4 in 0"],
                rest: &[],
                books: "seen 5 = emitted 4 + filtered 1 (retransmission 1) + lost 0",
            },
        ],
    );
}

#[test]
fn an_id_used_again_early_has_its_own_response() {
    let (first, second) = (|| query(7, "a"), || query(7, "b").at(1));
    run(
        100,
        vec![
            Case {
                what: "responses in order",
                steps: steps![first(), second(), response(7, "a").at(5), response(7, "b").at(6)],
                lookups: &["client Answered 0+2 in 5", "client Answered 1+3 in 5"],
                rest: &[],
                books: "seen 4 = emitted 4 + filtered 0 + lost 0",
            },
            Case {
                what: "the other way round",
                steps: steps![first(), second(), response(7, "b").at(5), response(7, "a").at(6)],
                lookups: &["client Answered 1+2 in 4", "client Answered 0+3 in 6"],
                rest: &[],
                books: "seen 4 = emitted 4 + filtered 0 + lost 0",
            },
            Case {
                what: "a response without a question answers the older",
                steps: steps![first(), second(), response(7, "a").without_question().at(5)],
                lookups: &["client Answered 0+2 in 5"],
                rest: &["client Stopped 1+-"],
                books: "seen 3 = emitted 2 + filtered 0 + lost 0 + held 1",
            },
        ],
    );
}

#[test]
fn only_a_response_to_the_question_answers_it() {
    let joined = |what, response| Case {
        what,
        steps: steps![query(7, "a.b"), response],
        lookups: &["client Answered 0+1 in 0"],
        rest: &[],
        books: "seen 2 = emitted 2 + filtered 0 + lost 0",
    };
    run(
        100,
        vec![
            joined("case does not matter", response(7, "A.b")),
            joined("an error without the question", response(7, "a.b").without_question()),
            Case {
                what: "a response to something else stays alone, and the lookup waits on",
                steps: steps![query(7, "a"), response(7, "b").at(5), response(7, "a").at(9)],
                lookups: &["client Answered 0+2 in 9"],
                rest: &["client Unasked -+1"],
                books: "seen 3 = emitted 2 + filtered 0 + lost 0 + held 1",
            },
        ],
    );
}
