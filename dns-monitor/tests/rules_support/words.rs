//! A decision in words that the specification knows too: nothing of hashes and candidates.

use dns_monitor::rules::ruleset::{Ruleset, decision::Decision};

use super::{reference::Listed, world::World};

/// What a decision says.
#[derive(Clone, Debug)]
pub struct Said {
    pub origin: String,
    /// 0: unknown.
    pub line: u32,
    pub action: &'static str,
    pub would: bool,
}

impl Said {
    pub fn by(rules: &Ruleset, decision: &Decision) -> Self {
        let (hit, effect) = (rules.hit(decision), rules.effect(decision));
        let (action, would) = (effect.action.name(), effect.would);
        Self { origin: hit.name.to_owned(), line: decision.line, action, would }
    }

    pub fn of(world: &World, entry: &Listed) -> Self {
        let origin = match usize::from(entry.origin) {
            0 => "manual",
            number => &world.origins[number - 1].name,
        };
        let (action, would) = (entry.effect.action.name(), entry.effect.would);
        Self { origin: origin.to_owned(), line: entry.line, action, would }
    }

    /// Whether the matcher says what the specification says. Entries for clients that share a candidate have no line.
    fn is(&self, wanted: &Self) -> bool {
        let line = self.line == wanted.line || self.line == 0;
        line && (&self.origin, self.action, self.would) == (&wanted.origin, wanted.action, wanted.would)
    }
}

/// Whether both say nothing, or the same.
pub fn agree(got: Option<&Said>, wanted: Option<&Said>) -> bool {
    match (got, wanted) {
        (Some(got), Some(wanted)) => got.is(wanted),
        (got, wanted) => got.is_none() && wanted.is_none(),
    }
}
