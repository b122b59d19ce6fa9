//! What responses say about names that leads from one to another: aliases, name servers, targets.

use std::collections::VecDeque;

use smallvec::SmallVec;

use super::{
    goals::GoalId,
    names::{Names, NodeId},
    path::Path,
};

/// Names that one may lead to; a zone seldom has more than 13 servers.
const MAX_TO: usize = 32;
/// Names that may lead to one, the newest: a hoster's server has thousands of zones.
const MAX_FROM: usize = 64;
/// What was learned within so many ns is not learned again.
const FRESH: u64 = 10_000_000_000;

/// How a name leads to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// CNAME.
    Alias,
    /// DNAME: names below it have theirs below the other.
    Subtree,
    /// NS: the zone's server.
    Server,
    /// Record data of this type names it as a target: MX, SRV, SVCB, HTTPS.
    Target(u16),
}

/// Two names that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// How.
    pub kind: Kind,
    /// The other name.
    pub other: NodeId,
    /// For whom it was fetched; [`GoalId::NOBODY`] where nobody knows.
    pub by: GoalId,
}

/// All that is known of one name.
#[derive(Debug, Default)]
pub struct Facts {
    /// Where it leads.
    pub to: SmallVec<[Fact; 2]>,
    /// What leads to it, the newest last.
    pub from: SmallVec<[Fact; 2]>,
    learned: u64,
}

impl Facts {
    /// Whether all of this kind was learned so lately that it need not be learned again.
    pub fn is_fresh(&self, kind: Kind, time: u64) -> bool {
        self.learned.saturating_add(FRESH) > time && self.to.iter().any(|fact| fact.kind == kind)
    }

    /// What it is an alias of.
    pub fn alias(&self) -> Option<NodeId> {
        Some(self.to.iter().find(|fact| fact.kind == Kind::Alias)?.other)
    }

    fn is_empty(&self) -> bool {
        self.to.is_empty() && self.from.is_empty()
    }
}

/// Keeps the facts in bounds. Each pins the names at both of its ends.
pub struct Library {
    /// Names that lead somewhere, and when that was last learned, oldest first; what was learned again is out of date here.
    order: VecDeque<(NodeId, u64)>,
    max: usize,
}

impl Library {
    /// Facts of so many names.
    pub fn new(max: usize) -> Self {
        Self { order: VecDeque::new(), max }
    }

    /// Takes a fact.
    pub fn learn(
        &mut self,
        names: &mut Names,
        source: NodeId,
        kind: Kind,
        target: &Path,
        now: (u64, GoalId),
    ) {
        let (time, by) = now;
        let known = |names: &Names| {
            let target = names.find(target)?;
            let facts = names.node(source).facts.as_ref()?;
            facts.to.iter().position(|fact| fact.other == target && fact.kind == kind)
        };
        if let Some(at) = known(names) {
            return self.renew(names, source, at, now);
        }
        let target = names.hold(target);
        if target == source {
            return names.release(target);
        }
        names.hold_again(source);
        names.touch(target, time);
        push(names, source, Fact { kind, other: target, by }, End::To);
        push(names, target, Fact { kind, other: source, by }, End::From);
        self.date(names, source, time);
    }

    fn renew(&mut self, names: &mut Names, source: NodeId, at: usize, (time, by): (u64, GoalId)) {
        let Some(facts) = names.node_mut(source).facts.as_mut() else { return };
        if facts.learned.saturating_add(FRESH) > time {
            return;
        }
        let fact = &mut facts.to[at];
        fact.by = by;
        let Fact { kind, other, .. } = *fact;
        names.touch(other, time);
        if let Some(facts) = names.node_mut(other).facts.as_mut()
            && let Some(at) = facts.from.iter().position(|fact| fact.other == source && fact.kind == kind)
        {
            facts.from[at].by = by;
            facts.from[at..].rotate_left(1);
        }
        self.date(names, source, time);
    }

    fn date(&mut self, names: &mut Names, source: NodeId, time: u64) {
        let Some(facts) = names.node_mut(source).facts.as_mut() else { return };
        if facts.learned == time {
            return;
        }
        facts.learned = time;
        self.order.push_back((source, time));
        while self.order.len() > self.max && self.forget_oldest(names) {}
    }

    /// Lets the oldest facts go until there are so few names, or no facts any more.
    pub fn shrink(&mut self, names: &mut Names, max_names: usize) {
        while names.len() > max_names && self.forget_oldest(names) {}
    }

    /// Lets the facts go that were learned first, if not again since; false: there are none.
    fn forget_oldest(&mut self, names: &mut Names) -> bool {
        let Some((node, learned)) = self.order.pop_front() else { return false };
        if names.node(node).facts.as_ref().is_some_and(|facts| facts.learned == learned) {
            forget_all(names, node);
        }
        true
    }
}

/// Which end of a fact a name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    To,
    From,
}

fn push(names: &mut Names, node: NodeId, fact: Fact, end: End) {
    let facts = names.node_mut(node).facts.get_or_insert_default();
    let (list, max) = match end {
        End::To => (&mut facts.to, MAX_TO),
        End::From => (&mut facts.from, MAX_FROM),
    };
    list.push(fact);
    if list.len() > max {
        let oldest = list[0];
        match end {
            End::To => forget(names, node, oldest.other, oldest.kind),
            End::From => forget(names, oldest.other, node, oldest.kind),
        }
    }
}

fn forget_all(names: &mut Names, source: NodeId) {
    while let Some(fact) = names.node(source).facts.as_ref().and_then(|facts| facts.to.first().copied()) {
        // The last one lets the name itself go.
        forget(names, source, fact.other, fact.kind);
    }
}

fn forget(names: &mut Names, source: NodeId, target: NodeId, kind: Kind) {
    drop_end(names, source, target, kind, End::To);
    drop_end(names, target, source, kind, End::From);
    names.release(target);
    names.release(source);
}

fn drop_end(names: &mut Names, node: NodeId, other: NodeId, kind: Kind, end: End) {
    let Some(facts) = names.node_mut(node).facts.as_mut() else { return };
    let list = match end {
        End::To => &mut facts.to,
        End::From => &mut facts.from,
    };
    list.retain(|fact| fact.other != other || fact.kind != kind);
    if facts.is_empty() {
        names.node_mut(node).facts = None;
    }
}
