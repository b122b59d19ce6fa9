//! The table, the whole matcher and the specification read aloud say the same: of a million random lookups in random
//! lists.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod rules_support;

use dns_monitor::{
    decode::{message::Message, name::MAX_WIRE_LENGTH},
    rules::{
        ruleset::{Ruleset, decision::Decision},
        subject::Subject,
        table::memory::Heap,
    },
};
use rules_support::{
    chance::Chance,
    lookups::{Asked, lookup},
    reference::{self, Listed},
    world::{Kinds, World},
};

const KERNEL: Kinds = Kinds { lists: 4, entries: 40, agent_only: false };
const ALL: Kinds = Kinds { agent_only: true, ..KERNEL };
/// One or two names with long chains.
const LOOKUPS: usize = 100;

/// What a decision says, in the reference's words.
fn said(rules: &Ruleset, decision: Option<Decision>) -> Option<(String, u32, &'static str, bool)> {
    let decision = decision?;
    let (hit, effect) = (rules.hit(&decision), rules.effect(&decision));
    Some((hit.name.to_owned(), decision.line, effect.action.name(), effect.would))
}

fn expected(world: &World, entry: Option<&Listed>) -> Option<(String, u32, &'static str, bool)> {
    let entry = entry?;
    let origin = &world.origins[usize::from(entry.origin) - 1].name;
    Some((origin.clone(), entry.line, entry.effect.action.name(), entry.effect.would))
}

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
        let wanted = expected(world, reference::decide(&world.exempt, &world.listed, &subject));
        let got = said(&rules, rules.decide(&subject));
        assert!(same(&got, &wanted), "{got:?} instead of {wanted:?}: {asked:?} in {:#?}", world.listed);
        totals.lookups += 1;
        totals.hits += usize::from(got.is_some());
        if report.overflowed == 0 {
            let wanted = expected(world, reference::decide(&world.exempt, &kernel, &subject));
            let got = said(&rules, rules.decide_table(&subject));
            assert!(
                same(&got, &wanted),
                "table: {got:?} instead of {wanted:?}: {asked:?} in {:#?}",
                world.listed
            );
            totals.table += 1;
        }
    }
}

/// Entries for clients that share a candidate have no line.
fn same<T: PartialEq, U: PartialEq>(
    got: &Option<(T, u32, U, bool)>,
    wanted: &Option<(T, u32, U, bool)>,
) -> bool {
    match (got, wanted) {
        (Some(got), Some(wanted)) => {
            let line = got.1 == wanted.1 || got.1 == 0;
            got.0 == wanted.0 && line && got.2 == wanted.2 && got.3 == wanted.3
        }
        (got, wanted) => got.is_none() && wanted.is_none(),
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
