//! From what the resolver asks back to the clients that wait for it.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::{
    facts::Kind,
    goals::{Goal, GoalId, Goals, WINDOW},
    list::{Id, NONE},
    names::{Names, NodeId, Path, ROOT},
};
use crate::decode::rr_type;

/// Clocks of CPUs differ, ns.
pub const SKEW: u64 = 100_000;
/// A resolver renews a record when it has answered from it, not long after, ns.
const PREFETCH: u64 = 20_000_000;
/// Clients that come so long after the resolver asked wait for what it asks later, ns.
const JOIN: u64 = 1_000_000_000;
/// Clients that are named.
pub const MAX_ENTRIES: usize = 256;
/// Names and lookups that are looked at for one question, where many wait.
const BUDGET: usize = 4096;

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
enum Need {
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
struct Step {
    node: NodeId,
    need: Need,
    via: Option<Via>,
    parent: Id,
}

/// A lookup that the question may be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Which.
    pub goal: GoalId,
    step: Id,
}

/// What the resolver asked, and when.
#[derive(Clone, Copy)]
pub struct Asked<'p> {
    /// The name.
    pub path: &'p Path,
    /// The type.
    pub qtype: u16,
    /// When it asked, ns since the Unix epoch.
    pub from: u64,
    /// When it was told, or when nobody waited for that any more.
    pub until: u64,
}

impl Asked<'_> {
    /// Whether a client waited for something when the resolver asked, or soon after.
    fn overlaps(&self, goal: &Goal) -> bool {
        let joined = self.until.min(self.from.saturating_add(JOIN));
        goal.asked <= joined.saturating_add(SKEW)
            && (goal.answered == 0 || goal.answered.saturating_add(SKEW) >= self.from)
    }

    fn is_dnssec(&self) -> bool {
        matches!(self.qtype, rr_type::DS | rr_type::DNSKEY)
    }
}

/// A search; keeps its buffers.
#[derive(Default)]
pub struct Search {
    steps: Vec<Step>,
    seen: HashSet<(NodeId, Need), RandomState>,
    found: Vec<Found>,
    more: u64,
    budget: usize,
    renewed: Option<(Found, u64)>,
}

impl Search {
    /// Forgets the last search.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.seen.clear();
        self.found.clear();
        (self.more, self.budget, self.renewed) = (0, BUDGET, None);
    }

    /// Whether any lookup was found.
    pub fn has_found(&self) -> bool {
        !self.found.is_empty()
    }

    /// The lookups that were found, the name's own first.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// How many more there were.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Whether a lookup was for the very name and type that the resolver asked for.
    pub fn is_direct(&self, found: &Found) -> bool {
        self.steps[found.step as usize].via.is_none()
    }

    /// How its name leads to the one that the resolver asked for: each step, and the name that it comes to; the last
    /// one has none, it is the resolver's question.
    pub fn chain<'s>(&'s self, found: &Found) -> impl Iterator<Item = (Via, Option<NodeId>)> + use<'s> {
        let mut at = self.steps.get(found.step as usize);
        std::iter::from_fn(move || {
            let step = at?;
            let via = step.via?;
            at = self.steps.get(step.parent as usize);
            let further = at.filter(|next| next.via.is_some());
            Some((via, further.map(|next| next.node)))
        })
    }

    /// Who waits for this name and type, or for what is an alias of it or has it as a server or target.
    pub fn data(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>) {
        let root = Step { node: NONE, need: Need::Done, via: None, parent: NONE };
        self.steps.push(root);
        if let Some(node) = names.find(asked.path, 0) {
            self.steps[0] = Step { node, need: Need::Type(asked.qtype), ..root };
        }
        self.synthesised(names, asked);
        self.drain(names, goals, asked, 0);
    }

    /// Who waits for something at this name or below it.
    pub fn below(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>) {
        let skip = usize::from(asked.path.is_underscored());
        let Some(top) = names.find(asked.path, skip) else { return };
        let via = if asked.is_dnssec() { Via::Dnssec } else { Via::Zone };
        let first = self.steps.len();
        self.steps.push(Step { node: top, need: Need::Below, via: Some(via), parent: 0 });
        self.drain(names, goals, asked, first);
        if asked.is_dnssec() {
            self.prefer_told(goals, asked);
        }
    }

    /// Validation begins when the answer is there: where some have theirs, they are the ones.
    fn prefer_told(&mut self, goals: &Goals, asked: &Asked<'_>) {
        let is_told = |found: &Found| {
            goals.get(found.goal).is_some_and(|goal| goal.fetched != 0 && goal.fetched <= asked.from + SKEW)
        };
        if self.found.iter().any(is_told) {
            self.found.retain(is_told);
        }
    }

    /// Whether a client was given an answer from the cache just then, which is renewed.
    pub fn find_renewed(&mut self) -> bool {
        self.found.extend(self.renewed.map(|(found, _)| found));
        self.has_found()
    }

    /// For whom it was once learned that this name matters: that client may be long content, but not what it set off.
    pub fn find_lingering(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>) -> bool {
        for at in 0..self.steps.len() {
            let step = self.steps[at];
            let facts = (step.node != NONE).then(|| names.node(step.node).facts.as_ref()).flatten();
            for fact in facts.iter().flat_map(|facts| facts.from.iter().rev()) {
                let recent = |goal: &&Goal| goal.asked.saturating_add(WINDOW) >= asked.from;
                if goals.get(fact.by).filter(recent).is_none() {
                    continue;
                }
                self.steps.push(Step {
                    node: fact.other,
                    need: Need::Done,
                    via: Some(via(fact.kind)),
                    parent: at as Id,
                });
                let step = (self.steps.len() - 1) as Id;
                self.found.push(Found { goal: fact.by, step });
                return true;
            }
        }
        false
    }

    /// Whether the name that the resolver asks for is a server of the root.
    pub fn is_root_server(&self, names: &Names) -> bool {
        let Some(step) = self.steps.first().filter(|step| step.node != NONE) else { return false };
        let facts = names.node(step.node).facts.as_ref();
        facts.is_some_and(|facts| {
            facts.from.iter().any(|fact| fact.other == ROOT && fact.kind == Kind::Server)
        })
    }

    /// Names that a DNAME makes aliases of this one.
    fn synthesised(&mut self, names: &Names, asked: &Asked<'_>) {
        for (node, left) in names.above(asked.path).skip(1) {
            let facts = names.node(node).facts.as_ref();
            for fact in facts.iter().flat_map(|facts| &facts.from).filter(|fact| fact.kind == Kind::Subtree) {
                if let Some(alias) = names.find_below(fact.other, asked.path, 0..left) {
                    let need = Need::Type(asked.qtype);
                    self.steps.push(Step { node: alias, need, via: Some(Via::Dname), parent: 0 });
                }
            }
        }
    }

    fn drain(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>, first: usize) {
        let mut at = first;
        while let Some(step) = self.steps.get(at).copied() {
            match step.need {
                Need::Done => {}
                Need::Type(qtype) => self.look(names, goals, asked, (at, step), Some(qtype)),
                Need::Any => self.look(names, goals, asked, (at, step), None),
                Need::Below => self.look_below(names, goals, asked, (at, step)),
            }
            at += 1;
        }
    }

    /// Lookups of one name, and what leads to it.
    fn look(
        &mut self,
        names: &Names,
        goals: &Goals,
        asked: &Asked<'_>,
        (at, step): (usize, Step),
        qtype: Option<u16>,
    ) {
        let node = names.node(step.node);
        let fits = |goal: &Goal| qtype.is_none_or(|qtype| goal.qtype == qtype);
        for (id, goal) in goals.list(node.waiting) {
            if fits(goal) && asked.overlaps(goal) {
                self.find(id, at);
            }
            if !self.spend() {
                return;
            }
        }
        let lately = asked.from.saturating_sub(PREFETCH);
        for (id, goal) in goals.list(node.answered).take_while(|(_, goal)| goal.answered >= lately) {
            if fits(goal) && asked.overlaps(goal) && goal.fetched != 0 {
                self.find(id, at);
            } else if fits(goal) && goal.fetched == 0 && goal.asked <= asked.from + SKEW {
                self.renew(goal, Found { goal: id, step: at as Id });
            }
            if !self.spend() {
                return;
            }
        }
        self.follow(names, (at, step), qtype);
    }

    /// What leads to a name.
    fn follow(&mut self, names: &Names, (at, step): (usize, Step), qtype: Option<u16>) {
        let Some(facts) = &names.node(step.node).facts else { return };
        let is_address = qtype.is_none_or(|qtype| matches!(qtype, rr_type::A | rr_type::AAAA));
        for fact in facts.from.iter().rev() {
            let need = match fact.kind {
                Kind::Alias => qtype.map_or(Need::Any, Need::Type),
                Kind::Server if is_address => Need::Below,
                Kind::Target(rtype) if is_address => Need::Type(rtype),
                Kind::Subtree | Kind::Server | Kind::Target(_) => continue,
            };
            // Below the root everybody waits: its servers are asked for by the resolver itself.
            if fact.other != ROOT && self.seen.insert((fact.other, need)) {
                self.steps.push(Step { node: fact.other, need, via: Some(via(fact.kind)), parent: at as Id });
            }
        }
    }

    /// Lookups at a name and below it, and what leads to those.
    fn look_below(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>, (at, step): (usize, Step)) {
        let is_minimised = step.via == Some(Via::Zone);
        let since = asked.from.saturating_sub(WINDOW);
        let mut visit = |node: NodeId| {
            for (id, goal) in goals.list(names.node(node).waiting) {
                let is_past = is_minimised && goal.fetched != 0 && goal.fetched <= asked.from;
                if asked.overlaps(goal) && !is_past {
                    self.find(id, at);
                }
                if !self.spend() {
                    return false;
                }
            }
            if names.node(node).facts.as_ref().is_some_and(|facts| !facts.from.is_empty()) {
                // In the chain this name stands between the two.
                self.steps.push(Step { node, need: Need::Done, ..step });
                let middle = self.steps.len() - 1;
                self.follow(names, (middle, self.steps[middle]), None);
            }
            self.spend()
        };
        // What is asked for at the name itself is asked for by its own type, where it is not for its zone.
        let is_zone = !is_minimised || asked.qtype == rr_type::NS;
        if !is_zone || visit(step.node) {
            names.below(step.node, since, visit);
        }
    }

    fn find(&mut self, goal: GoalId, step: usize) {
        if self.found.len() >= MAX_ENTRIES {
            self.more += 1;
        } else if step == 0 || self.found.iter().all(|found| found.goal != goal) {
            self.found.push(Found { goal, step: step as Id });
        }
    }

    fn renew(&mut self, goal: &Goal, found: Found) {
        if self.renewed.is_none_or(|(_, asked)| asked < goal.asked) {
            self.renewed = Some((found, goal.asked));
        }
    }

    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0
    }
}

fn via(kind: Kind) -> Via {
    match kind {
        Kind::Alias => Via::Cname,
        Kind::Subtree => Via::Dname,
        Kind::Server => Via::Ns,
        Kind::Target(_) => Via::Additional,
    }
}
