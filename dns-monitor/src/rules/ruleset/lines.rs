//! Lines of entries that stand behind another in their name's chain: a slot has room for the first one's only.

use dns_monitor_common::rule::Candidate;

use super::super::compile::chains::Placed;

/// Lines by name and candidate.
#[derive(Debug, Default)]
pub(in super::super) struct Lines {
    /// Check, candidate, line; the check 0 is that of the chain that applies to every name.
    list: Vec<(u64, u16, u32)>,
}

impl Lines {
    /// Remembers a chain that begins with `head`, where its lines are not all the one that the slot has.
    pub fn add(&mut self, check: u64, candidates: &[Candidate], head: u16, chain: &[Placed]) {
        let known = chain.first().filter(|_| check != 0).map(|(_, line)| *line);
        let mut index = head;
        for (_, line) in chain {
            if Some(*line) != known {
                self.list.push((check, index, *line));
            }
            index = candidates.get(usize::from(index)).map_or(0, |candidate| candidate.next);
        }
    }

    /// Makes what was added ready to be found.
    pub fn sort(&mut self) {
        self.list.sort_unstable();
        self.list.shrink_to_fit();
    }

    /// The line of a candidate, where it is not the slot's.
    pub fn of(&self, check: u64, candidate: u16) -> Option<u32> {
        let at =
            self.list.binary_search_by_key(&(check, candidate), |(check, candidate, _)| (*check, *candidate));
        at.ok().and_then(|at| self.list.get(at)).map(|(_, _, line)| *line)
    }
}
