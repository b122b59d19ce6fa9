//! The result of a run: what is right and what is wrong.

use std::collections::BTreeMap;

use super::oracle::How;

/// How many wrong statements of a kind are told in full.
const EXAMPLES: usize = 12;

/// Entries of one certainty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Which are true, the certainty too.
    pub right: u64,
    /// Which the oracle cannot decide.
    pub undecided: u64,
    /// Whose client is no cause.
    pub wrong: u64,
    /// Whose client is a cause, but not in the way that the certainty says.
    pub word: u64,
}

impl Count {
    /// All entries.
    pub fn all(&self) -> u64 {
        self.right + self.undecided + self.wrong + self.word
    }

    /// Share of the decided whose client is a cause; `None` without any.
    pub fn precision(&self) -> Option<f64> {
        share(self.right + self.word, self.right + self.word + self.wrong)
    }
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    /// Of them.
    pub of: u64,
    /// So many.
    pub found: u64,
}

impl Part {
    /// `None` of nothing.
    pub fn share(&self) -> Option<f64> {
        share(self.found, self.of)
    }

    /// One more.
    pub fn count(&mut self, found: bool) {
        self.of += 1;
        self.found += u64::from(found);
    }
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

/// The result of one run.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Outgoing queries.
    pub outgoing: u64,
    /// Of them those that the oracle knows nothing of.
    pub unknown: u64,
    /// Of them those whose event has no causes at all.
    pub silent: u64,
    /// Entries by certainty.
    pub entries: BTreeMap<String, Count>,
    /// Entries of all certainties where a client asked for the very name, or for an alias of it.
    pub names: Count,
    /// Of the true causes, by how they are one, those that are named.
    pub recall: BTreeMap<How, Part>,
    /// Of the queries that nobody asked for, those that are `self`.
    pub own: Part,
    /// Names with a client's mark for which the oracle names another client: its own mistakes.
    pub conflicts: u64,
    /// Clients' lookups by what is said of the cache and what is true.
    pub cache: BTreeMap<(String, &'static str), u64>,
    /// `filled_by`: right, undecided and wrong.
    pub fillers: Count,
    /// Clients' lookups that have no event.
    pub missing: u64,
    /// Wrong statements by their kind: how many, and some of them in words.
    pub mistakes: BTreeMap<String, Mistakes>,
}

/// Wrong statements of one kind.
#[derive(Clone, Debug, Default)]
pub struct Mistakes {
    /// How many.
    pub count: u64,
    /// A few of them in words.
    pub examples: Vec<String>,
}

impl Mistakes {
    /// One more; `text` describes it.
    pub fn add(&mut self, text: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(text());
        }
    }
}

impl Verdict {
    /// Of clients that asked for a name or for an alias of it.
    pub fn asked_or_alias(&self) -> Part {
        let parts = [How::Asked, How::Alias].map(|how| self.recall.get(&how).copied().unwrap_or_default());
        parts
            .iter()
            .fold(Part::default(), |sum, part| Part { of: sum.of + part.of, found: sum.found + part.found })
    }

    /// Share of the outgoing queries that are said to be unexplained.
    pub fn none(&self) -> Option<f64> {
        share(self.entries.get("none").map_or(0, Count::all), self.outgoing)
    }

    /// Of how many clients' lookups the cache is told rightly, and of how many there are.
    pub fn cache_right(&self) -> (u64, u64) {
        let right =
            self.cache.iter().filter(|((said, truth), _)| said == truth).map(|(_, count)| count).sum();
        (right, self.cache.values().sum())
    }
}
