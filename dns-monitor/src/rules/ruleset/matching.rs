//! What of a set of rules matches a lookup: as the kernel programs find it, and what only the agent sees.

use std::{
    cell::{Cell, OnceCell},
    ops::ControlFlow,
    sync::atomic::Ordering,
};

use dns_monitor_common::rule::{Candidate, EXEMPT, MAX_CHAIN, candidate, candidate_of, line_of};

use super::{
    Ruleset,
    decision::{By, Decision, Found, key},
    rest::{Regexes, Rule, Test},
};
use crate::rules::{
    compile::chains::is_exact_only,
    condition::Facts,
    subject::Subject,
    table::hash::{Labels, hash},
};

const BOTH: u16 = candidate::EXACT | candidate::BELOW;

/// The sets that a client is in, looked up when first asked for.
pub(super) struct Sets<'s>(OnceCell<u64>, &'s Ruleset, &'s Subject<'s>);

impl<'s> Sets<'s> {
    pub(super) fn new(ruleset: &'s Ruleset, subject: &'s Subject<'s>) -> Self {
        Self(OnceCell::new(), ruleset, subject)
    }

    fn get(&self) -> u64 {
        *self.0.get_or_init(|| self.1.clients.of(self.2.client))
    }

    pub(super) fn is_exempt(&self) -> bool {
        !self.1.clients.is_empty() && self.get() & EXEMPT != 0
    }
}

impl Ruleset {
    /// Calls `each` with every candidate that applies, until it breaks. Of a chain it is the strongest that comes first.
    #[inline]
    pub(super) fn candidates_of<'s>(
        &self,
        subject: &Subject<'_>,
        sets: &Sets<'s>,
        mut each: impl FnMut(Found) -> ControlFlow<()>,
        all_of_a_chain: bool,
    ) {
        let Some(labels) = Labels::of(subject.name) else { return };
        let count = labels.count();
        let mut walk = |depth: usize, hash, rest: u64| {
            let mut index = candidate_of(rest);
            for _ in 0..MAX_CHAIN {
                let Some(found) = self.candidate(index) else { break };
                if applies(&found, subject, sets, rest, depth, count) {
                    let key = key(found.rank, depth, is_exact_only(&found));
                    if each(Found { key, candidate: index, depth, hash, rest }).is_break() || !all_of_a_chain
                    {
                        break;
                    }
                }
                index = found.next;
            }
        };
        if self.root != 0 {
            walk(0, None, u64::from(self.root) << 32);
        }
        let depths = [self.depths[0].load(Ordering::Relaxed), self.depths[1].load(Ordering::Relaxed)];
        labels.hashes(self.table.keys(), depths, |depth, hash| {
            if let Some(rest) = self.table.find(hash) {
                walk(depth, Some(hash), rest);
            }
        });
    }

    /// Calls `each` with every rule that only the agent can decide and that matches, if its key is below `best` or what
    /// `each` said last.
    pub(super) fn agent_rules(
        &self,
        subject: &Subject<'_>,
        sets: &Sets<'_>,
        best: u32,
        mut each: impl FnMut(Decision) -> u32,
    ) {
        let Some(labels) = Labels::of(subject.name).filter(|_| !self.rest.is_empty()) else { return };
        let facts = Facts::new(*subject);
        let best = Cell::new(best);
        let mut weigh = |number: u32, depth: usize, flags: u16| {
            let Some(rule) = self.rest.rules.get(number as usize) else { return };
            let exact_only = flags & BOTH == candidate::EXACT;
            let key = key(rule.rank, depth, exact_only);
            if key < best.get() && rule.holds(&facts, sets, depth, labels.count()) {
                let decision = Decision { key, by: By::Agent(number), depth: depth as u8, line: rule.line };
                best.set(each(decision));
            }
        };
        self.named_rules(&labels, &mut weigh);
        self.rest.scanned.iter().for_each(|number| weigh(*number, 0, BOTH));
        for Regexes { set, rules } in &self.rest.regexes {
            if u32::from(self.rest.regex_rank) << 16 >= best.get() {
                break;
            }
            for found in &set.matches(facts.shown().as_bytes()) {
                weigh(rules[found], 0, BOTH);
            }
        }
    }

    /// Rules that are bound to the name or to one above it.
    fn named_rules(&self, labels: &Labels<'_>, weigh: &mut impl FnMut(u32, usize, u16)) {
        if self.rest.named.is_empty() {
            return;
        }
        let mut look_up = |depth: usize, hash| {
            for (number, flags) in self.rest.named.get(&hash).into_iter().flatten() {
                let place = if depth == labels.count() { candidate::EXACT } else { candidate::BELOW };
                if flags & place != 0 {
                    weigh(*number, depth, *flags);
                }
            }
        };
        if self.rest.depths[0] & 1 != 0 {
            look_up(0, hash(&[], self.table.keys()));
        }
        labels.hashes(self.table.keys(), self.rest.depths, look_up);
    }

    /// The line of a candidate that was found.
    pub(super) fn line(&self, found: &Found) -> u32 {
        let live = found.hash.and_then(|hash| self.live_line(hash, found.candidate));
        let check = found.hash.map_or(0, |hash| hash.check);
        live.or_else(|| self.lines.of(check, found.candidate)).unwrap_or_else(|| line_of(found.rest))
    }
}

impl Rule {
    /// Whether it holds, its name left aside.
    fn holds(&self, facts: &Facts<'_>, sets: &Sets<'_>, depth: usize, labels: usize) -> bool {
        match &self.test {
            Test::Candidate(candidate) => applies(candidate, &facts.subject, sets, 0, depth, labels),
            Test::Conditions { when, .. } => when.iter().all(|condition| condition.holds(facts)),
        }
    }
}

/// Whether a candidate is meant for this lookup.
#[inline]
fn applies(
    found: &Candidate,
    subject: &Subject<'_>,
    sets: &Sets<'_>,
    rest: u64,
    depth: usize,
    labels: usize,
) -> bool {
    let place = if depth == labels { candidate::EXACT } else { candidate::BELOW };
    let has = |flag: u16| found.flags & flag != 0;
    has(place)
        && (found.class == 0 || found.class == subject.qclass)
        && (found.clients == 0 || found.clients & sets.get() != 0)
        && (found.not_clients == 0 || found.not_clients & sets.get() == 0)
        && (!has(candidate::VLAN) || subject.vlan == Some(found.vlan))
        && (!has(candidate::MAC) || subject.mac == Some(found.mac))
        && (found.type_count == 0 || has_type(found, subject.qtype) != has(candidate::NOT_TYPES))
        && (!has(candidate::EXPIRES) || now() < line_of(rest))
}

fn has_type(found: &Candidate, qtype: u16) -> bool {
    found.types.iter().take(usize::from(found.type_count)).any(|known| *known == qtype)
}

/// `CLOCK_MONOTONIC`, s.
#[must_use]
pub fn now() -> u32 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is there to be written.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    u32::try_from(time.tv_sec).unwrap_or(0)
}
