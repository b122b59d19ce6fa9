//! Changes to rules that are in force: from the moment a change is made, the kernel programs, the matcher and the
//! specification say the same again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_rules_support;
mod kernel_support;
mod rules_support;

use std::{iter, thread};

use dns_monitor::rules::{
    action::{Action, Block, Effect},
    condition::Condition,
    entry::Scope,
    ruleset::{
        Ruleset,
        live::{Change, LiveError, Token, unconditional},
        now,
    },
};
use dns_monitor_common::rule::{MAX_CHAIN, candidate};
use kernel_rules_support::{
    opinion,
    room::Tight,
    trial::{Seen, Trial},
};
use kernel_support::{
    hook::{HOOKS, Hook},
    rules::InForce,
};
use rules_support::{
    chance::Chance,
    lookups::{Asked, MACS, TYPES, VLANS, lookup, name},
    reference::{Listed, canonical},
    world::{Kinds, World},
};

const WORLDS: usize = 12;
const CHANGES: usize = 60;
const LOOKUPS: usize = 100;
const KINDS: Kinds = Kinds { lists: 3, entries: 30, agent_only: false };
/// Candidates that the generator makes of one entry, at most: of seven types, two.
const OF_ENTRY: usize = 2;
/// Of a name that is learned for an hour.
const HOUR: u32 = 3600;

const EFFECTS: [Action; 4] =
    [Action::Allow, Action::Alert, Action::Block(Block::Refused), Action::Block(Block::Drop)];

/// What is in force, and how to take the changes back.
struct Live<'w> {
    world: &'w World,
    rules: &'w Ruleset,
    /// What the specification is told: the lists and the changes in force.
    listed: Vec<Listed>,
    changes: Vec<(Token, Listed)>,
    /// A change whose time was over when it was made.
    over: Option<(Token, Listed)>,
    last: i64,
}

impl Live<'_> {
    /// Makes or takes back a change, at random.
    fn change(&mut self, chance: &mut Chance, trial: &Trial) {
        if let Some((token, _)) = self.over.take() {
            assert!(self.rules.remove(token, &mut InForce(&trial.enforcer)).unwrap());
        }
        if !self.changes.is_empty() && chance.once_in(3) {
            let (token, entry) = self.changes.swap_remove(chance.below(self.changes.len()));
            assert!(self.rules.remove(token, &mut InForce(&trial.enforcer)).unwrap());
            self.listed.retain(|listed| listed.order != entry.order);
            return;
        }
        let labels = match self.world.listed.is_empty() || chance.once_in(2) {
            true => name(chance),
            false => {
                chance.pick(&self.world.listed).name.clone().map_or_else(|| name(chance), |(name, _)| name)
            }
        };
        let known = self.entries_of(&labels);
        // What does not fit the chain of a name is no part of the specification.
        if labels.is_empty() || known * OF_ENTRY + 1 >= MAX_CHAIN {
            return;
        }
        self.last -= 1;
        let origin = chance.below(self.world.origins.len() + 1) as u16;
        // Of several times for one name, and of one behind a rule that stays, the kernel knows nothing.
        let expires = match chance.below(4) {
            0 if known == 0 && origin > 0 => Some(now()),
            1 if !self.is_changed(&labels) && origin > 0 => Some(now() + HOUR),
            _ => None,
        };
        self.insert(entry(chance, origin, labels, self.last), expires, trial);
    }

    /// How many entries the specification has of a name.
    fn entries_of(&self, labels: &[Vec<u8>]) -> usize {
        self.listed.iter().filter(|entry| is_of(entry, labels)).count()
    }

    fn is_changed(&self, labels: &[Vec<u8>]) -> bool {
        self.changes.iter().any(|(_, entry)| is_of(entry, labels))
    }

    fn insert(&mut self, entry: Listed, expires: Option<u32>, trial: &Trial) {
        let (labels, scope) = entry.name.clone().unwrap();
        let name = canonical(&labels);
        let mut candidate = unconditional(entry.origin, &entry.effect, scope);
        for condition in &entry.when {
            match condition {
                Condition::Type(types) => {
                    candidate.type_count = types.len() as u8;
                    candidate.types[..types.len()].copy_from_slice(types);
                }
                Condition::Mac(macs) => {
                    (candidate.mac, candidate.flags) = (macs[0], candidate.flags | candidate::MAC)
                }
                Condition::Vlan(ids) => {
                    (candidate.vlan, candidate.flags) = (ids[0], candidate.flags | candidate::VLAN)
                }
                other => panic!("{other:?}"),
            }
        }
        let change = Change { name: &name, candidate, line: entry.line, expires };
        let token = self.rules.insert(&change, &mut InForce(&trial.enforcer)).unwrap();
        if expires.is_some_and(|expires| expires <= now()) {
            self.over = Some((token, entry));
            return;
        }
        self.listed.push(entry.clone());
        self.changes.push((token, entry));
    }
}

fn is_of(entry: &Listed, labels: &[Vec<u8>]) -> bool {
    entry.name.as_ref().is_some_and(|(name, _)| name == labels)
}

/// Of the operator, or of one of the lists.
fn entry(chance: &mut Chance, origin: u16, labels: Vec<Vec<u8>>, order: i64) -> Listed {
    let when = match chance.below(6) {
        0 => vec![Condition::Type((0..=chance.below(6)).map(|_| *chance.pick(&TYPES)).collect())],
        1 => vec![Condition::Mac(vec![*chance.pick(&MACS)])],
        2 => vec![Condition::Vlan(vec![*chance.pick(&VLANS)])],
        _ => vec![],
    };
    let scope = *chance.pick(&[Scope::Exact, Scope::Below, Scope::Suffix]);
    let effect = Effect {
        important: chance.once_in(6),
        would: chance.once_in(8),
        ..Effect::of(*chance.pick(&EFFECTS))
    };
    let line = 1000 + order.unsigned_abs() as u32;
    Listed { origin, line, name: Some((labels, scope)), effect, when, kernel: true, order }
}

/// Lookups of what is in force or over, and near to it.
fn lookups(chance: &mut Chance, live: &Live<'_>) -> Vec<Asked> {
    let over = live.over.as_ref().map(|(_, entry)| std::slice::from_ref(entry));
    iter::repeat_with(|| lookup(chance, over.unwrap_or(&live.listed))).take(LOOKUPS).collect()
}

fn worlds(hook: Hook, seed: u64) -> usize {
    let (mut trial, mut chance, mut changed) = (Trial::new(hook), Chance::new(seed), 0);
    for _ in 0..WORLDS {
        let world = World::random(&mut chance, KINDS);
        let mut room = trial.enforcer.room();
        let (rules, report) = world.build(&mut room, 0);
        trial.install(&rules, room);
        if report.overflowed > 0 {
            continue;
        }
        let listed = world.listed.iter().filter(|entry| entry.kernel).cloned().collect();
        let mut live = Live { world: &world, rules: &rules, listed, changes: vec![], over: None, last: 0 };
        for _ in 0..CHANGES {
            live.change(&mut chance, &trial);
            let lookups = lookups(&mut chance, &live);
            for seen in trial.ask(&mut chance, lookups) {
                let decision = opinion::agent(&rules, &seen);
                let entry = opinion::specified(&world, &live.listed, &rules, &seen, decision);
                changed += usize::from(entry.is_some_and(|entry| entry.order < 0));
            }
        }
    }
    changed
}

#[test]
fn a_change_is_in_force_when_it_is_made() {
    let changed: usize = thread::scope(|scope| {
        let trials: Vec<_> =
            HOOKS.into_iter().zip(30..).map(|(hook, seed)| scope.spawn(move || worlds(hook, seed))).collect();
        trials.into_iter().map(|trial| trial.join().unwrap()).sum()
    });
    // Else it would prove nothing.
    assert!(changed > HOOKS.len() * WORLDS * CHANGES * LOOKUPS / 10, "{changed} decided by a change");
}

fn asked(labels: &[Vec<u8>]) -> Asked {
    let client = [192, 0, 2, 1].into();
    Asked { name: canonical(labels), qtype: 1, qclass: 1, client, mac: None, vlan: None }
}

/// To the nanosecond of the packet, as the kernel sees it.
#[test]
fn a_learned_name_is_over_when_its_time_is() {
    const SECOND: u64 = 1_000_000_000;
    let (mut trial, mut chance) = (Trial::new(Hook::Xdp), Chance::new(1));
    let world = World::blocking(&mut chance, vec![]);
    let mut room = trial.enforcer.room();
    let (rules, _) = world.build(&mut room, 0);
    trial.install(&rules, room);
    let labels = vec![b"learned".to_vec(), b"example".to_vec()];
    let candidate = unconditional(0, &Effect::of(Action::Block(Block::Drop)), Scope::Exact);
    trial.ask(&mut chance, [asked(&labels)]); // loads the program, which takes its time
    let expires = now() + 2;
    let change = Change { name: &canonical(&labels), candidate, line: 0, expires: Some(expires) };
    rules.insert(&change, &mut InForce(&trial.enforcer)).unwrap();
    let is_over = |seen: &Seen| seen.time >= u64::from(expires) * SECOND;
    let (mut before, mut after) = (0, 0);
    while after < 1000 {
        for seen in trial.ask(&mut chance, iter::repeat_n(asked(&labels), 200)) {
            let blocked = seen.judged().candidate != 0 && seen.verdict != seen.hook.verdict();
            assert_eq!(blocked, !is_over(&seen), "{seen:?}, until {expires} s");
            (before, after) = if blocked { (before + 1, after) } else { (before, after + 1) };
        }
    }
    assert!(before > 0);
}

/// Names of two labels.
fn many(count: usize, from: usize) -> Vec<Vec<Vec<u8>>> {
    (from..from + count).map(|number| vec![format!("n{number}").into_bytes(), b"example".to_vec()]).collect()
}

/// A table that is nearly full, and then more names one by one, each of which may move others, until it takes no more.
#[test]
fn a_full_table() {
    const NAMES: usize = 20_000;
    let mut chance = Chance::new(5);
    for hook in HOOKS {
        let mut trial = Trial::new(hook);
        let world = World::blocking(&mut chance, many(NAMES, 0));
        let mut room = trial.enforcer.room();
        let (rules, report) = world.build(&mut Tight { room: &mut room, names: NAMES }, 0);
        assert!(
            report.table_bytes < NAMES * 20,
            "{} bytes for {NAMES} names are not tight",
            report.table_bytes
        );
        trial.install(&rules, room);
        let mut in_force = many(NAMES, 0);
        all_are_blocked(&mut trial, &mut chance, &rules, &in_force);
        let candidate = unconditional(1, &Effect::of(Action::Block(Block::Nxdomain)), Scope::Suffix);
        let mut refused = 0;
        for labels in many(NAMES, NAMES) {
            let change = Change { name: &canonical(&labels), candidate, line: 7, expires: None };
            match rules.insert(&change, &mut InForce(&trial.enforcer)) {
                Ok(_) => in_force.push(labels),
                Err(LiveError::Full(_)) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert!(
            in_force.len() > NAMES + 100 && refused > 100,
            "{} in force, {refused} refused",
            in_force.len()
        );
        all_are_blocked(&mut trial, &mut chance, &rules, &in_force);
        none_is_blocked(&mut trial, &mut chance, &rules, &many(NAMES, 10 * NAMES));
    }
}

fn all_are_blocked(trial: &mut Trial, chance: &mut Chance, rules: &Ruleset, names: &[Vec<Vec<u8>>]) {
    for seen in trial.ask(chance, names.iter().map(|labels| asked(labels))) {
        assert!(opinion::agent(rules, &seen).is_some(), "{seen:?}");
    }
}

fn none_is_blocked(trial: &mut Trial, chance: &mut Chance, rules: &Ruleset, names: &[Vec<Vec<u8>>]) {
    for seen in trial.ask(chance, names.iter().map(|labels| asked(labels))) {
        assert_eq!(opinion::agent(rules, &seen), None, "{seen:?}");
    }
}
