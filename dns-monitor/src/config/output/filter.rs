//! Which events an output gets.

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    config::{
        raw::Table,
        rules::{label, name_or_root, prefix, quoted, texts},
        value::{Checked, choice, expected},
    },
    rules::{
        action::{Block, Severity},
        condition::Prefix,
        name::NameBuf,
        verdict::Verdict,
    },
    track::role::Role,
};

/// Values that one condition may have.
const MAX_VALUES: usize = 1024;

/// Which events an output gets: those for which every condition holds that is given. A condition holds where one of
/// its values does; an empty one is not given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// Whose lookup.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "roles")]
    pub roles: Vec<Role>,
    /// What was done with the query.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "verdicts")]
    pub verdicts: Vec<Wanted>,
    /// Names of the list or rule that decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// What that belongs to: a list, `rules` or `manual`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// How bad that says it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
    /// Who asked.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "texts")]
    pub clients: Vec<Prefix>,
    /// For which name, or one below it.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "texts")]
    pub names: Vec<NameBuf>,
}

/// A verdict that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Any block.
    Blocked,
    /// Any block of a rule that only tries.
    WouldBlock,
    /// This one.
    Exactly(Verdict),
}

impl Filter {
    /// Whether every event passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let all = 1..=MAX_VALUES;
        let lists = table.list("lists", all.clone(), "[\"malware\"]", label);
        Self {
            roles: table.list("roles", all.clone(), "[\"client\"]", role).unwrap_or_default(),
            verdicts: table.list("verdicts", all.clone(), "[\"blocked\"]", wanted).unwrap_or_default(),
            rules: table.list("rules", all.clone(), "[\"cheap-tlds\"]", label).unwrap_or_default(),
            lists: lists.unwrap_or_default(),
            severities: table.list("severities", all.clone(), "[\"high\"]", choice).unwrap_or_default(),
            clients: table.list("clients", all.clone(), "[\"10.0.0.0/8\"]", prefix).unwrap_or_default(),
            names: table.list("names", all, "[\"example.com\"]", name_or_root).unwrap_or_default(),
        }
    }
}

fn role(text: &str) -> Checked<Role> {
    let known = [Role::Client, Role::Resolver];
    let found = known.into_iter().find(|role| role.name() == text);
    found.map_or_else(|| expected(format!("one of {}", quoted(&known.map(Role::name)))), Ok)
}

impl Wanted {
    fn all() -> Vec<Self> {
        let exactly = |verdict| Self::Exactly(verdict);
        let mut all = vec![exactly(Verdict::Pass), Self::Blocked, Self::WouldBlock];
        all.extend(Block::value_variants().iter().map(|block| exactly(Verdict::Blocked(*block))));
        all.extend(Block::value_variants().iter().map(|block| exactly(Verdict::Would(*block))));
        all
    }

    /// As the file has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::WouldBlock => "would-block",
            Self::Exactly(verdict) => verdict.name(),
        }
    }
}

fn wanted(text: &str) -> Checked<Wanted> {
    let all = Wanted::all();
    let names: Vec<&str> = all.iter().map(|wanted| wanted.name()).collect();
    let found = all.iter().find(|wanted| wanted.name() == text);
    found.map_or_else(|| expected(format!("one of {}", quoted(&names))), |wanted| Ok(*wanted))
}

fn roles<S: serde::Serializer>(roles: &[Role], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(roles.iter().map(|role| role.name()))
}

fn verdicts<S: serde::Serializer>(verdicts: &[Wanted], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(verdicts.iter().map(|wanted| wanted.name()))
}
