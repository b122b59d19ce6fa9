//! The rule behind a decision: where it stands and what it does.

use dns_monitor_common::rule::{Candidate, NO_EDE, candidate};

use super::{
    Ruleset,
    decision::{By, Decision},
    rest::Test,
};
use crate::rules::{
    action::{Action, Effect, Sinkhole},
    compile::origin::is_important,
    verdict::Hit,
};

impl Ruleset {
    pub(super) fn origin_of(&self, decision: &Decision) -> usize {
        let origin = match decision.by {
            By::Candidate(index) => self.candidate(index).map(|candidate| candidate.origin),
            By::Agent(number) => self.rest.rules.get(number as usize).map(|rule| rule.origin),
        };
        usize::from(origin.unwrap_or(0))
    }

    /// The rule of a decision, as events name it.
    #[must_use]
    pub fn hit(&self, decision: &Decision) -> Hit<'_> {
        // Origin 0 is always there, and a decision names no other that is not.
        let origin = &self.origins[self.origin_of(decision).min(self.origins.len() - 1)];
        Hit {
            id: origin.place(decision.line),
            name: &origin.name,
            ruleset: origin.ruleset(),
            category: origin.category.as_deref(),
            severity: origin.severity,
            action: self.effect(decision).action,
        }
    }

    /// What a decision does.
    #[must_use]
    pub fn effect(&self, decision: &Decision) -> Effect {
        let effect = match decision.by {
            By::Candidate(index) => self.candidate(index).map(|candidate| effect_of(&candidate)),
            By::Agent(number) => self.rest.rules.get(number as usize).map(|rule| match &rule.test {
                Test::Candidate(candidate) => effect_of(candidate),
                Test::Conditions { effect, .. } => *effect,
            }),
        };
        effect.unwrap_or(Effect::of(Action::Allow))
    }

    /// The regular expression that a decision stands under, where a list has it.
    pub(in crate::rules) fn regex(&self, decision: &Decision) -> Option<&str> {
        let By::Agent(number) = decision.by else { return None };
        self.rest.rules.get(number as usize)?.regex.as_deref()
    }
}

/// What a candidate does.
pub(in crate::rules) fn effect_of(found: &Candidate) -> Effect {
    let has = |flag: u16| found.flags & flag != 0;
    let important = found.rank != 0 && is_important(found.rank);
    Effect {
        action: Action::from_code(found.action).unwrap_or(Action::Allow),
        sinkhole: Sinkhole {
            v4: has(candidate::V4).then(|| found.v4.into()),
            v6: has(candidate::V6).then(|| found.v6.into()),
        },
        ttl: found.ttl,
        ede: Some(found.ede).filter(|code| *code != NO_EDE),
        important,
        would: has(candidate::WOULD),
    }
}
