//! From what the resolver asks back to the clients that wait for it.
//!
//! [`question`]: what is looked for; [`walk`]: the way back. Here: in which order it is tried.

mod question;
mod walk;

use std::collections::HashSet;

use foldhash::fast::RandomState;

use self::question::Need;
pub use self::question::{Asked, Found, SKEW, Step, Via};
use super::{
    facts::Kind,
    goals::{Goal, Goals, WINDOW},
    list::{Id, NONE},
    names::{Names, NodeId, ROOT},
};

/// Clients that are named.
pub const MAX_ENTRIES: usize = 256;
/// Names and lookups that are looked at for one question, where many wait.
const BUDGET: usize = 4096;

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
    /// Whose answer is renewed, and what made the resolver do that just now: its question, or the step before.
    renewed: Option<(Found, u64)>,
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
        let exact = asked.trail.without(0);
        let (node, need) = exact.map_or((NONE, Need::Done), |node| (node, Need::Type(asked.qtype)));
        self.steps.push(Step { node, prefix: 0, need, via: None, parent: NONE });
        for (node, left) in asked.trail.above().skip(1) {
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
        let Some(top) = asked.trail.without(skip) else { return };
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
        let Some((renewed, time)) = self.renewed else { return false };
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
                    via: Some(fact.kind.into()),
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
}
