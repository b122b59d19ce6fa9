//! Rules that the operator gives a running agent: for a name and everything below it, for a while or until they are
//! forgotten. They survive a restart.

mod file;

use std::{collections::BTreeMap, path::Path, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::file::Store;
pub use self::file::{Broken, FileError};
use super::{
    action::{Action, Block},
    name::{self, BadName, NameBuf},
};

/// Rules there may be at one time.
pub const MAX_RULES: usize = 10_000;

/// How a name may be blocked by hand: a sinkhole has addresses, and a command has none.
pub const BLOCKS: [Block; 5] = [Block::Drop, Block::Nxdomain, Block::Nodata, Block::Refused, Block::TcpOnly];

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Lets lookups pass.
    Allow,
    /// Keeps them from the resolver.
    #[serde(untagged)]
    Block(Block),
}

/// Who gave a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// User id.
    pub uid: u32,
    /// The user's name, if it was known then.
    pub user: Option<String>,
}

/// A rule that was given by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// For this name and everything below it.
    #[serde(with = "file::name_text")]
    pub name: NameBuf,
    /// What it does.
    #[serde(rename = "action")]
    pub what: What,
    /// Since when.
    pub since: Timestamp,
    /// When it ends; `None`: when it is forgotten.
    pub until: Option<Timestamp>,
    /// Who gave it.
    #[serde(flatten)]
    pub by: Author,
}

/// Why a rule is not taken.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refused {
    /// It would block half the world.
    #[error("{name} is {what}: to block everything below it, add --i-mean-it")]
    TooWide {
        /// The name.
        name: NameBuf,
        /// What it is.
        what: &'static str,
    },
    /// A sinkhole.
    #[error(
        "a sinkhole needs addresses: give it as a [[rule]] of the configuration, or block with another action"
    )]
    Sinkhole,
    /// It ends now, or beyond the calendar.
    #[error("a rule for {0:?} is none: give a duration such as 2h")]
    Duration(Duration),
    /// There are too many.
    #[error(
        "there are {MAX_RULES} manual rules, the most there may be: forget some, or put them into a list"
    )]
    Full,
}

/// The rules, by name.
#[derive(Debug)]
pub struct Manual {
    rules: BTreeMap<NameBuf, Rule>,
    store: Store,
}

/// What became of the rules.
#[derive(Debug)]
pub struct Change {
    /// The rule there was for this name.
    pub before: Option<Rule>,
    /// Why the change, which counts from now on, will not survive a restart.
    pub unsaved: Option<FileError>,
}

/// Reads a name as an operator types it; the root is `.`.
///
/// # Errors
/// [`BadName`].
pub fn read_name(text: &str) -> Result<NameBuf, BadName> {
    if text == "." { Ok(NameBuf::from_canonical(&[])) } else { NameBuf::parse(text) }
}

impl What {
    /// As the configuration says it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.action().name()
    }

    /// As a rule of any kind has it.
    #[must_use]
    pub const fn action(self) -> Action {
        match self {
            Self::Allow => Action::Allow,
            Self::Block(block) => Action::Block(block),
        }
    }
}

impl Rule {
    /// A rule from `now` on, for so long, or until it is forgotten.
    ///
    /// # Errors
    /// [`Refused::Duration`] or [`Refused::Sinkhole`].
    pub fn new(
        name: NameBuf,
        what: What,
        by: Author,
        now: Timestamp,
        lasts: Option<Duration>,
    ) -> Result<Self, Refused> {
        if what == What::Block(Block::Sinkhole) {
            return Err(Refused::Sinkhole);
        }
        let until =
            lasts.map(|lasts| now.checked_add(lasts).map_err(|_| Refused::Duration(lasts))).transpose()?;
        match lasts {
            Some(lasts) if until <= Some(now) => Err(Refused::Duration(lasts)),
            _ => Ok(Self { name, what, since: now, until, by }),
        }
    }

    /// Refuses to block the root or a top-level domain.
    ///
    /// # Errors
    /// [`Refused::TooWide`].
    pub fn check_width(&self) -> Result<(), Refused> {
        let what = match (self.what, name::split(self.name.as_bytes()).count()) {
            (What::Block(_), 0) => "the root of all names",
            (What::Block(_), 1) => "a top-level domain",
            _ => return Ok(()),
        };
        Err(Refused::TooWide { name: self.name.clone(), what })
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl Manual {
    /// The rules kept in `folder` that are not over; the folder is created where it is missing. A broken file is put
    /// aside, and there are no rules.
    ///
    /// # Errors
    /// [`FileError`]: the file is there and cannot be read, or is broken and cannot be put aside.
    pub fn load(folder: &Path, now: Timestamp) -> Result<(Self, Option<Broken>), FileError> {
        let store = Store::open(folder)?;
        let (rules, broken) = store.load()?;
        let rules = rules.into_iter().map(|rule| (rule.name.clone(), rule)).collect();
        let mut manual = Self { rules, store };
        manual.expire(now);
        Ok((manual, broken))
    }

    /// No rules, where those of the folder cannot be read: it is tried again with every change.
    #[must_use]
    pub fn unsaved(folder: &Path) -> Self {
        Self { rules: BTreeMap::new(), store: Store::unopened(folder) }
    }

    /// Takes a rule; one for the same name gives way.
    ///
    /// # Errors
    /// [`Refused::Full`]; rules that are over count until [`Self::expire`].
    pub fn set(&mut self, rule: Rule) -> Result<Change, Refused> {
        if self.rules.len() >= MAX_RULES && !self.rules.contains_key(&rule.name) {
            return Err(Refused::Full);
        }
        let before = self.rules.insert(rule.name.clone(), rule);
        Ok(Change { before, unsaved: self.save() })
    }

    /// Drops the rule for a name; `None`: there is none.
    pub fn forget(&mut self, name: &NameBuf) -> Option<Change> {
        let before = self.rules.remove(name)?;
        Some(Change { before: Some(before), unsaved: self.save() })
    }

    /// Drops the rules that are over, and gives them. The file drops them when it is next written or read.
    pub fn expire(&mut self, now: Timestamp) -> Vec<Rule> {
        self.rules.extract_if(.., |_, rule| rule.is_over(now)).map(|(_, rule)| rule).collect()
    }

    /// The rules, in the order of their names; those that are over are among them until [`Self::expire`].
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    fn save(&self) -> Option<FileError> {
        self.store.save(self.rules.values()).err()
    }
}

#[cfg(test)]
mod tests;
