//! Which rule decides, and how strong it is.

use dns_monitor_common::rule::{Hash, MAX_LABELS};

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A candidate, which the kernel programs know as well.
    Candidate(u16),
    /// A rule that only the agent can decide.
    Agent(u32),
}

/// A rule that matches a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How strong it is, see [`key`]: less wins.
    pub key: u32,
    /// Which it is.
    pub by: By,
    /// Labels of the listed name that it stands under; 0 where it has none.
    pub depth: u8,
    /// Line, counted over all files of its origin; 0: unknown.
    pub line: u32,
}

/// A candidate as it was found: what its line is worked out from, if it wins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub key: u32,
    pub candidate: u16,
    pub depth: usize,
    /// The name's; `None`: it applies to every name.
    pub hash: Option<Hash>,
    /// The slot's.
    pub rest: u64,
}

/// How strong a rule is on a name that it matches at `depth` labels: less wins. Rank first, then more labels, then an
/// entry for the name alone.
#[inline]
#[must_use]
pub const fn key(rank: u16, depth: usize, is_exact_only: bool) -> u32 {
    let depth = if depth > MAX_LABELS { MAX_LABELS } else { depth };
    (rank as u32) << 16 | ((MAX_LABELS - depth) as u32) << 1 | !is_exact_only as u32
}

/// The rank in a key.
#[must_use]
pub const fn rank_of(key: u32) -> u16 {
    (key >> 16) as u16
}

impl Decision {
    /// Whether only the agent can decide so.
    #[must_use]
    pub const fn is_agent_only(&self) -> bool {
        matches!(self.by, By::Agent(_))
    }
}
