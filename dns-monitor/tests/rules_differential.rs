//! The table, the whole matcher and the specification read aloud say the same: of a million random lookups in random
//! lists.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod rules_support;

use dns_monitor::{
    decode::{message::Message, name::MAX_WIRE_LENGTH},
    rules::{ruleset::decision::Decision, subject::Subject, table::memory::Heap},
};
use rules_support::{
    chance::Chance,
    lookups::{Asked, lookup},
    reference::{self, Listed},
    words::{Said, agree},
    world::{Kinds, World},
};

const KERNEL: Kinds = Kinds { lists: 4, entries: 40, agent_only: false };
const ALL: Kinds = Kinds { agent_only: true, ..KERNEL };
/// One or two names with long chains.
const LOOKUPS: usize = 100;

/// The name as it is read off the wire.
fn read<'b>(message: &[u8], buffer: &'b mut [u8; MAX_WIRE_LENGTH]) -> &'b [u8] {
    let question = Message::parse(message).unwrap().question.unwrap();
    let name: &[u8] = question.name.canonical(buffer);
    let (root, labels) = name.split_last().unwrap();
    assert_eq!(*root, 0);
    labels
}

struct Totals {
    lookups: usize,
    hits: usize,
    table: usize,
}

/// Compares on the lookups of one world.
fn compare(chance: &mut Chance, world: &World, totals: &mut Totals) {
    let (rules, report) = world.build(&mut Heap, 0);
    let kernel: Vec<Listed> = world.listed.iter().filter(|entry| entry.kernel).cloned().collect();
    for _ in 0..LOOKUPS {
        let asked: Asked = lookup(chance, &world.listed);
        let mut buffer = [0; MAX_WIRE_LENGTH];
        let message = asked.message(chance);
        let subject = Subject { name: read(&message, &mut buffer), ..asked.subject() };
        let said = |decision: Option<Decision>| decision.map(|decision| Said::by(&rules, &decision));
        let check = |listed: &[Listed], got: Option<Said>| {
            let entry = reference::decide(&world.exempt, listed, &subject);
            let wanted = entry.map(|entry| Said::of(world, entry));
            let same = agree(got.as_ref(), wanted.as_ref());
            assert!(same, "{got:?} instead of {wanted:?}: {asked:?} in {listed:?}");
        };
        let got = said(rules.decide(&subject));
        totals.lookups += 1;
        totals.hits += usize::from(got.is_some());
        check(&world.listed, got);
        if report.overflowed == 0 {
            check(&kernel, said(rules.decide_table(&subject)));
            totals.table += 1;
        }
    }
}

fn many(seed: u64, worlds: usize, kinds: Kinds) {
    let mut chance = Chance::new(seed);
    let mut totals = Totals { lookups: 0, hits: 0, table: 0 };
    for _ in 0..worlds {
        let world = World::random(&mut chance, kinds);
        compare(&mut chance, &world, &mut totals);
    }
    // Else it would prove nothing.
    assert!(totals.hits > totals.lookups / 4, "only {} of {} hit", totals.hits, totals.lookups);
    assert!(totals.hits < totals.lookups * 9 / 10, "{} of {} hit", totals.hits, totals.lookups);
    assert!(totals.table > totals.lookups / 2, "only {} of {} in the table", totals.table, totals.lookups);
}

#[test]
fn half_a_million_that_the_kernel_decides() {
    many(1, 5000, KERNEL);
}

#[test]
fn half_a_million_with_rules_for_the_agent() {
    many(2, 5000, ALL);
}

#[test]
fn few_entries_on_the_same_names() {
    many(3, 1000, Kinds { lists: 2, entries: 8, agent_only: true });
}
