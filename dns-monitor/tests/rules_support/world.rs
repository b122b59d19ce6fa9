//! Random lists, and the set of rules that is made of them.

use std::net::IpAddr;

use dns_monitor::rules::{
    action::{Action, Block, Effect},
    compile::{Builder, File, Kind, Origin, Report, Settings},
    condition::{Condition, Prefix},
    entry::{Entry, Pattern, Scope},
    ruleset::Ruleset,
    table::{keys, memory::Room},
};

use super::{
    chance::Chance,
    lookups::{CLASSES, MACS, TYPES, VLANS, client, name},
    reference::{Listed, canonical},
};

const ACTIONS: [Action; 9] = [
    Action::Allow,
    Action::Observe,
    Action::Alert,
    Action::Block(Block::Nxdomain),
    Action::Block(Block::Nodata),
    Action::Block(Block::Drop),
    Action::Block(Block::Refused),
    Action::Block(Block::Sinkhole),
    Action::Block(Block::TcpOnly),
];
const SCOPES: [Scope; 3] = [Scope::Exact, Scope::Below, Scope::Suffix];

/// How a world is made.
#[derive(Clone, Copy)]
pub struct Kinds {
    /// Lists, at most.
    pub lists: usize,
    /// Entries, at most.
    pub entries: usize,
    /// Whether some entries ask what only the agent can ask.
    pub agent_only: bool,
}

/// Lists, and the clients that they do not count for.
pub struct World {
    pub origins: Vec<Origin>,
    pub listed: Vec<Listed>,
    pub exempt: Vec<Prefix>,
    pub keys: u64,
    pub generation: u16,
    pub keep_hidden: bool,
}

impl World {
    pub fn random(chance: &mut Chance, kinds: Kinds) -> Self {
        let origins: Vec<_> =
            (0..1 + chance.below(kinds.lists)).map(|number| origin(chance, number)).collect();
        let mut listed = Vec::new();
        for line in 0..chance.below(kinds.entries + 1) {
            let origin = 1 + line * origins.len() / kinds.entries;
            listed.push(entry(
                chance,
                origin as u16,
                &origins[origin - 1],
                line as u32 + 1,
                kinds.agent_only,
            ));
        }
        Self {
            origins,
            listed,
            exempt: if chance.once_in(4) { networks(chance) } else { Vec::new() },
            keys: chance.next(),
            generation: chance.below(256) as u16,
            keep_hidden: chance.once_in(4),
        }
    }

    /// One list of names without conditions.
    pub fn blocking(chance: &mut Chance, names: Vec<Vec<Vec<u8>>>) -> Self {
        let effect = Effect::of(Action::Block(Block::Nxdomain));
        let entry = |(labels, line)| Listed {
            origin: 1,
            line,
            name: Some((labels, Scope::Suffix)),
            effect,
            when: Vec::new(),
            kernel: true,
            order: line.into(),
        };
        Self {
            origins: vec![Origin { effect, ..origin(chance, 0) }],
            listed: names.into_iter().zip(1..).map(entry).collect(),
            exempt: Vec::new(),
            keys: chance.next(),
            generation: 1,
            keep_hidden: false,
        }
    }

    pub fn build(&self, room: &mut dyn Room, spare: usize) -> (Ruleset, Report) {
        let mut builder = Builder::new(Settings {
            keys: keys::from_seed(self.keys),
            generation: self.generation,
            exempt: self.exempt.clone(),
            own_zones: Vec::new(),
            keep_hidden: self.keep_hidden,
        })
        .unwrap();
        for origin in &self.origins {
            builder.origin(origin.clone()).unwrap();
        }
        for entry in &self.listed {
            let canonical = entry.name.as_ref().map(|(labels, scope)| (canonical(labels), *scope));
            let pattern = match &canonical {
                Some((name, scope)) => Pattern::Name(name, *scope),
                None => Pattern::Every,
            };
            let list = &self.origins[usize::from(entry.origin) - 1];
            let is_lists = entry.effect == Effect { important: entry.effect.important, ..list.effect };
            let effect = (!is_lists).then_some(entry.effect);
            let entry_important = entry.effect.important;
            let listed = Entry { pattern, effect, important: entry_important, when: &entry.when };
            builder.add(entry.origin, entry.line, &listed).unwrap();
        }
        builder.finish(room, spare).unwrap()
    }
}

fn origin(chance: &mut Chance, number: usize) -> Origin {
    Origin {
        name: format!("list {number}"),
        kind: Kind::List,
        files: vec![File { path: format!("/{number}"), base: 0 }],
        effect: Effect::of(*chance.pick(&ACTIONS)),
        category: None,
        severity: None,
        i_mean_it: true,
        learn_ttl: 300,
    }
}

fn entry(chance: &mut Chance, number: u16, origin: &Origin, line: u32, agent_only: bool) -> Listed {
    let mut effect = origin.effect;
    if chance.once_in(3) {
        effect.action = *chance.pick(&ACTIONS);
    }
    effect.important = chance.once_in(6);
    effect.would = chance.once_in(8);
    let when: Vec<_> = if chance.once_in(2) { conditions(chance) } else { Vec::new() };
    let mut entry = Listed {
        origin: number,
        line,
        name: (!chance.once_in(12)).then(|| (listed_name(chance), *chance.pick(&SCOPES))),
        effect,
        when,
        kernel: true,
        order: i64::from(line),
    };
    let is_root = entry.name.as_ref().is_some_and(|(labels, _)| labels.is_empty());
    // Which of the two comes first, an entry for all that is below the root or one without a name, is nobody's concern.
    if agent_only && !is_root && chance.once_in(4) {
        entry.when.push(beyond_candidates(chance));
        entry.kernel = false;
    }
    // The table has no place for the root alone.
    entry.kernel &= !(is_root && entry.name.as_ref().is_some_and(|(_, scope)| *scope == Scope::Exact));
    entry
}

/// Now and then the root, which is above all names and yet none of them.
fn listed_name(chance: &mut Chance) -> Vec<Vec<u8>> {
    if chance.once_in(40) { Vec::new() } else { name(chance) }
}

/// Conditions that candidates can ask.
fn conditions(chance: &mut Chance) -> Vec<Condition> {
    let not = |condition| Condition::Not(Box::new(condition));
    let mut all: Vec<_> = (0..1 + chance.below(2))
        .map(|_| match chance.below(10) {
            0..=2 => Condition::Type(some(chance, &TYPES, 7)),
            3 => not(Condition::Type(some(chance, &TYPES, 3))),
            4 => Condition::Class(some(chance, &CLASSES, 1)),
            5 => Condition::Mac(some(chance, &MACS, 1)),
            6 => Condition::Vlan(some(chance, &VLANS, 1)),
            7 => not(Condition::Client(networks(chance))),
            _ => Condition::Type(some(chance, &TYPES, 1)),
        })
        .collect();
    // One set of clients at most: of two, no candidate can ask.
    if chance.once_in(2) {
        all.push(Condition::Client(networks(chance)));
    }
    all
}

/// A condition that no candidate can ask.
fn beyond_candidates(chance: &mut Chance) -> Condition {
    match chance.below(3) {
        0 => Condition::Not(Box::new(Condition::Mac(some(chance, &MACS, 1)))),
        1 => Condition::Labels(0..=chance.below(6)),
        _ => Condition::Any(vec![
            Condition::Type(some(chance, &TYPES, 2)),
            Condition::Vlan(some(chance, &VLANS, 1)),
        ]),
    }
}

fn some<T: Copy>(chance: &mut Chance, values: &[T], most: usize) -> Vec<T> {
    (0..1 + chance.below(most)).map(|_| *chance.pick(values)).collect()
}

fn networks(chance: &mut Chance) -> Vec<Prefix> {
    (0..1 + chance.below(2))
        .map(|_| {
            let address = client(chance);
            let lengths: &[u8] = match address {
                IpAddr::V4(_) => &[0, 8, 16, 30, 32],
                IpAddr::V6(_) => &[0, 32, 48, 126, 128],
            };
            Prefix::around(address, *chance.pick(lengths)).unwrap()
        })
        .collect()
}
