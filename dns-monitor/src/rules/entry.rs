//! One entry of a list, whatever the format it came in.

use super::{action::Effect, condition::Condition};

/// Which names an entry means, given one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The name itself.
    Exact,
    /// The names below it.
    Below,
    /// Both: the default for a listed domain.
    Suffix,
}

/// Which names an entry means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pattern<'a> {
    /// A name and perhaps those below it; canonical, see [`name`](super::name).
    Name(&'a [u8], Scope),
    /// Names that a regular expression finds, in lower case without the trailing dot.
    Regex(&'a str),
    /// Every name: only the conditions decide.
    Every,
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    /// Which names.
    pub pattern: Pattern<'a>,
    /// What it does; `None`: what the list does.
    pub effect: Option<Effect>,
    /// Beats what is not important, whatever the list says.
    pub important: bool,
    /// What must hold as well.
    pub when: &'a [Condition],
}

impl<'a> Entry<'a> {
    /// A name that does what the list does.
    #[must_use]
    pub const fn listed(name: &'a [u8], scope: Scope) -> Self {
        Self::matching(Pattern::Name(name, scope))
    }

    /// Names of any kind that do what the list does.
    #[must_use]
    pub const fn matching(pattern: Pattern<'a>) -> Self {
        Self { pattern, effect: None, important: false, when: &[] }
    }
}
