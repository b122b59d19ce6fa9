//! Rules that only the agent can decide: by name where they have one, by one pass over all regular expressions, and one
//! by one.

use std::collections::HashMap;

use dns_monitor_common::rule::{Candidate, Hash};
use foldhash::fast::RandomState;
use regex::bytes::RegexSet;

use super::super::{action::Effect, condition::Condition};

/// What a candidate for one name must ask, so that it stands for the rule on that name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Learnable {
    /// Sets of clients, as bits.
    pub clients: u64,
    pub not_clients: u64,
    /// It must name the type that was asked.
    pub qtype: bool,
    pub class: bool,
    pub mac: bool,
    pub vlan: bool,
}

/// What decides whether a rule matches, its name left aside.
#[derive(Clone, Debug)]
pub(in super::super) enum Test {
    /// As the kernel programs would do it, had they room for it.
    Candidate(Candidate),
    /// All of these hold.
    Conditions { when: Box<[Condition]>, effect: Effect, learn: Option<Learnable> },
}

/// A rule that only the agent can decide.
#[derive(Clone, Debug)]
pub(in super::super) struct Rule {
    pub origin: u16,
    pub rank: u16,
    pub line: u32,
    /// Its regular expression, where a list has it.
    pub regex: Option<Box<str>>,
    pub test: Test,
}

/// Regular expressions that are searched for at once, and whose they are.
#[derive(Debug)]
pub(in super::super) struct Regexes {
    pub set: RegexSet,
    pub rules: Vec<u32>,
}

/// All of them.
#[derive(Debug, Default)]
pub(in super::super) struct Rest {
    pub rules: Vec<Rule>,
    /// By the hash of their names, with the bits of [`candidate`](dns_monitor_common::rule::candidate) that say which
    /// names are meant.
    pub named: HashMap<Hash, Vec<(u32, u16)>, RandomState>,
    /// Bit *n*: some name in `named` has *n* labels.
    pub depths: [u64; 2],
    pub regexes: Vec<Regexes>,
    /// The least rank of those with a regular expression.
    pub regex_rank: u16,
    /// Those without a name or a regular expression.
    pub scanned: Vec<u32>,
}

impl Rest {
    /// Adds a rule, and says its number.
    pub fn push(&mut self, rule: Rule) -> u32 {
        self.rules.push(rule);
        // Every rule is a line of a list: 32 bits count them.
        (self.rules.len() - 1) as u32
    }

    /// Binds a rule to a name of `depth` labels.
    pub fn bind(&mut self, rule: u32, hash: Hash, depth: usize, flags: u16) {
        self.named.entry(hash).or_default().push((rule, flags));
        self.depths[depth >> 6 & 1] |= 1 << (depth & 63);
    }

    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
