//! Who had which address, and when.
//!
//! Sources say it in any order and more than once: a lease is renewed, given back, given to another. What was true at a
//! time is worked out from what each source said last of that time, in the order of [`Source`]. Nothing is locked: the
//! history belongs to one thread.

mod entry;
mod line;
mod slot;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, net::IpAddr};

use entry::Entry;
use foldhash::fast::RandomState;
use line::{Key, Line};
use slot::Slot;

use super::assignment::{Assignment, Change, Source};
use crate::{
    config::Identity,
    ledger::{Tally, reasons},
    memory::table::Table,
    sample::Mac,
};

reasons! {
    /// What became of an assignment that is not remembered as one of its own.
    Reason {
        /// It continues an earlier one.
        Renewed "renewed" Filtered,
        /// It says of another from the same time on who it really was.
        Corrected "corrected" Filtered,
        /// It ends as it begins.
        Empty "empty" Filtered,
        /// Too many of one address: the oldest went.
        Crowded "crowded" Lost,
        /// Too many in all: those of the address that nobody has spoken of for longest went.
        Evicted "evicted" Lost,
    }
}

/// Who had an address at a time, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Machine<'a> {
    /// Its host name, in presentation form, without a trailing dot.
    pub name: Option<&'a str>,
    /// Its MAC.
    pub mac: Option<Mac>,
}

/// One answer of a source that is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered<'a> {
    /// From then on, ns since the Unix epoch; 0: always.
    pub from: u64,
    /// No longer then, ns since the Unix epoch; `None`: as long as nobody says otherwise.
    pub until: Option<u64>,
    /// Who it was.
    pub machine: Machine<'a>,
    /// Who says so.
    pub source: Source,
}

/// Who had which address, and when: a bounded number of assignments.
pub struct History {
    lines: Table<Line>,
    hasher: RandomState,
    /// Every address once, with its mark when it was queued: those known from files, and those from the network alone.
    queues: [VecDeque<(Key, u64)>; 2],
    /// Assignments that are remembered.
    held: usize,
    limits: Identity,
    tally: Tally<Reason>,
}

const FILES: usize = 0;
const NETWORK: usize = 1;

impl History {
    /// An empty history.
    #[must_use]
    pub fn new(limits: &Identity) -> Self {
        Self {
            lines: Table::default(),
            hasher: RandomState::default(),
            queues: Default::default(),
            held: 0,
            limits: limits.clone(),
            tally: Tally::default(),
        }
    }

    /// Who had the address at that time, ns since the Unix epoch: one look into the table in the ordinary case.
    #[inline]
    #[must_use]
    pub fn at(&self, address: IpAddr, time: u64) -> Machine<'_> {
        self.entry(&Key::of(address)).map_or_else(Machine::default, |entry| entry.at(time))
    }

    #[inline]
    fn entry(&self, key: &Key) -> Option<&Entry> {
        self.lines.get(key.hash(&self.hasher), |line| line.key == *key).map(|line| &line.entry)
    }

    fn entry_mut(&mut self, key: &Key) -> Option<&mut Entry> {
        let hash = key.hash(&self.hasher);
        self.lines.get_mut(hash, |line| line.key == *key).map(|line| &mut line.entry)
    }

    /// Has what is known of an address brought near: it will be asked for soon.
    #[inline]
    pub fn prefetch(&self, address: IpAddr) {
        self.lines.prefetch(Key::of(address).hash(&self.hasher));
    }

    /// Takes down what a source says.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Assigned(assignment) => self.record(assignment),
            Change::Ended { address, at, source } => self.end(address, at, source),
        }
    }

    /// Takes down that a machine has an address. Of what one source says of one time, the last holds.
    pub fn record(&mut self, assignment: Assignment) {
        self.tally.see(1);
        let key = Key::of(assignment.address);
        let slot = Slot::from(assignment);
        let band = if slot.source.is_file() { FILES } else { NETWORK };
        let most = self.limits.max_per_address;
        let fate = match self.entry_mut(&key) {
            Some(entry) => entry.add(slot, most),
            None if slot.is_empty() => Some(Reason::Empty),
            None => {
                let entry = Entry::new(slot);
                self.queues[band].push_back((key, entry.mark()));
                self.lines.insert(Line { key, entry }, &self.hasher);
                None
            }
        };
        match fate {
            Some(reason) => self.tally.end(reason, 1),
            None => self.held = self.held.saturating_add(1),
        }
        while self.held > self.limits.max_assignments && self.evict() {}
    }

    /// Takes down that whoever had an address, as this source has it, had it no longer from `at` on.
    pub fn end(&mut self, address: IpAddr, at: u64, source: Source) {
        if let Some(entry) = self.entry_mut(&Key::of(address)) {
            entry.end(at, source);
        }
    }

    /// All that is remembered of an address, in the order of time.
    #[must_use]
    pub fn all(&self, address: IpAddr) -> Vec<Remembered<'_>> {
        let entry = self.entry(&Key::of(address));
        let mut all: Vec<_> = entry.into_iter().flat_map(Entry::slots).map(Slot::remembered).collect();
        all.sort_by_key(|remembered| (remembered.from, remembered.source));
        all
    }

    /// How many assignments are remembered.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.held
    }

    /// Whether nothing is remembered.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// The books, in assignments; what is remembered is held.
    #[must_use]
    pub const fn tally(&self) -> &Tally<Reason> {
        &self.tally
    }

    /// Forgets the address that nobody has spoken of for longest; of those that files know only if there is no other.
    fn evict(&mut self) -> bool {
        for band in [NETWORK, FILES] {
            while let Some((key, mark)) = self.queues[band].pop_front() {
                let Some(entry) = self.entry(&key) else { continue };
                if band == NETWORK && entry.slots().iter().any(|slot| slot.source.is_file()) {
                    self.queues[FILES].push_back((key, entry.mark()));
                } else if entry.mark() > mark {
                    self.queues[band].push_back((key, entry.mark()));
                } else {
                    self.forget(&key);
                    return true;
                }
            }
        }
        false
    }

    fn forget(&mut self, key: &Key) {
        let Self { lines, hasher, .. } = self;
        let line = lines.remove(key.hash(hasher), |line| line.key == *key, hasher);
        let count = line.map_or(0, |line| line.entry.slots().len());
        self.held = self.held.saturating_sub(count);
        self.tally.end(Reason::Evicted, count as u64);
    }
}
