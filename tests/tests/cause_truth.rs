//! Causes and caches are told as they truly are: a real resolver under load, and a probe in it that knows.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{Mutex, PoisonError};

use dns_monitor_tests::truth::{
    crowd::Load,
    scenario::{Scenario, find},
};

/// Of what is said of a name with the mark of its client, or of an alias's target with it, and of caches.
const MARKED: f64 = 0.999;
/// Of what is said where many ask for the same: a client that comes as the answer does may wait for it or have it from
/// the cache, and only the resolver knows.
const SHARED: f64 = 0.99;
/// Of what is said of anything else: who else waits below a zone that is asked about, only the resolver knows. Most such
/// questions come at the start, and these runs are short.
const INSIDE: f64 = 0.98;
/// Of all questions, as many as may be unexplained.
const NONE: f64 = 0.001;

/// Each laboratory is a thousand zones and eight resolvers: one at a time.
static ONE: Mutex<()> = Mutex::new(());

/// Runs a scenario for some seconds; all of it must be as true as we claim.
fn assert_true(name: &str, enough: f64) {
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
    assert!(recall.share().unwrap() >= MARKED, "recall {recall:?}: {told}");
    assert!(verdict.names.precision().unwrap() >= enough, "{:?}: {told}", verdict.names);
    for (certainty, count) in &verdict.entries {
        let least = match certainty.as_str() {
            "sole" => MARKED,
            // There are few: one mistake is many of a hundred. Of `none` see below.
            "shared" | "prefetch" | "self" | "none" => continue,
            _ => INSIDE,
        };
        let precision = count.precision();
        assert!(precision.is_none_or(|precision| precision >= least), "{certainty} {count:?}: {told}");
    }
    assert!(verdict.none().unwrap() <= NONE, "{told}");
    let (right, all) = verdict.cache_right();
    assert!(right as f64 >= all as f64 * enough, "cache: {right} of {all}: {told}");
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
fn clients_that_ask_over_tcp() {
    assert_true("tcp-clients-100", SHARED);
}

#[test]
fn a_resolver_that_only_forwards() {
    assert_true("forward-only-100", SHARED);
}
