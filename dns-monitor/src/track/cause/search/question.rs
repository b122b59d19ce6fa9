//! What the resolver asked, and the steps from there to lookups of clients.

use super::super::{
    facts::Kind,
    goals::{Goal, GoalId},
    list::Id,
    names::{NodeId, Trail},
    path::Path,
};
use crate::decode::rr_type;

/// Clocks of CPUs differ, ns.
pub const SKEW: u64 = 100_000;
/// Clients that come so long after the resolver asked wait for what it asks later, ns.
const JOIN: u64 = 1_000_000_000;
/// Who comes so shortly before the resolver is told is read after it: the cache has the answer then. ns.
const READ: u64 = 1_000_000;

/// How a name leads to the next one of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// CNAME.
    Cname,
    /// DNAME.
    Dname,
    /// The zone's name server.
    Ns,
    /// The target of record data.
    Additional,
    /// A name above it.
    Zone,
    /// A zone above it whose keys are needed.
    Dnssec,
}

impl From<Kind> for Via {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Alias => Self::Cname,
            Kind::Subtree => Self::Dname,
            Kind::Server => Self::Ns,
            Kind::Target(_) => Self::Additional,
        }
    }
}

impl Via {
    /// As events say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cname => "cname",
            Self::Dname => "dname",
            Self::Ns => "ns",
            Self::Additional => "additional",
            Self::Zone => "zone",
            Self::Dnssec => "dnssec",
        }
    }
}

/// What is wanted of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Need {
    /// Data of a type.
    Type(u16),
    /// Anything, at it.
    Any,
    /// Anything, at it or below it.
    Below,
    /// Looked at already.
    Done,
}

/// A name that leads to the one before it.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub(super) node: NodeId,
    /// So many labels of the resolver's question stand before it: the name itself is only made up from a DNAME.
    pub(super) prefix: u8,
    pub(super) need: Need,
    pub(super) via: Option<Via>,
    pub(super) parent: Id,
}

impl Step {
    /// The name, or what is left of it without its first labels.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// How many labels of the resolver's question stand before that.
    pub fn prefix(&self) -> usize {
        usize::from(self.prefix)
    }
}

/// A lookup that the question may be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Which.
    pub goal: GoalId,
    pub(super) step: Id,
}

/// What the resolver asked, and when.
#[derive(Clone, Copy)]
pub struct Asked<'p> {
    /// The name.
    pub path: &'p Path,
    /// As far as it is among the names that matter.
    pub trail: &'p Trail,
    /// The type.
    pub qtype: u16,
    /// When it asked, ns since the Unix epoch.
    pub from: u64,
    /// When it was told, or when nobody waited for that any more.
    pub until: u64,
}

impl Asked<'_> {
    /// Whether a client waited for something when the resolver asked.
    pub fn overlaps(&self, goal: &Goal) -> bool {
        self.follows(goal) && goal.waits(self.from.saturating_sub(SKEW))
    }

    /// Whether a client asked before the resolver did.
    pub fn follows(&self, goal: &Goal) -> bool {
        goal.asked <= self.from.saturating_add(SKEW)
    }

    /// Whether a client came soon after the resolver asked, before it was told.
    pub fn is_joined_by(&self, goal: &Goal) -> bool {
        let too_late = self.until.saturating_sub(READ).min(self.from.saturating_add(JOIN));
        !self.follows(goal) && goal.asked < too_late && goal.overtaken == 0
    }

    pub fn is_dnssec(&self) -> bool {
        matches!(self.qtype, rr_type::DS | rr_type::DNSKEY)
    }
}
