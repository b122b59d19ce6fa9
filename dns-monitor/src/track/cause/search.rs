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
/// What it does to renew something, one step after the other, may take longer: so far is looked back, ns.
const LATELY: u64 = 10 * PREFETCH;
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
pub struct Step {
    node: NodeId,
    /// So many labels of the resolver's question stand before it: the name itself is only made up from a DNAME.
    prefix: u8,
    need: Need,
    via: Option<Via>,
    parent: Id,
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
    /// Whether a client waited for something when the resolver asked.
    fn overlaps(&self, goal: &Goal) -> bool {
        self.follows(goal) && goal.waits(self.from.saturating_sub(SKEW))
    }

    /// Whether a client asked before the resolver did.
    fn follows(&self, goal: &Goal) -> bool {
        goal.asked <= self.from.saturating_add(SKEW)
    }

    /// Whether a client came soon after the resolver asked, before it was told.
    fn is_joined_by(&self, goal: &Goal) -> bool {
        let joined = self.until.min(self.from.saturating_add(JOIN));
        !self.follows(goal) && goal.asked <= joined.saturating_add(SKEW) && goal.overtaken == 0
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
    /// Targets of record data lead back as well.
    with_targets: bool,
    /// Whose answer is renewed: what is already being renewed first, then who asked last.
    renewed: Option<(Found, (bool, u64))>,
}

impl Search {
    /// Forgets the last search.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.seen.clear();
        self.found.clear();
        (self.more, self.budget, self.renewed) = (0, BUDGET, None);
        self.with_targets = false;
    }

    /// The same as [`Search::data`], and who waits for record data whose target this is. Few resolvers fetch such targets
    /// by themselves (BIND does not), so it is looked for last.
    pub fn targets(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>) {
        self.clear();
        self.with_targets = true;
        self.data(names, goals, asked);
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

    /// Whether what was asked for is what the lookup is for in the end: its own data, or that of its alias.
    pub fn is_data(&self, found: &Found) -> bool {
        self.chain(found).all(|(via, _)| matches!(via, Via::Cname | Via::Dname))
    }

    /// How its name leads to the one that the resolver asked for: each step, and the name that it comes to; the last
    /// one has none, it is the resolver's question.
    pub fn chain<'s>(&'s self, found: &Found) -> impl Iterator<Item = (Via, Option<&'s Step>)> + use<'s> {
        let mut at = self.steps.get(found.step as usize);
        std::iter::from_fn(move || {
            let step = at?;
            let via = step.via?;
            at = self.steps.get(step.parent as usize);
            Some((via, at.filter(|next| next.via.is_some())))
        })
    }

    /// Who waits for this name and type, or for what is an alias of it or has it as a server or target.
    pub fn data(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>) {
        let exact = names.find(asked.path, 0);
        let (node, need) = exact.map_or((NONE, Need::Done), |node| (node, Need::Type(asked.qtype)));
        self.steps.push(Step { node, prefix: 0, need, via: None, parent: NONE });
        for (node, left) in names.above(asked.path).skip(1).filter(|(_, left)| *left > 0) {
            self.made_up(names, asked, (node, left as u8), 0);
        }
        self.drain(names, goals, asked, 0);
        // Who came later joins those who came before, or the resolver asks for somebody else.
        if !self.found.iter().any(|found| goals.get(found.goal).is_some_and(|goal| asked.follows(goal))) {
            self.found.clear();
            self.more = 0;
        }
    }

    /// Names that a DNAME makes aliases of a name that ends in `node`, behind so many labels of the question.
    fn made_up(&mut self, names: &Names, asked: &Asked<'_>, (node, prefix): (NodeId, u8), parent: usize) {
        let facts = names.node(node).facts.as_ref();
        for fact in facts.iter().flat_map(|facts| &facts.from).filter(|fact| fact.kind == Kind::Subtree) {
            let need = Need::Type(asked.qtype);
            if self.seen.insert((fact.other, Need::Done)) {
                let via = Some(Via::Dname);
                self.steps.push(Step { node: fact.other, prefix, need, via, parent: parent as Id });
            }
        }
    }

    /// Who waits for something at this name or below it.
    pub fn below(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>) {
        let skip = usize::from(asked.path.is_underscored());
        let Some(top) = names.find(asked.path, skip) else { return };
        let via = if asked.is_dnssec() { Via::Dnssec } else { Via::Zone };
        let first = self.steps.len();
        self.steps.push(Step { node: top, prefix: 0, need: Need::Below, via: Some(via), parent: 0 });
        self.drain(names, goals, asked, first);
        if asked.is_dnssec() {
            self.prefer_told(goals, asked);
        }
    }

    /// Whether a client that had its answer explains it better than those who wait: it came later.
    pub fn prefer_renewed(&mut self, goals: &Goals, asked: &Asked<'_>) -> bool {
        let Some((renewed, (_, time))) = self.renewed else { return false };
        let cue = |found: &Found| goals.get(found.goal).map_or(0, |goal| goal.cue(asked.from));
        let is_latest = self.found.iter().map(cue).all(|cue| cue < time);
        if is_latest {
            (self.found, self.more) = (vec![renewed], 0);
        }
        is_latest
    }

    /// Validation begins when the answer is there: where some have theirs, they are the ones.
    fn prefer_told(&mut self, goals: &Goals, asked: &Asked<'_>) {
        let is_told = |found: &Found| {
            goals.get(found.goal).is_some_and(|goal| goal.told != 0 && goal.told <= asked.from + SKEW)
        };
        // Those of the root are asked for at start, too.
        if asked.path.count() == 0 || self.found.iter().any(is_told) {
            self.found.retain(is_told);
        }
    }

    /// Whether a client was given an answer from the cache just then, which is renewed.
    pub fn find_renewed(&mut self) -> bool {
        self.found.extend(self.renewed.map(|(found, _)| found));
        self.has_found()
    }

    /// Whether the client that was found was given something that is renewed.
    pub fn renews(&self, goals: &Goals) -> bool {
        self.found.iter().any(|found| goals.get(found.goal).is_some_and(|goal| goal.renews))
    }

    /// For whom it was once learned that this name matters: that client may be long content, but not what it set off.
    pub fn find_lingering(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>) -> bool {
        for at in 0..self.steps.len() {
            let step = self.steps[at];
            let facts = (step.node != NONE).then(|| names.node(step.node).facts.as_ref()).flatten();
            for fact in facts.iter().flat_map(|facts| facts.from.iter().rev()) {
                let recent =
                    |goal: &&Goal| asked.follows(goal) && goal.asked.saturating_add(WINDOW) >= asked.from;
                if goals.get(fact.by).filter(recent).is_none() {
                    continue;
                }
                self.steps.push(Step {
                    node: fact.other,
                    prefix: 0,
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

    fn drain(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>, first: usize) {
        let mut at = first;
        while let Some(step) = self.steps.get(at).copied() {
            match (step.need, step.prefix()) {
                (Need::Done, _) => {}
                (Need::Type(qtype), 0) => self.look(names, goals, asked, (at, step.node), Some(qtype)),
                (Need::Type(qtype), prefix) => {
                    if let Some(node) = names.find_below(step.node, asked.path, 0..prefix) {
                        self.look(names, goals, asked, (at, node), Some(qtype));
                    }
                    self.made_up(names, asked, (step.node, step.prefix), at);
                }
                (Need::Any, _) => self.look(names, goals, asked, (at, step.node), None),
                (Need::Below, _) => self.look_below(names, goals, asked, (at, step)),
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
        (at, node): (usize, NodeId),
        qtype: Option<u16>,
    ) {
        let fits = |goal: &Goal| qtype.is_none_or(|qtype| goal.qtype == qtype);
        for (id, goal) in goals.list(names.node(node).waiting) {
            if fits(goal) && (asked.overlaps(goal) || asked.is_joined_by(goal)) {
                self.find(id, at);
            }
            if !self.spend() {
                return;
            }
        }
        self.look_back(names, goals, asked, (at, node), fits);
        self.follow(names, (at, node), qtype);
    }

    /// Lookups of a name that have their answer, lately: it came from elsewhere, or was renewed.
    fn look_back(
        &mut self,
        names: &Names,
        goals: &Goals,
        asked: &Asked<'_>,
        (at, node): (usize, NodeId),
        fits: impl Fn(&Goal) -> bool,
    ) {
        let (lately, just_now) = (asked.from.saturating_sub(LATELY), asked.from.saturating_sub(PREFETCH));
        let answered = goals.list(names.node(node).answered);
        for (id, goal) in answered.take_while(|(_, goal)| goal.answered >= lately) {
            if goal.fetched != 0 && fits(goal) && asked.overlaps(goal) {
                self.find(id, at);
                continue;
            }
            let is_fresh = goal.answered >= just_now || (goal.renews && goal.last >= just_now);
            if is_fresh && goal.fetched == 0 && fits(goal) && goal.asked <= asked.from {
                self.renew(goal, Found { goal: id, step: at as Id });
            }
            if !self.spend() {
                return;
            }
        }
    }

    /// What leads to a name.
    fn follow(&mut self, names: &Names, (at, node): (usize, NodeId), qtype: Option<u16>) {
        let Some(facts) = &names.node(node).facts else { return };
        let is_address = qtype.is_none_or(|qtype| matches!(qtype, rr_type::A | rr_type::AAAA));
        for fact in facts.from.iter().rev() {
            let need = match (fact.kind, qtype) {
                (Kind::Alias, Some(qtype)) => Need::Type(qtype),
                (Kind::Alias, None) => Need::Any,
                (Kind::Subtree, None) => Need::Below,
                (Kind::Server, _) if is_address => Need::Below,
                (Kind::Target(rtype), _) if is_address && self.with_targets => Need::Type(rtype),
                (Kind::Subtree | Kind::Server | Kind::Target(_), _) => continue,
            };
            // Below the root everybody waits: its servers are asked for by the resolver itself.
            if fact.other != ROOT && self.seen.insert((fact.other, need)) {
                let via = Some(via(fact.kind));
                self.steps.push(Step { node: fact.other, prefix: 0, need, via, parent: at as Id });
            }
        }
    }

    /// Lookups at a name and below it, and what leads to those.
    fn look_below(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>, (at, step): (usize, Step)) {
        let is_minimised = step.via == Some(Via::Zone);
        let since = asked.from.saturating_sub(WINDOW);
        let mut visit = |node: NodeId| {
            for (id, goal) in goals.list(names.node(node).waiting) {
                if asked.overlaps(goal) && !(is_minimised && is_past(names, goal, step.node, asked)) {
                    self.find(id, at);
                }
                if !self.spend() {
                    return false;
                }
            }
            self.look_back(names, goals, asked, (at, node), |_| true);
            if names.node(node).facts.as_ref().is_some_and(|facts| !facts.from.is_empty()) {
                // In the chain this name stands between the two.
                self.steps.push(Step { node, need: Need::Done, ..step });
                self.follow(names, (self.steps.len() - 1, node), None);
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
        let rank = (goal.renews, goal.asked);
        if self.renewed.is_none_or(|(_, best)| best < rank) {
            self.renewed = Some((found, rank));
        }
    }

    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0
    }
}

/// Whether the resolver had asked for something nearer to what a client waits for: it had come past `top` then.
fn is_past(names: &Names, goal: &Goal, top: NodeId, asked: &Asked<'_>) -> bool {
    let nearer = names.up_to(goal.node, top);
    nearer.into_iter().any(|node| goal.asked <= node.sought && node.sought < asked.from)
}

fn via(kind: Kind) -> Via {
    match kind {
        Kind::Alias => Via::Cname,
        Kind::Subtree => Via::Dname,
        Kind::Server => Via::Ns,
        Kind::Target(_) => Via::Additional,
    }
}
