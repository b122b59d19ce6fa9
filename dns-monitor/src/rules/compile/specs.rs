//! What a name means, shared by all names that mean the same.

use std::collections::HashMap;

use dns_monitor_common::rule::Candidate;
use foldhash::fast::RandomState;

use super::{
    chains::{Chains, Placed, arrange},
    records::Record,
};

/// What is left of two entries of one name.
#[derive(Clone, Copy)]
enum Pair {
    First,
    Second,
    Both,
}

/// Candidates without their `next`, in groups: what one entry makes of its name.
#[derive(Default)]
pub(super) struct Specs {
    list: Vec<Box<[Candidate]>>,
    known: HashMap<Box<[Candidate]>, u32, RandomState>,
    pairs: HashMap<(u32, u32), Pair, RandomState>,
}

/// What all entries of one name have become.
pub(super) struct Merged {
    /// The first candidate; `None`: there was no room for the chain.
    pub head: Option<u16>,
    /// Candidates of the chain, in its order.
    pub chain: Vec<Placed>,
    /// What did not fit.
    pub overflow: Vec<Placed>,
}

impl Specs {
    pub(super) fn intern(&mut self, candidates: &[Candidate]) -> u32 {
        if let Some(index) = self.known.get(candidates) {
            return *index;
        }
        // Every group is of another line: 32 bits count them.
        let index = self.list.len() as u32;
        self.list.push(candidates.into());
        self.known.insert(candidates.into(), index);
        index
    }

    /// The one record that hides all others of its name, where there is such a one.
    pub(super) fn winner(&mut self, records: &[Record]) -> Option<Record> {
        let (first, others) = records.split_first()?;
        others.iter().try_fold(*first, |winner, other| match self.pair(winner.spec, other.spec) {
            Pair::First => Some(winner),
            Pair::Second => Some(*other),
            Pair::Both => None,
        })
    }

    fn pair(&mut self, first: u32, second: u32) -> Pair {
        if first == second {
            return Pair::First;
        }
        if let Some(pair) = self.pairs.get(&(first, second)) {
            return *pair;
        }
        let mut left = self.placed(first, 0);
        left.extend(self.placed(second, 1));
        let mut overflow = arrange(&mut left, false);
        left.append(&mut overflow);
        let pair = match (left.iter().any(|(_, of)| *of == 0), left.iter().any(|(_, of)| *of == 1)) {
            (true, true) => Pair::Both,
            (false, true) => Pair::Second,
            _ => Pair::First,
        };
        self.pairs.insert((first, second), pair);
        pair
    }

    fn placed(&self, spec: u32, line: u32) -> Vec<Placed> {
        self.list[spec as usize].iter().map(|candidate| (*candidate, line)).collect()
    }

    /// The chain of all records of one name.
    pub(super) fn merge(&self, records: &[Record], chains: &mut Chains, keep_hidden: bool) -> Merged {
        let mut chain = Vec::new();
        for record in records {
            chain.append(&mut self.placed(record.spec, record.line));
        }
        let overflow = arrange(&mut chain, keep_hidden);
        let head = chains.chain(chain.iter().map(|(candidate, _)| candidate));
        Merged { head, chain, overflow }
    }
}
