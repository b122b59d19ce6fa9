//! Lists and rules as used.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use crate::rules::{
    action::{Effect, Severity},
    condition::Condition,
    list::Format,
};

/// One `[[list]]` or `[[rule]]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Spec {
    /// Names from a file or from elsewhere.
    List(ListSpec),
    /// Conditions.
    Rule(RuleSpec),
}

/// What lists and rules have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// No other list or rule has it.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What is done with the lookups that it matches.
    pub effect: Effect,
    /// What it is about, for the events.
    pub category: Option<String>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// Allows it to block the root, a top-level domain or one of the resolver's own zones.
    pub i_mean_it: bool,
}

/// A table in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file as the operator named it.
    pub file: Arc<str>,
    /// The line of its header, from 1.
    pub line: u32,
}

/// Names from a file or from elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct ListSpec {
    /// Name, place and effect.
    pub origin: Origin,
    /// Where its text is.
    pub source: Source,
    /// How to read that.
    pub format: Format,
    /// Whether a listed name covers those below it; `None`: as the format says.
    pub subdomains: Option<bool>,
    /// What must hold beside the name: type, class, client, MAC, VLAN.
    pub conditions: Vec<Condition>,
}

/// Where the text of a list is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or a folder of files.
    Path(PathBuf),
    /// Elsewhere.
    Url {
        /// `http://` or `https://`.
        url: String,
        /// How often to ask for a new one.
        refresh: Duration,
    },
}

/// A rule of conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSpec {
    /// Name, place and effect.
    pub origin: Origin,
    /// When it matches.
    pub condition: Condition,
}

impl Spec {
    /// Name, place and effect.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        match self {
            Self::List(list) => &list.origin,
            Self::Rule(rule) => &rule.origin,
        }
    }

    /// The name of the table.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Rule(_) => "rule",
        }
    }
}

/// `file:line`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}
