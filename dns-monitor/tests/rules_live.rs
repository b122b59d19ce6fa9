//! Changes while a set of rules is in force: what lookups are told is what the lists and the changes say together, after
//! any sequence of them; and when all are taken back, what the lists alone say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod rules_support;

use std::{collections::HashMap, io};

use dns_monitor::rules::{
    action::{Action, Block, Effect},
    entry::Scope,
    ruleset::{
        Ruleset,
        live::{Change, LiveError, Publish, Token, unconditional},
    },
    table::memory::Heap,
};
use dns_monitor_common::rule::{Candidate, RuleSet};
use rules_support::{
    chance::Chance,
    lookups::{lookup, name},
    reference::{self, Listed, canonical},
    world::{Kinds, World},
};

/// Few entries: on a chain that is too long, the weakest wait until there is room.
const KINDS: Kinds = Kinds { lists: 3, entries: 12, agent_only: true };

/// The kernel's side of what is published.
#[derive(Default)]
struct Kernel {
    candidates: HashMap<u16, Candidate>,
    depths: [u64; 2],
}

impl Publish for Kernel {
    fn candidate(&mut self, index: u16, candidate: &Candidate) -> io::Result<()> {
        assert!(self.candidates.insert(index, *candidate).is_none(), "{index} is published twice");
        Ok(())
    }

    fn set(&mut self, set: &RuleSet) -> io::Result<()> {
        self.depths = set.depths;
        Ok(())
    }
}

/// What a lookup is told: the origin, the line, what is done.
type Said = Option<(String, u32, &'static str)>;

fn said(rules: &Ruleset, world: &World, chance: &mut Chance, listed: &[Listed]) -> [Said; 2] {
    let asked = lookup(chance, listed);
    let subject = asked.subject();
    let decision = rules.decide(&subject);
    let got = decision.map(|decision| {
        let hit = rules.hit(&decision);
        (hit.name.to_owned(), decision.line, hit.action.name())
    });
    let wanted = reference::decide(&world.exempt, listed, &subject).map(|entry| {
        let origin = usize::from(entry.origin).checked_sub(1).map_or("manual", |at| &world.origins[at].name);
        (origin.to_owned(), entry.line, entry.effect.action.name())
    });
    // Entries for clients that share a candidate have no line.
    let wanted = match &got {
        Some((_, 0, _)) => wanted.map(|(origin, _, action)| (origin, 0, action)),
        _ => wanted,
    };
    [got, wanted]
}

fn change(chance: &mut Chance, world: &World, number: i64) -> (Listed, Candidate) {
    let manual = chance.once_in(2);
    let origin = if manual { 0 } else { 1 + chance.below(world.origins.len()) as u16 };
    let scope = if manual { Scope::Suffix } else { Scope::Exact };
    let effect = Effect::of(*chance.pick(&[
        Action::Allow,
        Action::Block(Block::Nxdomain),
        Action::Block(Block::Drop),
    ]));
    let labels = match world.listed.is_empty() {
        false if chance.once_in(2) => chance.pick(&world.listed).name.clone().map(|(labels, _)| labels),
        _ => None,
    };
    let labels = labels.unwrap_or_else(|| name(chance));
    let line = 1000 + number as u32;
    // The latest comes before its equals.
    let entry = Listed {
        origin,
        line,
        name: Some((labels, scope)),
        effect,
        when: vec![],
        kernel: true,
        order: -number,
    };
    let candidate = unconditional(origin, &effect, scope);
    (entry, candidate)
}

struct Sequence {
    rules: Ruleset,
    kernel: Kernel,
    world: World,
    /// What is in force, and what it can be taken back by.
    changes: Vec<(Listed, Token)>,
}

impl Sequence {
    fn new(chance: &mut Chance) -> Self {
        let world = World { keep_hidden: false, ..World::random(chance, KINDS) };
        let (rules, _) = world.build(&mut Heap, 0);
        Self { rules, kernel: Kernel::default(), world, changes: Vec::new() }
    }

    fn step(&mut self, chance: &mut Chance, number: i64) {
        if !self.changes.is_empty() && chance.once_in(3) {
            let (_, token) = self.changes.swap_remove(chance.below(self.changes.len()));
            assert!(self.rules.remove(token, &mut self.kernel).unwrap());
            assert!(!self.rules.remove(token, &mut self.kernel).unwrap(), "twice");
            return;
        }
        let (entry, candidate) = change(chance, &self.world, number);
        let name = canonical(&entry.name.as_ref().unwrap().0);
        let expires = chance.once_in(2).then_some(u32::MAX);
        let change = Change { name: &name, candidate, line: entry.line, expires };
        let token = self.rules.insert(&change, &mut self.kernel).unwrap();
        self.changes.push((entry, token));
    }

    fn listed(&self) -> Vec<Listed> {
        let changes = self.changes.iter().map(|(entry, _)| entry.clone());
        self.world.listed.iter().cloned().chain(changes).collect()
    }

    fn compare(&self, chance: &mut Chance) {
        let listed = self.listed();
        for _ in 0..20 {
            let [got, wanted] = said(&self.rules, &self.world, chance, &listed);
            assert_eq!(got, wanted, "{listed:#?}");
        }
    }
}

#[test]
fn any_sequence_of_changes() {
    let mut chance = Chance::new(4);
    let mut changes = 0;
    for _ in 0..400 {
        let mut sequence = Sequence::new(&mut chance);
        for number in 1..=20 {
            sequence.step(&mut chance, number);
            sequence.compare(&mut chance);
        }
        changes += sequence.changes.len();
        for (_, token) in std::mem::take(&mut sequence.changes) {
            assert!(sequence.rules.remove(token, &mut sequence.kernel).unwrap());
        }
        sequence.compare(&mut chance);
    }
    assert!(changes > 1000, "only {changes} in force at the end");
}

#[test]
fn what_has_expired_does_not_apply() {
    let mut chance = Chance::new(5);
    let world = World::random(&mut chance, Kinds { entries: 1, ..KINDS });
    let (rules, _) = World { listed: vec![], exempt: vec![], ..world }.build(&mut Heap, 0);
    let effect = Effect::of(Action::Block(Block::Nxdomain));
    let candidate = unconditional(0, &effect, Scope::Suffix);
    let mut kernel = Kernel::default();
    let asked = lookup(&mut chance, &[]);
    for (what, expires, applies) in
        [("over", Some(0), false), ("to come", Some(u32::MAX), true), ("none", None, true)]
    {
        let change = Change { name: &asked.name, candidate, line: 0, expires };
        let token = rules.insert(&change, &mut kernel).unwrap();
        assert_eq!(rules.decide_table(&asked.subject()).is_some(), applies, "{what}");
        assert!(rules.remove(token, &mut kernel).unwrap(), "{what}");
        assert_eq!(rules.decide_table(&asked.subject()), None, "{what}");
    }
    assert_ne!(kernel.depths, [0; 2], "the kernel was not told of a new depth");
    assert_eq!(kernel.candidates.len(), 2, "with and without a time");
}

#[test]
fn a_kernel_that_cannot_be_written_changes_nothing() {
    struct Broken;
    impl Publish for Broken {
        fn candidate(&mut self, _: u16, _: &Candidate) -> io::Result<()> {
            Err(io::Error::other("broken"))
        }
        fn set(&mut self, _: &RuleSet) -> io::Result<()> {
            Err(io::Error::other("broken"))
        }
    }
    let mut chance = Chance::new(6);
    let (rules, _) =
        World { listed: vec![], exempt: vec![], ..World::random(&mut chance, KINDS) }.build(&mut Heap, 0);
    let candidate = unconditional(0, &Effect::of(Action::Block(Block::Drop)), Scope::Suffix);
    let asked = lookup(&mut chance, &[]);
    let change = Change { name: &asked.name, candidate, line: 0, expires: None };
    assert!(matches!(rules.insert(&change, &mut Broken), Err(LiveError::Publish(_))));
    assert_eq!(rules.decide(&asked.subject()), None);
    let mut kernel = Kernel::default();
    rules.insert(&change, &mut kernel).unwrap();
    assert!(rules.decide(&asked.subject()).is_some());
    assert_eq!(kernel.candidates.len(), 1, "what failed before is published now");
    let root = Change { name: &[], ..change };
    assert!(matches!(rules.insert(&root, &mut kernel), Err(LiveError::Root)));
}
