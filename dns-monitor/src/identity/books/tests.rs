use super::*;
use crate::{
    config::Identity,
    identity::assignment::{Assignment, Source},
};

fn tally<R: Reason>(seen: u64, emitted: u64, ends: &[(R, u64)]) -> Tally<R> {
    let mut tally = Tally::default();
    tally.see(seen);
    tally.emit(emitted);
    ends.iter().for_each(|(reason, count)| tally.end(*reason, *count));
    tally
}

/// A history that was told the same twice, and of another address.
fn assignments() -> Assignments {
    let mut history = History::new(&Identity::default());
    for (last, from) in [(1, 5), (1, 6), (2, 5)] {
        let address = [10, 0, 0, last].into();
        let (mac, source) = (Some([2, 0, 0, 0, 0, last]), Source::Neighbour);
        history.record(Assignment { address, from, until: None, name: None, mac, source });
    }
    Assignments::of(&history)
}

#[test]
fn what_is_on_has_a_line_and_nothing_else_has() {
    let cases = [
        ("nothing", Books::default(), ""),
        (
            "everything",
            Books {
                leases: Some(tally(4, 3, &[(LeaseReason::Future, 1), (LeaseReason::LongName, 2)])),
                dhcp: Some(tally(3, 1, &[(DhcpReason::Other, 1), (DhcpReason::Malformed, 1)])),
                ptr: Some(tally(3, 1, &[(PtrReason::NoName, 1)])),
                assignments: Some(assignments()),
                macs: Some(tally(9, 5, &[(LinkReason::OffLink, 4)])),
                unbelieved: Some(7),
            },
            "  leases     seen 4 = emitted 3 + filtered 0 + lost 1 (future 1)
  aside      long-name 2
  dhcp       seen 3 = emitted 1 + filtered 1 (other-message 1) + lost 1 (malformed 1)
  ptr        seen 3 = emitted 1 + filtered 1 (no-name 1) + lost 0 + held 1
  machines   told 3, remembered 2, renewed 1
  macs       seen 9 = emitted 5 + filtered 4 (off-link 4) + lost 0
  forwarders unbelieved 7
",
        ),
    ];
    for (what, books, expected) in cases {
        assert_eq!(books.to_string(), expected, "{what}");
    }
}

#[test]
fn at_the_end_nothing_is_awaited() {
    let mut books = Books { ptr: Some(tally(3, 1, &[(PtrReason::NoName, 1)])), ..Books::default() };
    books.settle();
    let expected = "  ptr        seen 3 = emitted 1 + filtered 1 (no-name 1) + lost 1 (no-answer 1)\n";
    assert_eq!(books.to_string(), expected);
}
