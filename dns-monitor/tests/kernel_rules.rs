//! The kernel programs, the agent's matcher and the specification read aloud say the same: of a million random lookups in
//! random lists. And the programs count what they decide.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_rules_support;
mod kernel_support;
mod rules_support;

use std::{iter, thread};

use dns_monitor::rules::{
    action::{Action, Block, Effect},
    condition::Condition,
};
use dns_monitor_common::rule::MAX_LABELS;
use kernel_rules_support::{opinion, trial::Trial};
use kernel_support::hook::{HOOKS, Hook};
use rules_support::{
    chance::Chance,
    lookups::{Asked, lookup},
    reference::{Listed, canonical},
    world::{Kinds, World},
};

/// Each with a program of its own: to put rules in force takes many a moment in which the kernel waits.
const TRIALS: [[Hook; 3]; 2] = [HOOKS; 2];
const WORLDS: usize = 90;
const LOOKUPS: usize = 2000;

/// A type that nobody asks for.
const OTHER: u16 = 99;

/// Half of them with entries that are none of the kernel's business.
const KINDS: [Kinds; 4] = [
    Kinds { lists: 4, entries: 40, agent_only: false },
    Kinds { lists: 4, entries: 40, agent_only: true },
    Kinds { lists: 2, entries: 8, agent_only: false },
    Kinds { lists: 3, entries: 100, agent_only: true },
];

#[derive(Default)]
struct Totals {
    lookups: usize,
    hits: usize,
    /// Judged by the specification, too.
    specified: usize,
}

/// Compares on the lookups of one world, and then what was counted.
fn compare(trial: &mut Trial, chance: &mut Chance, world: &World, totals: &mut Totals) {
    let mut room = trial.enforcer.room();
    let (rules, report) = world.build(&mut room, 0);
    let before = trial.enforcer.hits().unwrap();
    assert_eq!(trial.install(&rules, room), before, "the counts of the rules that had to go");
    let kernel: Vec<Listed> = world.listed.iter().filter(|entry| entry.kernel).cloned().collect();
    let mut hits = vec![0; rules.origins().len()];
    let lookups: Vec<_> = iter::repeat_with(|| lookup(chance, &world.listed)).take(LOOKUPS).collect();
    for seen in trial.ask(chance, lookups) {
        let decision = opinion::agent(&rules, &seen);
        if report.overflowed == 0 {
            opinion::specified(world, &kernel, &rules, &seen, decision);
            totals.specified += 1;
        }
        if let Some(decision) = decision {
            let name = rules.hit(&decision).name;
            hits[rules.origins().iter().position(|origin| origin.name == name).unwrap()] += 1;
            totals.hits += 1;
        }
        totals.lookups += 1;
    }
    assert_eq!(trial.enforcer.hits().unwrap(), hits);
}

fn worlds(hook: Hook, seed: u64) -> Totals {
    let (mut trial, mut chance, mut totals) = (Trial::new(hook), Chance::new(seed), Totals::default());
    for kinds in KINDS.iter().cycle().take(WORLDS) {
        let world = World::random(&mut chance, *kinds);
        compare(&mut trial, &mut chance, &world, &mut totals);
    }
    totals
}

#[test]
fn a_million_lookups() {
    let totals = thread::scope(|scope| {
        let trials: Vec<_> = TRIALS
            .into_iter()
            .flatten()
            .zip(10..)
            .map(|(hook, seed)| scope.spawn(move || worlds(hook, seed)))
            .collect();
        trials.into_iter().map(|trial| trial.join().unwrap()).fold(Totals::default(), |all, one| Totals {
            lookups: all.lookups + one.lookups,
            hits: all.hits + one.hits,
            specified: all.specified + one.specified,
        })
    });
    // Else it would prove nothing.
    let Totals { lookups, hits, specified } = totals;
    assert!(lookups > 1_000_000, "{lookups}");
    assert!(hits > lookups / 4 && hits < lookups * 9 / 10, "{hits} of {lookups} hit");
    assert!(specified > lookups / 2, "only {specified} of {lookups} are in the specification");
}

/// Names of one label, of two, and so on.
fn of_every_depth() -> Vec<Vec<Vec<u8>>> {
    (1..=MAX_LABELS).map(|depth| vec![b"a".to_vec(); depth]).collect()
}

/// As many candidates as are weighed of one query: one at each depth, and others before it that do not apply.
fn at_every_depth(chance: &mut Chance, of_every_name: usize, doubled: usize) -> World {
    let mut world = World::blocking(chance, of_every_depth());
    // Else one candidate would stand for all of them, and nobody saw which name it was that decided.
    for entry in world.listed.iter_mut().step_by(2) {
        entry.effect = Effect::of(Action::Block(Block::Refused));
    }
    let other = |entry: &Listed, line| Listed {
        line,
        when: vec![Condition::Type(vec![OTHER])],
        effect: Effect::of(Action::Alert),
        ..entry.clone()
    };
    let every = (0..of_every_name).map(|number| Listed {
        name: None,
        when: vec![Condition::Vlan(vec![number as u16])],
        ..other(&world.listed[0], 1000 + number as u32)
    });
    let before = world.listed.iter().rev().take(doubled).map(|entry| other(entry, entry.line + 200));
    world.listed = every.chain(before).chain(world.listed.clone()).collect();
    world
}

#[test]
fn a_name_that_is_listed_at_every_depth() {
    for hook in HOOKS {
        let (mut trial, mut chance) = (Trial::new(hook), Chance::new(7));
        for (of_every_name, doubled) in [(0, 0), (8, 0), (8, 25)] {
            let world = at_every_depth(&mut chance, of_every_name, doubled);
            let mut room = trial.enforcer.room();
            let (rules, report) = world.build(&mut room, 0);
            assert_eq!(report.overflowed, 0);
            trial.install(&rules, room);
            let client = [192, 0, 2, 1].into();
            let asked = |labels: Vec<_>| Asked {
                name: canonical(&labels),
                qtype: 1,
                qclass: 1,
                client,
                mac: None,
                vlan: None,
            };
            for seen in trial.ask(&mut chance, of_every_depth().into_iter().map(asked)) {
                let decision = opinion::agent(&rules, &seen);
                let entry = opinion::specified(&world, &world.listed, &rules, &seen, decision).unwrap();
                assert_eq!(entry.name.as_ref().map(|(labels, _)| canonical(labels)), Some(seen.asked.name));
            }
        }
    }
}
