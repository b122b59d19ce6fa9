//! One assignment, as it is remembered.

use std::sync::Arc;

use super::{Machine, Remembered};
use crate::{
    identity::assignment::{Assignment, Source},
    sample::Mac,
};

/// One assignment: half of a cache line. Its address is the key under which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// From then on.
    pub from: u64,
    /// No longer then; `u64::MAX` where nobody said when.
    pub until: u64,
    pub name: Option<Arc<str>>,
    pub mac: Option<Mac>,
    pub source: Source,
}

impl From<Assignment> for Slot {
    fn from(assignment: Assignment) -> Self {
        let Assignment { address: _, from, until, name, mac, source } = assignment;
        Self { from, until: until.unwrap_or(u64::MAX), name: name.map(Arc::from), mac, source }
    }
}

impl Slot {
    #[inline]
    pub fn holds(&self, time: u64) -> bool {
        self.from <= time && time < self.until
    }

    #[inline]
    pub fn machine(&self) -> Machine<'_> {
        Machine { name: self.name.as_deref(), mac: self.mac }
    }

    pub fn remembered(&self) -> Remembered<'_> {
        let until = (self.until != u64::MAX).then_some(self.until);
        Remembered { from: self.from, until, machine: self.machine(), source: self.source }
    }

    /// Whether there is no time at which it holds.
    pub const fn is_empty(&self) -> bool {
        self.until <= self.from
    }

    /// Whether the same source says it of the same machine. That a name is missing does not contradict: dhcpd leaves it
    /// out when a lease is over.
    pub fn is_continued_by(&self, later: &Self) -> bool {
        let is_named_so = self.name == later.name || later.name.is_none() && self.mac.is_some();
        self.source == later.source && self.mac == later.mac && is_named_so
    }

    /// The last time that it names.
    pub const fn mark(&self) -> u64 {
        if self.until == u64::MAX { self.from } else { self.until }
    }
}
