//! What can be wrong with an entry, or with a set of rules as a whole.

use std::{fmt, io};

use dns_monitor_common::rule::{MAX_ORIGINS, MAX_PREFIXES};

/// Why there is no set of rules.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// More lists and rules than there are counters.
    #[error("more than {} lists and rules: put several lists into one folder, or rules into one list", MAX_ORIGINS - 1)]
    TooManyOrigins,
    /// More names than 32 bits count.
    #[error("{0} names are more than one table can hold: remove a list")]
    TooManyNames(usize),
    /// The clients that nothing applies to do not fit.
    #[error("more than {MAX_PREFIXES} networks of clients: name larger ones")]
    TooManyPrefixes,
    /// No memory for the table.
    #[error("no memory for {names} names: {source}")]
    Room {
        /// How many there are.
        names: usize,
        /// Why.
        source: io::Error,
    },
}

/// An entry or rule that is not part of the set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Rejected {
    /// The list or rule.
    pub origin: String,
    /// `file:line`.
    pub place: String,
    /// Why.
    pub why: Why,
}

/// Why an entry is not part of the set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It blocks more than anybody wants.
    #[error("this would block {0}: set i_mean_it = true in `{1}` if that is wanted")]
    Refused(Danger, String),
    /// A regular expression that cannot be used.
    #[error("the regular expression `{pattern}` cannot be used: {why}")]
    BadRegex {
        /// It.
        pattern: String,
        /// What the parser says.
        why: String,
    },
}

/// What an entry would block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Danger {
    /// Every name.
    Everything,
    /// All that is below a public suffix of one label.
    Tld(String),
    /// A zone that the resolver itself serves.
    OwnZone(String),
}

impl fmt::Display for Danger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("every name"),
            Self::Tld(name) => write!(f, "the top-level domain {name}"),
            Self::OwnZone(name) => write!(f, "the resolver's own zone {name}"),
        }
    }
}

/// How many rejected entries a report names.
const NAMED: usize = 100;

/// What became of the entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries and rules given.
    pub entries: usize,
    /// Names in the table.
    pub names: usize,
    /// Entries that a stronger one of the same name hides.
    pub hidden: usize,
    /// Entries and rules that only the agent can decide.
    pub agent_only: usize,
    /// Of these, those for which the kernel's table had too few candidates, or the name too long a chain.
    pub overflowed: usize,
    /// Entries whose conditions contradict each other: they never match.
    pub never: usize,
    /// Entries that are not part of the set.
    pub rejected: usize,
    /// The first of them.
    pub first_rejected: Vec<Rejected>,
    /// Candidates.
    pub candidates: usize,
    /// Networks of clients.
    pub prefixes: usize,
    /// Bytes of filter and buckets.
    pub table_bytes: usize,
    /// How often the table had to be laid out anew with more buckets.
    pub rebuilt: usize,
}

impl Report {
    pub(super) fn reject(&mut self, rejected: &Rejected) {
        self.rejected += 1;
        if self.first_rejected.len() < NAMED {
            self.first_rejected.push(rejected.clone());
        }
    }
}
