//! One lookup of a client.

use super::super::{
    list::{Id, Link, Linked, NONE},
    names::NodeId,
};
use crate::track::lookup::Peer;

/// A resolver that has found something answers all that wait for it within so many ns.
const TOGETHER: u64 = 20_000_000;
/// A lookup, until its place is used for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoalId {
    pub(super) slot: Id,
    pub(super) generation: u32,
}

impl GoalId {
    /// No lookup.
    pub const NOBODY: Self = Self { slot: NONE, generation: 0 };

    /// Whether this is [`GoalId::NOBODY`].
    pub fn is_nobody(self) -> bool {
        self == Self::NOBODY
    }
}

/// A client's lookup: two cache lines.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Goal {
    pub(super) generation: u32,
    pub(super) link: Link,
    /// Who asked.
    pub client: Peer,
    /// The message's id.
    pub id: u16,
    /// What was asked for.
    pub qtype: u16,
    /// The name.
    pub node: NodeId,
    /// When, ns since the Unix epoch.
    pub asked: u64,
    /// When its response was seen; 0: not yet.
    pub answered: u64,
    /// When the resolver was first told something that this lookup needed, while it waited; 0: not yet.
    pub fetched: u64,
    /// When the resolver was last told such a thing; 0: not yet.
    pub last: u64,
    /// When it was first told the very data that was asked for, or that of its alias; 0: not yet.
    pub told: u64,
    /// When a later lookup of the same was answered while this one waited: a resolver answers all that wait for one thing
    /// together, so this one never reached it, or its answer is on the way. 0: not.
    pub overtaken: u64,
    /// What it was given is renewed.
    pub renews: bool,
    /// The resolver asked for it after it came.
    pub is_miss: bool,
    /// Another client waited for the same when it came.
    pub has_elder: bool,
    /// What it had fetched may be remembered.
    pub fills: bool,
    /// Its place is free.
    pub(super) gone: bool,
}

impl Goal {
    /// A lookup that nothing was seen of yet but its query.
    pub fn new(client: Peer, id: u16, qtype: u16, node: NodeId, asked: u64) -> Self {
        Self {
            generation: 0,
            link: Link::ALONE,
            client,
            id,
            qtype,
            node,
            asked,
            answered: 0,
            fetched: 0,
            last: 0,
            told: 0,
            overtaken: 0,
            renews: false,
            is_miss: false,
            has_elder: false,
            fills: false,
            gone: false,
        }
    }

    /// Whether it waited at `time`, or would have if it had come.
    pub fn waits(&self, time: u64) -> bool {
        match (self.answered, self.overtaken) {
            (0, 0) => true,
            (0, overtaken) => overtaken.saturating_add(TOGETHER) >= time,
            (answered, _) => answered >= time,
        }
    }

    /// When, before `time`, something happened that made the resolver do the next thing for it.
    pub fn cue(&self, time: u64) -> u64 {
        if self.last <= time { self.asked.max(self.last) } else { self.asked }
    }
}

impl Linked for Goal {
    fn link(&self) -> Link {
        self.link
    }

    fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }
}
