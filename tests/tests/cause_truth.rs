//! Causes and caches are told as they truly are: a real resolver under load, and a probe in it that knows.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Mutex, PoisonError};

use dns_monitor_tests::truth::{
    crowd::Load,
    scenario::{Scenario, find},
};

/// Of what is said of a name that a client asked for, or of an alias's target, and of caches.
const ENOUGH: f64 = 0.999;
/// Of what is said of anything else: who else waits below a zone that is asked about, only the resolver knows. Most such
/// questions come at the start, and these runs are short.
const INSIDE: f64 = 0.98;

/// Each laboratory is a thousand zones and eight resolvers: one at a time.
static ONE: Mutex<()> = Mutex::new(());

/// Runs a scenario for some seconds; all of it must be as true as we claim.
fn assert_true(name: &str) {
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scenario = find(name).unwrap();
    let scenario = Scenario { load: Load { seconds: 6, ..scenario.load }, ..scenario };
    let outcome = scenario.run(&[]).unwrap();
    let verdict = &outcome.verdict;
    let told = format!("{name}: {verdict:#?}\n{}", outcome.ledger);
    assert_eq!((verdict.conflicts, verdict.unknown), (0, 0), "the oracle itself: {told}");
    assert_eq!((verdict.missing, verdict.silent), (0, 0), "events are missing, or causes in them: {told}");
    assert!(verdict.outgoing > 100, "{told}");
    let recall = verdict.asked_or_alias();
    assert!(recall.share().unwrap() >= ENOUGH, "recall {recall:?}: {told}");
    assert!(verdict.names.precision().unwrap() >= ENOUGH, "{:?}: {told}", verdict.names);
    for (certainty, count) in &verdict.entries {
        let enough = if certainty == "sole" || certainty == "shared" { ENOUGH } else { INSIDE };
        let precision = count.precision();
        assert!(precision.is_none_or(|precision| precision >= enough), "{certainty} {count:?}: {told}");
    }
    assert!(verdict.none().unwrap() <= 1.0 - ENOUGH, "{told}");
    let (right, all) = verdict.cache_right();
    assert!(right as f64 >= all as f64 * ENOUGH, "cache: {right} of {all}: {told}");
}

#[test]
fn names_that_carry_their_client() {
    assert_true("marked-100");
}

#[test]
fn names_that_all_ask_for() {
    assert_true("shared-100");
}

#[test]
fn signed_zones_and_a_resolver_that_validates() {
    assert_true("dnssec-100");
}

#[test]
fn a_resolver_that_only_forwards() {
    assert_true("forward-only-100");
}
