//! A lookup gets its verdict: what the kernel did with it, and what only the agent can see.
//!
//! A message that the kernel could not judge, such as one that came in fragments or in pieces of a TCP stream, is judged
//! here: nothing was done about it, and the verdict says so.

use std::sync::Arc;

use super::{
    action::{Action, Block, Effect},
    ruleset::{Ruleset, decision::Decision, learned::Learn},
    subject::Subject,
    verdict::{Done, Enforced, Judged, Judgement, Verdict},
};
use crate::{
    decode::{name::MAX_WIRE_LENGTH, opcode},
    sample::{Packet, Transport},
    track::{
        lookup::{Lookup, Seen},
        role::Role,
    },
};

#[cfg(test)]
mod tests;

/// The rules in force, and those before them: samples that were taken under those may still come.
#[derive(Default)]
pub struct Judge {
    now: Option<Arc<Ruleset>>,
    before: Option<Arc<Ruleset>>,
}

/// What is to be said of a lookup, and what the kernel should know from now on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome<'r> {
    /// What is to be said. Whoever has the kernel learn what it should sets [`Enforced::Next`].
    pub judgement: Judgement<'r>,
    /// What should be learned.
    pub learn: Option<Learn>,
}

impl Judge {
    /// New rules are in force.
    pub fn replace(&mut self, rules: Arc<Ruleset>) {
        self.before = self.now.replace(rules);
    }

    /// The rules in force.
    #[must_use]
    pub const fn rules(&self) -> Option<&Arc<Ruleset>> {
        self.now.as_ref()
    }

    /// Judges a lookup: the query of a client, with one question that can be read. Others get none.
    #[must_use]
    pub fn judge(&self, lookup: &Lookup<'_>) -> Outcome<'_> {
        let Some(seen) = lookup.query.as_ref().filter(|_| lookup.role == Role::Client && self.now.is_some())
        else {
            return Outcome::default();
        };
        if self.is_settled(&seen.datagram.packet) {
            return Outcome::default();
        }
        let mut buffer = [0; MAX_WIRE_LENGTH];
        let Some(subject) = subject(seen, &mut buffer) else { return Outcome::default() };
        let judged = seen.datagram.packet.judged;
        match judged.and_then(|judged| Some((judged, self.known(judged.generation)?))) {
            Some((judged, rules)) if fits(rules, &judged, &subject, seen) => {
                enforced(rules, &judged, &subject, seen)
            }
            // Another query of its segment was blocked, and this one with it.
            Some((Judged { done: Done::Reset, .. }, _)) => reset_along(),
            _ => self.now.as_deref().map(|rules| unenforced(rules, &subject, seen)).unwrap_or_default(),
        }
    }

    /// Whether the kernel has found nothing, and there is nothing that only the agent could find: nearly every lookup.
    fn is_settled(&self, packet: &Packet) -> bool {
        let Some(Judged { generation, candidate: 0, .. }) = packet.judged else { return false };
        packet.transport == Transport::Udp && self.known(generation).is_some_and(Ruleset::is_kernels_alone)
    }

    /// What the rule says by which the kernel programs blocked a lookup; `None` where its rules are gone.
    #[must_use]
    pub fn effect(&self, lookup: &Lookup<'_>) -> Option<Effect> {
        let seen = lookup.query.as_ref()?;
        let judged = seen.datagram.packet.judged?;
        let rules = self.known(judged.generation)?;
        let mut buffer = [0; MAX_WIRE_LENGTH];
        let subject = subject(seen, &mut buffer)?;
        Some(rules.effect(&rules.decided(&judged, &subject)?))
    }

    fn known(&self, generation: u8) -> Option<&Ruleset> {
        let both = [&self.now, &self.before];
        both.into_iter().flatten().map(Arc::as_ref).find(|rules| rules.generation() == generation)
    }
}

/// What rules are asked about, of a query.
fn subject<'s>(seen: &Seen<'_>, buffer: &'s mut [u8; MAX_WIRE_LENGTH]) -> Option<Subject<'s>> {
    let message = seen.message.as_ref().ok()?;
    if message.header.qr() || message.header.opcode() != opcode::QUERY || message.header.questions != 1 {
        return None;
    }
    let question = message.question.as_ref()?;
    let name: &'s [u8] = question.name.canonical(buffer);
    let packet = &seen.datagram.packet;
    Some(Subject {
        // Without the root label.
        name: name.split_last().map_or(&[], |(_, labels)| labels),
        qtype: question.qtype,
        qclass: question.qclass,
        client: packet.source,
        mac: packet.source_mac,
        vlan: packet.outer_vlan,
        time: packet.time,
    })
}

/// Whether what the kernel says is about this message: several may come in one TCP segment, and it judges the first.
fn fits(rules: &Ruleset, judged: &Judged, subject: &Subject<'_>, seen: &Seen<'_>) -> bool {
    if seen.datagram.packet.transport == Transport::Udp {
        return true;
    }
    let (said, found) = (rules.decided(judged, subject), rules.decide_table(subject));
    said.map(|decision| decision.by) == found.map(|decision| decision.by)
}

/// The kernel judged: what it did stands, whatever the agent finds.
fn enforced<'r>(rules: &'r Ruleset, judged: &Judged, subject: &Subject<'_>, seen: &Seen<'_>) -> Outcome<'r> {
    let kernel = rules.decided(judged, subject);
    let best = rules.decide_rest(subject, kernel);
    let agent = best.filter(Decision::is_agent_only);
    let (verdict, how) = match (judged.done, kernel) {
        (Done::Passed, _) => return passed(rules, best, kernel, subject, seen),
        (Done::Would(block), _) => (Verdict::Would(block), None),
        (Done::Blocked(block), _) => (Verdict::Blocked(block), Some(Enforced::Kernel)),
        (Done::Reset, kernel) => (Verdict::Blocked(block_of(rules, kernel)), Some(Enforced::Reset)),
    };
    if let (Verdict::Would(_), Some(agent)) = (verdict, agent) {
        return passed(rules, Some(agent), kernel, subject, seen);
    }
    // A stronger rule that the kernel could not ask lets the next such lookup pass.
    let learn = agent.and_then(|decision| rules.learn(&decision, subject));
    let rule = kernel.map(|decision| rules.hit(&decision));
    Outcome { judgement: Judgement { verdict, enforced: how, rule }, learn }
}

/// No rule is against it, and it did not reach the resolver all the same.
fn reset_along<'r>() -> Outcome<'r> {
    let (verdict, enforced) = (Verdict::Blocked(Block::Drop), Some(Enforced::Reset));
    Outcome { judgement: Judgement { verdict, enforced, rule: None }, learn: None }
}

/// Nobody judged it before.
fn unenforced<'r>(rules: &'r Ruleset, subject: &Subject<'_>, seen: &Seen<'_>) -> Outcome<'r> {
    passed(rules, rules.decide(subject), None, subject, seen)
}

/// The lookup went its way, whatever the rules say.
fn passed<'r>(
    rules: &'r Ruleset,
    best: Option<Decision>,
    by_kernel: Option<Decision>,
    subject: &Subject<'_>,
    seen: &Seen<'_>,
) -> Outcome<'r> {
    let Some(decision) = best else { return Outcome::default() };
    // What the kernel decided by, it has counted.
    if by_kernel != Some(decision) {
        rules.count(&decision);
    }
    let effect = rules.effect(&decision);
    let mut outcome = Outcome::default();
    match effect.action {
        Action::Allow => return outcome,
        // The client has come back over TCP, as it was told.
        Action::Block(Block::TcpOnly) if seen.datagram.packet.transport == Transport::Tcp => return outcome,
        Action::Observe | Action::Alert => {}
        Action::Block(block) if effect.would => outcome.judgement.verdict = Verdict::Would(block),
        Action::Block(_) => {
            outcome.judgement.enforced = Some(Enforced::No);
            outcome.learn = rules.learn(&decision, subject);
        }
    }
    outcome.judgement.rule = Some(rules.hit(&decision));
    outcome
}

/// What a rule blocks with; a reset is only ever done for one that does.
fn block_of(rules: &Ruleset, decision: Option<Decision>) -> Block {
    match decision.map(|decision| rules.effect(&decision).action) {
        Some(Action::Block(block)) => block,
        _ => Block::Drop,
    }
}
