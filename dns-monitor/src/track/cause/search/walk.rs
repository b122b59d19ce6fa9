//! The way back, step by step.

use super::{
    super::{
        facts::Kind,
        goals::{Goal, GoalId, Goals, WINDOW},
        list::Id,
        names::{Names, NodeId, ROOT},
    },
    MAX_ENTRIES, Search,
    question::{Asked, Found, Need, Step, Via},
};
use crate::decode::rr_type;

/// A resolver renews a record when it has answered from it, not long after, ns.
const PREFETCH: u64 = 20_000_000;
/// What it does to renew something, one step after the other, may take longer: so far is looked back, ns.
const LATELY: u64 = 10 * PREFETCH;

impl Search {
    /// Takes all steps from `first` on, those that it finds included.
    pub(super) fn drain(&mut self, names: &Names, goals: &Goals, asked: &Asked<'_>, first: usize) {
        let mut at = first;
        while let Some(step) = self.steps.get(at).copied()
            && self.spend()
        {
            match (step.need, step.prefix()) {
                (Need::Done, _) => {}
                (Need::Type(qtype), 0) => self.look(names, goals, asked, (at, step.node), Some(qtype)),
                (Need::Type(qtype), prefix) => {
                    if let Some(node) = names.find_below(step.node, asked.path, prefix) {
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
            // Only who asks for the very same joins: before an alias leads anywhere, it must be known.
            let joins = at == 0 && asked.is_joined_by(goal);
            if fits(goal) && (asked.overlaps(goal) || joins) {
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
                self.renew(goal.cue(asked.from), Found { goal: id, step: at as Id });
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
                let via = Some(fact.kind.into());
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

    fn renew(&mut self, cue: u64, found: Found) {
        if self.renewed.is_none_or(|(_, latest)| latest < cue) {
            self.renewed = Some((found, cue));
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
