//! Names that a rule blocks which only the agent can decide: the kernel learns each for a while, so that the second lookup
//! is kept from the resolver.
//!
//! There is room for so many; the oldest goes first, and is counted.

use std::net::IpAddr;

use dns_monitor_common::rule::{Candidate, candidate};
use hashlink::LinkedHashMap;

use super::{
    Ruleset,
    decision::{By, Decision},
    live::{Change, LiveError, Publish, Token},
    rest::{Learnable, Test},
};
use crate::{
    rules::{compile::lower, condition::Facts, entry::Scope, name::NameBuf, subject::Subject},
    sample::Mac,
};

const SECOND: u64 = 1_000_000_000;

/// What the kernel is to learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Learn {
    /// The lookup it was learned from, for the next set of rules to judge again.
    pub asked: Asked,
    /// What stands for the rule on this name.
    pub candidate: Candidate,
    /// Line of the rule.
    pub line: u32,
    /// For how long, s.
    pub ttl: u32,
}

/// A lookup that is kept; see [`Subject`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The name.
    pub name: NameBuf,
    qtype: u16,
    qclass: u16,
    client: IpAddr,
    mac: Option<Mac>,
    vlan: Option<u16>,
    time: u64,
}

impl Asked {
    fn of(subject: &Subject<'_>) -> Self {
        let Subject { name, qtype, qclass, client, mac, vlan, time } = *subject;
        Self { name: NameBuf::from_canonical(name), qtype, qclass, client, mac, vlan, time }
    }

    fn subject(&self) -> Subject<'_> {
        let Self { name, qtype, qclass, client, mac, vlan, time } = self;
        let name = name.as_bytes();
        Subject { name, qtype: *qtype, qclass: *qclass, client: *client, mac: *mac, vlan: *vlan, time: *time }
    }
}

impl Ruleset {
    /// What the kernel can learn from a decision that only the agent could take; `None`: nothing, since the rule asks what
    /// no candidate can, or its origin does not want it.
    #[must_use]
    pub fn learn(&self, decision: &Decision, subject: &Subject<'_>) -> Option<Learn> {
        let By::Agent(number) = decision.by else { return None };
        let rule = self.rest.rules.get(number as usize)?;
        let ttl = self.origins.get(usize::from(rule.origin))?.learn_ttl;
        if ttl == 0 || subject.name.is_empty() {
            return None;
        }
        let candidate = match &rule.test {
            Test::Candidate(found) => {
                let flags = found.flags & !candidate::BELOW | candidate::EXACT;
                Candidate { flags, ..*found }
            }
            Test::Conditions { when, effect, learn } => {
                let later =
                    Subject { time: subject.time.saturating_add(u64::from(ttl) * SECOND), ..*subject };
                let facts = Facts::new(later);
                if !when.iter().all(|condition| condition.holds(&facts)) {
                    return None;
                }
                learn.as_ref()?.fit(lower::plain(rule.origin, effect, Scope::Exact), subject)?
            }
        };
        Some(Learn { asked: Asked::of(subject), candidate, line: rule.line, ttl })
    }
}

impl Learnable {
    /// Asks what the rule asks, with the values of this lookup.
    fn fit(&self, plain: Candidate, subject: &Subject<'_>) -> Option<Candidate> {
        let mut fit = Candidate { clients: self.clients, not_clients: self.not_clients, ..plain };
        if self.qtype {
            fit.type_count = 1;
            fit.types[0] = subject.qtype;
        }
        if self.class {
            // 0 would be any class.
            fit.class = Some(subject.qclass).filter(|class| *class != 0)?;
        }
        if self.mac {
            fit.mac = subject.mac?;
            fit.flags |= candidate::MAC;
        }
        if self.vlan {
            fit.vlan = subject.vlan?;
            fit.flags |= candidate::VLAN;
        }
        Some(fit)
    }
}

#[derive(Debug)]
struct Known {
    learn: Learn,
    token: Token,
    /// `CLOCK_MONOTONIC`, s.
    expires: u32,
}

/// The names that the kernel has learned.
#[derive(Debug)]
pub struct Learned {
    most: usize,
    known: LinkedHashMap<(NameBuf, Candidate), Known, foldhash::fast::RandomState>,
    evicted: u64,
}

impl Learned {
    /// Room for `most` names.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, known: LinkedHashMap::default(), evicted: 0 }
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// How many had to go before their time, for want of room.
    #[must_use]
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Learns a name, or learns it for longer. `now`: `CLOCK_MONOTONIC`, s.
    ///
    /// # Errors
    /// [`LiveError`]: the kernel does not know it.
    pub fn learn(
        &mut self,
        rules: &Ruleset,
        learn: Learn,
        now: u32,
        publish: &mut dyn Publish,
    ) -> Result<(), LiveError> {
        if self.most == 0 {
            return Err(LiveError::Candidates);
        }
        let expires = now.saturating_add(learn.ttl);
        self.put(rules, learn, expires, publish)
    }

    fn put(
        &mut self,
        rules: &Ruleset,
        learn: Learn,
        expires: u32,
        publish: &mut dyn Publish,
    ) -> Result<(), LiveError> {
        let key = (learn.asked.name.clone(), learn.candidate);
        if let Some(known) = self.known.remove(&key) {
            rules.remove(known.token, publish)?;
        }
        while self.known.len() >= self.most {
            let Some((_, oldest)) = self.known.pop_front() else { break };
            self.evicted += 1;
            rules.remove(oldest.token, publish)?;
        }
        let name = learn.asked.name.as_bytes();
        let change = Change { name, candidate: learn.candidate, line: learn.line, expires: Some(expires) };
        let token = rules.insert(&change, publish)?;
        self.known.insert(key, Known { learn, token, expires });
        Ok(())
    }

    /// Forgets the names whose time is over. `now`: `CLOCK_MONOTONIC`, s.
    ///
    /// # Errors
    /// [`LiveError`]: the kernel's map cannot be written. The names no longer apply all the same.
    pub fn expire(&mut self, rules: &Ruleset, now: u32, publish: &mut dyn Publish) -> Result<(), LiveError> {
        let mut over = Vec::new();
        self.known.retain(|_, known| {
            let is_over = known.expires <= now;
            over.extend(is_over.then_some(known.token));
            !is_over
        });
        over.into_iter().try_for_each(|token| rules.remove(token, publish).map(drop))
    }

    /// Teaches the next set of rules, before it is in force, what it would decide as well. The rest is forgotten, as is
    /// what it has no room for.
    pub fn move_to(&mut self, rules: &Ruleset, publish: &mut dyn Publish) {
        for (_, known) in std::mem::take(&mut self.known) {
            let subject = known.learn.asked.subject();
            let decision = rules.decide(&subject);
            let Some(learn) = decision.and_then(|decision| rules.learn(&decision, &subject)) else {
                continue;
            };
            // A name that is not taken is learned again when it is asked for.
            let _ = self.put(rules, learn, known.expires, publish);
        }
    }
}
