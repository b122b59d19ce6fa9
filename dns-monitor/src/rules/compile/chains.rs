//! Candidates of one name, strongest first, each naming the next. Names whose candidates are the same share them, and
//! chains that end alike share their ends: so 65,535 suffice for millions of names.

use std::collections::HashMap;

use dns_monitor_common::rule::{Candidate, MAX_CANDIDATES, MAX_CHAIN, candidate};
use foldhash::fast::RandomState;

use super::lower::NONE;

/// Candidates left free for what is added while the set is in force.
const SPARE: usize = 2048;

/// All candidates of a set of rules, index 0 being none.
#[derive(Debug)]
pub(in super::super) struct Chains {
    candidates: Vec<Candidate>,
    known: HashMap<Candidate, u16, RandomState>,
    most: usize,
}

impl Chains {
    pub(in super::super) fn new() -> Self {
        Self { candidates: vec![NONE], known: HashMap::default(), most: MAX_CANDIDATES - SPARE }
    }

    /// From here on, what was kept free may be used.
    pub(in super::super) fn use_spare(&mut self) {
        self.most = MAX_CANDIDATES;
    }

    pub(in super::super) fn all(&self) -> &[Candidate] {
        &self.candidates
    }

    /// The first of a chain of these candidates, in this order; `None`: no room for another.
    pub(in super::super) fn chain<'c>(
        &mut self,
        list: impl DoubleEndedIterator<Item = &'c Candidate>,
    ) -> Option<u16> {
        list.rev().try_fold(0, |next, candidate| self.link(Candidate { next, ..*candidate }))
    }

    fn link(&mut self, candidate: Candidate) -> Option<u16> {
        if let Some(index) = self.known.get(&candidate) {
            return Some(*index);
        }
        let index =
            u16::try_from(self.candidates.len()).ok().filter(|index| usize::from(*index) < self.most)?;
        self.candidates.push(candidate);
        self.known.insert(candidate, index);
        Some(index)
    }
}

/// A candidate of a name, and the line it stands in.
pub(in super::super) type Placed = (Candidate, u32);

/// Strongest first, of equals the one that came first; without those that a stronger one hides. What does not fit a chain
/// is returned.
pub(in super::super) fn arrange(list: &mut Vec<Placed>, keep_hidden: bool) -> Vec<Placed> {
    list.sort_by_key(|(candidate, _)| (candidate.rank, !is_exact_only(candidate)));
    let mut covered = 0;
    let mut seen: Vec<Candidate> = Vec::new();
    list.retain(|(candidate, _)| {
        let scope = candidate.flags & (candidate::EXACT | candidate::BELOW);
        let reached = keep_hidden || scope & !covered != 0 && !seen.contains(candidate);
        covered |= if is_unconditional(candidate) { scope } else { 0 };
        seen.push(*candidate);
        reached
    });
    list.split_off(list.len().min(MAX_CHAIN))
}

/// Whether it is for the name itself and not for those below.
#[inline]
pub(in super::super) const fn is_exact_only(candidate: &Candidate) -> bool {
    candidate.flags & (candidate::EXACT | candidate::BELOW) == candidate::EXACT
}

/// Whether it applies whoever asks for whatever.
const fn is_unconditional(candidate: &Candidate) -> bool {
    const CONDITIONS: u16 = candidate::NOT_TYPES | candidate::MAC | candidate::VLAN | candidate::EXPIRES;
    candidate.flags & CONDITIONS == 0
        && candidate.clients == 0
        && candidate.not_clients == 0
        && candidate.type_count == 0
        && candidate.class == 0
}
