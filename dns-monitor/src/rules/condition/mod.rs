//! What a rule can ask of a lookup, and whether it is so.
//!
//! - `names`: a name against names, and how a name is built;
//! - [`pattern`]: regular expressions;
//! - [`network`]: who asks it;
//! - `entropy`: how random a label looks;
//! - [`lookalike`]: names that pass for others, by the `skeleton` of their letters;
//! - [`daytime`]: when it is asked;
//! - [`facts`]: what several conditions need, worked out once.

pub mod daytime;
mod domain;
mod entropy;
pub mod facts;
pub mod lookalike;
pub mod names;
pub mod network;
pub mod pattern;
mod skeleton;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

pub use daytime::Daytime;
pub use facts::Facts;
pub use lookalike::Lookalike;
pub use network::Prefix;
pub use pattern::Pattern;

use super::{name::NameBuf, subject::Subject};
use crate::sample::Mac;

/// When a rule matches.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them match.
    All(Vec<Condition>),
    /// One of them matches.
    Any(Vec<Condition>),
    /// It does not match.
    Not(Box<Condition>),
    /// The name is one of these.
    Exact(Vec<NameBuf>),
    /// The name is one of these, or below one.
    Suffix(Vec<NameBuf>),
    /// The name is below one of these.
    Below(Vec<NameBuf>),
    /// A regular expression finds something in the name (lower case, no trailing dot; the root is `.`).
    Regex(Pattern),
    /// The query type is one of these.
    Type(Vec<u16>),
    /// The query class is one of these.
    Class(Vec<u16>),
    /// The client is in one of these networks.
    Client(Vec<Prefix>),
    /// The client's Ethernet address is one of these.
    Mac(Vec<Mac>),
    /// The outer VLAN tag is one of these.
    Vlan(Vec<u16>),
    /// The name has so many labels; the root has none.
    Labels(RangeInclusive<usize>),
    /// The longest label has so many bytes.
    LabelLength(RangeInclusive<usize>),
    /// The name has so many characters, dots between labels included; the root has none.
    NameLength(RangeInclusive<usize>),
    /// The longest label below the registered domain has at least this Shannon entropy, bits a character.
    Entropy(f64),
    /// The registered domain looks like one of these, and is none of them.
    Lookalike(Lookalike),
    /// The time of day, local, lies between these.
    Time(Daytime),
}

impl Condition {
    /// Whether it holds for a lookup. For several conditions, [`holds`](Self::holds) is cheaper.
    #[must_use]
    pub fn matches(&self, subject: &Subject<'_>) -> bool {
        self.holds(&Facts::new(*subject))
    }

    /// Whether it holds, given what other conditions have worked out before.
    #[must_use]
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        let subject = &facts.subject;
        let name = subject.name;
        match self {
            Self::All(all) => all.iter().all(|condition| condition.holds(facts)),
            Self::Any(any) => any.iter().any(|condition| condition.holds(facts)),
            Self::Not(not) => !not.holds(facts),
            Self::Exact(listed) => listed.iter().any(|listed| listed.as_bytes() == name),
            Self::Suffix(listed) => listed.iter().any(|listed| names::is_in(name, listed.as_bytes())),
            Self::Below(listed) => listed.iter().any(|listed| names::is_below(name, listed.as_bytes())),
            Self::Regex(pattern) => pattern.0.is_match(facts.shown()),
            Self::Type(types) => types.contains(&subject.qtype),
            Self::Class(classes) => classes.contains(&subject.qclass),
            Self::Client(networks) => networks.iter().any(|network| network.contains(subject.client)),
            Self::Mac(macs) => subject.mac.is_some_and(|mac| macs.contains(&mac)),
            Self::Vlan(tags) => subject.vlan.is_some_and(|tag| tags.contains(&tag)),
            Self::Labels(range) => range.contains(&names::labels(name)),
            Self::LabelLength(range) => range.contains(&names::longest_label(name).len()),
            Self::NameLength(range) => range.contains(&names::length(name)),
            Self::Entropy(least) => facts.entropy().is_some_and(|entropy| entropy >= *least),
            Self::Lookalike(lookalike) => lookalike.finds(facts),
            Self::Time(daytime) => facts.moment().is_some_and(|moment| daytime.contains(moment)),
        }
    }
}
