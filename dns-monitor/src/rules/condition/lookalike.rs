//! Names that pass for others.

use super::{
    domain,
    facts::Facts,
    names,
    skeleton::{Look, within_one},
};
use crate::rules::name::NameBuf;

/// A registered name of fewer letters is one slip away from too many honest ones.
const LETTERS_FOR_SLIPS: usize = 6;

/// The names that others must not look like. Equal to another of the same names.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookalike(Vec<Protected>);

/// One of them.
#[derive(Clone, Debug, PartialEq)]
struct Protected {
    name: NameBuf,
    /// The registered domain of the name; of a public suffix, the name.
    own: NameBuf,
    look: Look,
    /// Whether names one slip away count.
    slips: bool,
}

/// A name that nothing can look like: the root, or a top-level domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a registered domain")]
pub struct NotRegistered(pub NameBuf);

impl Lookalike {
    /// Prepares the names.
    ///
    /// # Errors
    /// [`NotRegistered`] for the first of a single label.
    pub fn new(names: Vec<NameBuf>) -> Result<Self, NotRegistered> {
        names.into_iter().map(Protected::new).collect::<Result<_, _>>().map(Self)
    }

    /// The names as given.
    pub fn names(&self) -> impl Iterator<Item = &NameBuf> {
        self.0.iter().map(|protected| &protected.name)
    }

    /// Whether the registered domain looks like a protected one, and is none.
    pub(super) fn finds(&self, facts: &Facts<'_>) -> bool {
        let (name, own) = (facts.subject.name, facts.own_domain());
        if names::labels(own) < 2 || self.0.iter().any(|protected| protected.covers(name, own)) {
            return false;
        }
        facts.look().is_some_and(|look| self.0.iter().any(|protected| protected.resembles(look)))
    }
}

impl Protected {
    fn new(name: NameBuf) -> Result<Self, NotRegistered> {
        let bytes = name.as_bytes();
        let own = domain::split(bytes).map_or(bytes, |split| split.registered);
        let look = Look::of(own).filter(|_| names::labels(own) >= 2);
        let Some(look) = look else { return Err(NotRegistered(name)) };
        let slips = look.first_label() >= LETTERS_FOR_SLIPS;
        Ok(Self { own: NameBuf::from_canonical(own), look, slips, name })
    }

    /// Whether a name is at or below this one, or of the same owner.
    fn covers(&self, name: &[u8], own: &[u8]) -> bool {
        own == self.own.as_bytes() || names::is_in(name, self.name.as_bytes())
    }

    fn resembles(&self, look: &Look) -> bool {
        // Folding makes two letters of an `m`, and so two slips of one that was left out.
        let slip =
            || within_one(&self.look.folded, &look.folded) || within_one(&self.look.plain, &look.plain);
        self.look.folded == look.folded || (self.slips && slip())
    }
}
