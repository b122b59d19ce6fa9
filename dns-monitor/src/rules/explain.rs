//! Which rules match a lookup, which one wins, and why.

use std::fmt;

use super::{
    action::Action,
    compile::origin::{class_of, same_class},
    name::{Shown, suffixes},
    ruleset::{Ruleset, decision::Decision, rank},
    subject::Subject,
};

#[cfg(test)]
mod tests;

/// Who can decide by a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decides {
    /// The kernel programs, on the packet.
    Kernel,
    /// The agent alone: where the rule blocks, the kernel learns the name, and the next lookup is blocked.
    Agent,
}

/// How a match fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It decides.
    Wins,
    /// The client is exempt.
    Exempt,
    /// One of a stronger class decides: these two.
    Class(&'static str, &'static str),
    /// One that comes earlier in the configuration decides.
    Order,
    /// One for a more specific name decides.
    Specificity,
    /// An equal that the kernel knows, or that stands before it, decides.
    Tie,
}

/// A rule that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The list or rule.
    pub origin: String,
    /// `file:line`.
    pub place: String,
    /// What it stands under: a name, a regular expression between slashes, or `*` where it has neither.
    pub pattern: String,
    /// What it does.
    pub action: Action,
    /// Beats what is not important.
    pub important: bool,
    /// It only tries.
    pub would: bool,
    /// Who can decide by it.
    pub decides: Decides,
    /// How it fares.
    pub outcome: Outcome,
}

/// All rules that match, strongest first.
#[must_use]
pub fn explain(rules: &Ruleset, subject: &Subject<'_>) -> Vec<Match> {
    let mut found = rules.matches(subject);
    found.sort_by_key(|decision| (decision.key, decision.is_agent_only()));
    let exempt = rules.is_exempt(subject);
    let winner = found.first().copied();
    let outcome = |number: usize, decision: &Decision| match winner {
        _ if exempt => Outcome::Exempt,
        Some(winner) if number > 0 => loses(decision, &winner),
        _ => Outcome::Wins,
    };
    let all = found.iter().enumerate();
    all.map(|(number, decision)| describe(rules, subject, decision, outcome(number, decision))).collect()
}

fn describe(rules: &Ruleset, subject: &Subject<'_>, decision: &Decision, outcome: Outcome) -> Match {
    let hit = rules.hit(decision);
    let effect = rules.effect(decision);
    Match {
        origin: hit.name.to_owned(),
        place: hit.id,
        pattern: pattern(rules, subject, decision),
        action: effect.action,
        important: effect.important,
        would: effect.would,
        decides: if decision.is_agent_only() { Decides::Agent } else { Decides::Kernel },
        outcome,
    }
}

fn pattern(rules: &Ruleset, subject: &Subject<'_>, decision: &Decision) -> String {
    if let Some(regex) = rules.regex(decision) {
        return format!("/{regex}/");
    }
    let depth = usize::from(decision.depth);
    let names: Vec<_> = suffixes(subject.name).filter(|name| !name.is_empty()).collect();
    match names.len().checked_sub(depth).filter(|_| depth > 0).and_then(|at| names.get(at)) {
        Some(name) => Shown(name).to_string(),
        None => "*".to_owned(),
    }
}

/// Why a match is weaker than the one that wins.
fn loses(decision: &Decision, winner: &Decision) -> Outcome {
    let (mine, its) = (rank(decision), rank(winner));
    if !same_class(mine, its) {
        return Outcome::Class(class_of(its), class_of(mine));
    }
    if mine != its {
        return Outcome::Order;
    }
    if decision.key != winner.key { Outcome::Specificity } else { Outcome::Tie }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wins => f.write_str("decides"),
            Self::Exempt => f.write_str("does not apply: the client is exempt from all rules"),
            Self::Class(its, mine) => write!(f, "loses: {its} beats {mine}"),
            Self::Order => {
                f.write_str("loses: the list or rule that decides comes earlier in the configuration")
            }
            Self::Specificity => f.write_str("loses: the entry that decides is more specific"),
            Self::Tie => f.write_str("loses: the entry that decides is as specific and comes first"),
        }
    }
}

impl Decides {
    /// As the command line says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Agent => "agent",
        }
    }
}
