//! Causes and caches are told as they truly are: a real resolver under load, and a probe in it that knows.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Mutex, PoisonError};

use dns_monitor_tests::truth::{
    crowd::Load,
    scenario::{Scenario, find},
};

/// Mistakes of a hundred that are few where a name below which others wait is asked about: whom the resolver asks for, of
/// those who wait, only it knows. Most such questions come at the start, and these runs are short.
const INSIDE: u64 = 20;
/// In any other case.
const NAMES: u64 = 1;

/// Whether these are so few of a thousand. A run of some seconds has too few lookups to measure one in a thousand, and a
/// client that comes in the same millisecond as the answer cannot be told from one before: two are chance. The benchmark
/// has runs that are long enough.
fn are_few(mistakes: u64, of_a_thousand: u64, all: u64) -> bool {
    mistakes <= 2 + all * of_a_thousand / 1000
}

/// Runs a scenario for some seconds; all of it must be as true as we claim.
fn assert_true(name: &str) {
    let scenario = find(name).unwrap();
    let scenario = Scenario { load: Load { seconds: 6, ..scenario.load }, ..scenario };
    let outcome = scenario.run(&[]).unwrap();
    let verdict = &outcome.verdict;
    let told = format!("{name}: {verdict:#?}\n{}", outcome.ledger);
    assert_eq!((verdict.conflicts, verdict.unknown), (0, 0), "the oracle itself: {told}");
    assert_eq!((verdict.missing, verdict.silent), (0, 0), "events are missing, or causes in them: {told}");
    assert!(verdict.outgoing > 100, "{told}");
    let recall = verdict.asked_or_alias();
    assert!(
        recall.of > 100 && are_few(recall.of - recall.found, NAMES, recall.of),
        "recall {recall:?}: {told}"
    );
    assert!(are_few(verdict.names.wrong, NAMES, verdict.names.all()), "{:?}: {told}", verdict.names);
    for (certainty, count) in &verdict.entries {
        let few = if certainty == "chained" { INSIDE } else { NAMES };
        assert!(are_few(count.wrong, few, count.all()), "{certainty} {count:?}: {told}");
    }
    let (right, all) = verdict.cache_right();
    assert!(are_few(all - right, NAMES, all), "cache: {right} of {all}: {told}");
}

#[test]
fn names_that_carry_their_client() {
    assert_true("marked-100", MARKED);
}

#[test]
fn names_that_all_ask_for() {
    assert_true("shared-100", SHARED);
}

#[test]
fn signed_zones_and_a_resolver_that_validates() {
    assert_true("dnssec-100", SHARED);
}

#[test]
fn a_resolver_that_only_forwards() {
    assert_true("forward-only-100", SHARED);
}
