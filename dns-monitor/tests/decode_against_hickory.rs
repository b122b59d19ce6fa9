//! hickory-proto and we must read the same out of every message of the captures, whole or mutated.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod decode_support;

use decode_support::{
    captures,
    hickory::{Outcome, compare},
    mutate::{Random, mutate},
};
use std::collections::BTreeMap;

/// Counts outcomes and collects differences.
#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<String, usize>,
    differences: Vec<String>,
}

impl Tally {
    fn add(&mut self, origin: &str, bytes: &[u8]) {
        match compare(bytes) {
            Ok(outcome) => *self.outcomes.entry(format!("{outcome:?}")).or_default() += 1,
            Err(difference) => self.differences.push(format!("{origin}: {difference}\n    {bytes:02x?}")),
        }
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.outcomes.get(&format!("{outcome:?}")).copied().unwrap_or_default()
    }

    fn assert_no_difference(&self) {
        let shown = self.differences.iter().take(10).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.differences.is_empty(), "{} differences:\n{shown}", self.differences.len());
    }
}

#[test]
fn every_captured_message() {
    let mut tally = Tally::default();
    for captured in captures::udp_payloads() {
        tally.add(&format!("{} packet {}", captured.file, captured.packet), &captured.payload);
    }
    eprintln!("{:#?}", tally.outcomes);
    tally.assert_no_difference();
    assert!(tally.count(Outcome::Agree) > 4000, "{:?}", tally.outcomes);
}

#[test]
fn mutations_of_every_captured_message() {
    const MUTATIONS: usize = 200_000;
    let seeds = captures::udp_payloads();
    let mut random = Random(1035);
    let mut tally = Tally::default();
    for number in 0..MUTATIONS {
        let seed = &seeds[random.below(seeds.len())];
        let mutated = mutate(&seed.payload, &mut random);
        tally.add(&format!("mutation {number} of {} packet {}", seed.file, seed.packet), &mutated);
    }
    eprintln!("{:#?}", tally.outcomes);
    tally.assert_no_difference();
    // Mutations that all broke, or none, would compare nothing.
    assert!(tally.count(Outcome::Agree) > MUTATIONS / 10, "{:?}", tally.outcomes);
    assert!(tally.count(Outcome::BothRefuse) > MUTATIONS / 10, "{:?}", tally.outcomes);
}
