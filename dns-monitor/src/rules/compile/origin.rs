//! Where an entry comes from: a list or a rule of the configuration, or the operator's own commands.

use super::super::action::{Action, Effect, Severity};

/// What kind of origin it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Commands of the operator.
    Manual,
    /// A `[[list]]`.
    List,
    /// A `[[rule]]`.
    Rule,
}

/// One file of an origin. Its lines count on from those of the files before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// As the operator knows it: a path or a URL.
    pub path: String,
    /// Added to a line of this file to get the line of the whole origin.
    pub base: u32,
}

/// A list or a rule of the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// As the configuration gives it.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where its entries stand; in the order of `base`, the first of which is 0.
    pub files: Vec<File>,
    /// What its entries do that do not say otherwise.
    pub effect: Effect,
    /// As the configuration says.
    pub category: Option<String>,
    /// As the configuration says.
    pub severity: Option<Severity>,
    /// The operator knows that it blocks the root, a TLD or a zone of the resolver.
    pub i_mean_it: bool,
    /// How long a name that only the agent can block stays in the kernel's table, s; 0: it is not put there.
    pub learn_ttl: u32,
}

impl Origin {
    /// The operator's own commands.
    #[must_use]
    pub fn manual() -> Self {
        Self {
            name: "manual".into(),
            kind: Kind::Manual,
            files: Vec::new(),
            effect: Effect::of(Action::Allow),
            category: None,
            severity: None,
            i_mean_it: true,
            learn_ttl: 0,
        }
    }

    /// What events call the set that it belongs to.
    #[must_use]
    pub fn ruleset(&self) -> &str {
        match self.kind {
            Kind::Manual => "manual",
            Kind::Rule => "rules",
            Kind::List => &self.name,
        }
    }

    /// `file:line` of a line that counts on over all files; without the line where that is 0, and the name of the
    /// origin where there is no file.
    #[must_use]
    pub fn place(&self, line: u32) -> String {
        // A file's first line is its base + 1.
        let after = self.files.partition_point(|file| file.base < line);
        match self.files.get(after.saturating_sub(1)) {
            None => self.name.clone(),
            Some(file) if line == 0 => file.path.clone(),
            Some(file) => format!("{}:{}", file.path, line - file.base),
        }
    }
}

/// Bits of a rank that say which origin it is.
const ORDER_BITS: u32 = 12;

/// The strength of an effect of the origin at this place of the configuration; less is stronger. The operator's commands,
/// at place 0, are stronger than everything.
#[must_use]
pub(super) fn rank(order: u16, effect: &Effect) -> u16 {
    if order == 0 {
        return 0;
    }
    let class = match (effect.important, effect.action) {
        (true, Action::Allow) => 0,
        (true, _) => 1,
        (false, Action::Allow) => 2,
        (false, _) => 3,
    };
    class << ORDER_BITS | order
}

/// Whether a rank is that of something important.
pub(in super::super) const fn is_important(rank: u16) -> bool {
    rank >> ORDER_BITS < 2
}

/// The class in a rank, in words.
pub(in super::super) const fn class_of(rank: u16) -> &'static str {
    match rank >> ORDER_BITS {
        _ if rank == 0 => "command of the operator",
        0 => "important allow",
        1 => "important rule",
        2 => "allow",
        _ => "rule",
    }
}

/// Whether two ranks are of one class.
pub(in super::super) const fn same_class(a: u16, b: u16) -> bool {
    (a == 0) == (b == 0) && a >> ORDER_BITS == b >> ORDER_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_files() {
        let file = |path: &str, base| File { path: path.into(), base };
        let one = Origin { files: vec![file("a", 0)], ..Origin::manual() };
        let two = Origin { files: vec![file("a", 0), file("b", 10)], ..Origin::manual() };
        let cases = [
            ("no file", &Origin::manual(), 3, "manual"),
            ("no line", &one, 0, "a"),
            ("the first", &one, 1, "a:1"),
            ("the last of a file", &two, 10, "a:10"),
            ("the first of the next", &two, 11, "b:1"),
        ];
        for (what, origin, line, expected) in cases {
            assert_eq!(origin.place(line), expected, "{what}");
        }
    }

    #[test]
    fn ranks_in_order() {
        let effect = |action, important| Effect { important, ..Effect::of(action) };
        let ranks = [
            rank(0, &effect(Action::Alert, false)),
            rank(9, &effect(Action::Allow, true)),
            rank(1, &effect(Action::Alert, true)),
            rank(9, &effect(Action::Allow, false)),
            rank(1, &effect(Action::Observe, false)),
            rank(2, &effect(Action::Alert, false)),
            rank(4095, &effect(Action::Alert, false)),
        ];
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
    }
}
