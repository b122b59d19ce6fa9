//! A set of rules in force: what lookups are judged by, here and in the kernel.
//!
//! 1. [`clients`]: which sets of clients an address is in;
//! 2. `rest`: rules that only the agent can decide;
//! 3. `matching`: everything that matches a lookup;
//! 4. [`decision`]: what of it is the strongest;
//! 5. `rule`: where that stands and what it does;
//! 6. [`live`]: changes while it is in force;
//! 7. [`learned`]: names that the agent found out about, for the kernel to block.

use std::{
    ops::ControlFlow,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use dns_monitor_common::rule::{Candidate, RuleSet};

use self::{
    clients::Clients,
    decision::{By, Decision, Found, key, rank_of},
    lines::Lines,
    live::Live,
    matching::Sets,
    rest::Rest,
};
use super::{
    compile::{Origin, chains::Chains},
    subject::Subject,
    table::Table,
    verdict::Judged,
};

pub mod clients;
pub mod decision;
pub mod learned;
pub(in crate::rules) mod lines;
pub mod live;
pub(in crate::rules) mod matching;
pub(in crate::rules) mod rest;
mod rule;
#[cfg(test)]
mod tests;

pub use matching::now;
pub(in crate::rules) use rule::effect_of;

/// What a set of rules is made of.
pub(super) struct Compiled {
    pub generation: u16,
    pub origins: Vec<Origin>,
    pub table: Table,
    pub depths: [u64; 2],
    pub root: u16,
    pub chains: Chains,
    pub lines: Lines,
    pub clients: Clients,
    pub rest: Rest,
}

/// A set of rules, see [`compile`](super::compile). It can be read, and [changed](live), from several threads.
pub struct Ruleset {
    generation: u16,
    origins: Vec<Origin>,
    candidates: Vec<Candidate>,
    table: Table,
    depths: [AtomicU64; 2],
    root: u16,
    lines: Lines,
    clients: Clients,
    rest: Rest,
    live: RwLock<Live>,
    agent_hits: Vec<AtomicU64>,
}

impl Ruleset {
    pub(super) fn new(compiled: Compiled) -> Self {
        let Compiled { generation, origins, table, depths, root, chains, lines, clients, rest } = compiled;
        Self {
            generation,
            agent_hits: origins.iter().map(|_| AtomicU64::new(0)).collect(),
            origins,
            candidates: chains.all().to_vec(),
            table,
            depths: depths.map(AtomicU64::new),
            root,
            lines,
            clients,
            rest,
            live: RwLock::new(Live::new(chains)),
        }
    }

    /// What the kernel's map holds.
    #[must_use]
    pub fn set(&self) -> RuleSet {
        RuleSet {
            keys: *self.table.keys(),
            depths: [self.depths[0].load(Ordering::Relaxed), self.depths[1].load(Ordering::Relaxed)],
            filter_words: self.table.filter_words(),
            buckets: self.table.buckets(),
            root: self.root,
            generation: self.generation & 0xff,
            has_clients: u32::from(!self.clients.is_empty()),
        }
    }

    /// Which set it is, modulo 256.
    #[must_use]
    pub const fn generation(&self) -> u8 {
        self.generation as u8
    }

    /// Candidates as they were compiled, index 0 being none. Those that [changes](live) add follow them.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// For the kernel's trie of clients: address in network order, IPv4 as IPv4-mapped IPv6; bits that count; sets.
    pub fn prefixes(&self) -> impl Iterator<Item = ([u8; 16], u32, u64)> {
        self.clients.prefixes()
    }

    /// Lists and rules by number, the operator's commands first.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// How often a rule of each origin decided that only the agent can decide.
    pub fn agent_hits(&self) -> impl Iterator<Item = u64> {
        self.agent_hits.iter().map(|hits| hits.load(Ordering::Relaxed))
    }

    /// Counts a hit of what only the agent can decide.
    pub(super) fn count(&self, decision: &Decision) {
        if let Some(hits) = self.agent_hits.get(self.origin_of(decision)) {
            hits.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether there is no rule that only the agent can decide.
    #[must_use]
    pub fn is_kernels_alone(&self) -> bool {
        self.rest.is_empty()
    }

    /// Which rule decides, all of them considered.
    #[must_use]
    pub fn decide(&self, subject: &Subject<'_>) -> Option<Decision> {
        self.decide_rest(subject, self.decide_table(subject))
    }

    /// Which rule decides, as the kernel programs find it.
    #[must_use]
    pub fn decide_table(&self, subject: &Subject<'_>) -> Option<Decision> {
        let sets = Sets::new(self, subject);
        let mut best: Option<Found> = None;
        let weigh = |found: Found| {
            if best.is_none_or(|best| found.key < best.key) {
                best = Some(found);
            }
            ControlFlow::Continue(())
        };
        self.candidates_of(subject, &sets, weigh, false);
        best.filter(|_| !sets.is_exempt()).map(|found| self.decision(&found))
    }

    /// The stronger of what the kernel decided and of what only the agent can decide; of equals the kernel's.
    #[must_use]
    pub fn decide_rest(&self, subject: &Subject<'_>, kernel: Option<Decision>) -> Option<Decision> {
        if self.rest.is_empty() {
            return kernel;
        }
        let sets = Sets::new(self, subject);
        let mut best = kernel;
        self.agent_rules(subject, &sets, kernel.map_or(u32::MAX, |decision| decision.key), |decision| {
            best = Some(decision);
            decision.key
        });
        best.filter(|decision| !decision.is_agent_only() || !sets.is_exempt()).or(kernel)
    }

    /// What the kernel programs say that they decided by.
    #[must_use]
    pub fn decided(&self, judged: &Judged, subject: &Subject<'_>) -> Option<Decision> {
        let candidate = self.candidate(judged.candidate).filter(|_| judged.candidate != 0)?;
        let sets = Sets::new(self, subject);
        let mut same = None;
        let search = |found: Found| {
            if found.candidate != judged.candidate {
                return ControlFlow::Continue(());
            }
            same = Some(found);
            ControlFlow::Break(())
        };
        self.candidates_of(subject, &sets, search, true);
        // Changed since: what was done was done by a rule of this rank.
        let changed = || Decision {
            key: key(candidate.rank, usize::MAX, true),
            by: By::Candidate(judged.candidate),
            depth: 0,
            line: judged.line,
        };
        Some(same.map_or_else(changed, |found| self.decision(&found)))
    }

    /// Everything that matches, in no order.
    pub(super) fn matches(&self, subject: &Subject<'_>) -> Vec<Decision> {
        let sets = Sets::new(self, subject);
        let mut all = Vec::new();
        let add = |found: Found| {
            all.push(self.decision(&found));
            ControlFlow::Continue(())
        };
        self.candidates_of(subject, &sets, add, true);
        self.agent_rules(subject, &sets, u32::MAX, |decision| {
            all.push(decision);
            u32::MAX
        });
        all
    }

    /// Whether no rule applies to the client.
    #[must_use]
    pub fn is_exempt(&self, subject: &Subject<'_>) -> bool {
        self.clients.is_exempt(subject.client)
    }

    fn decision(&self, found: &Found) -> Decision {
        Decision {
            key: found.key,
            by: By::Candidate(found.candidate),
            depth: found.depth as u8,
            line: self.line(found),
        }
    }

    fn candidate(&self, index: u16) -> Option<Candidate> {
        if index == 0 {
            return None;
        }
        let index = usize::from(index);
        self.candidates.get(index).copied().or_else(|| {
            let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
            live.chains.all().get(index).copied()
        })
    }
}

/// The class and the order of a decision's rule.
pub(super) const fn rank(decision: &Decision) -> u16 {
    rank_of(decision.key)
}
