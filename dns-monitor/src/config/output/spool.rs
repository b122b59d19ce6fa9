//! What is kept on disk while events cannot leave.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;
use serde::{Serialize, Serializer};

use crate::config::{
    raw::Table,
    rules::absolute,
    value::{self, Checked, choice, duration, expected, show_duration, size},
};

const MIB: u64 = 1 << 20;

/// Whether events are kept on disk while they cannot leave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Keep {
    /// The type of the output knows no spool.
    #[default]
    None,
    /// The operator wants none.
    #[serde(serialize_with = "off")]
    Off,
    /// They are.
    Spool(Spool),
}

impl Keep {
    /// What is to be kept.
    #[must_use]
    pub const fn spool(&self) -> Option<&Spool> {
        match self {
            Self::Spool(spool) => Some(spool),
            Self::None | Self::Off => None,
        }
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::None
    }
}

fn off<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("off")
}

/// What is kept on disk while events cannot leave; where the collector acknowledges: until it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spool {
    /// The folder; without it one below the agent's own, by the name of the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// The most bytes on disk.
    #[serde(serialize_with = "value::write_size")]
    pub size: usize,
    /// What goes when that is reached.
    pub full: Full,
    /// When the disk must have what was written.
    pub sync: SyncPolicy,
}

/// What goes when the spool is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Full {
    /// The oldest events: what is new is worth more.
    #[default]
    DropOldest,
    /// What comes then: what happened first is worth more.
    DropNewest,
}

/// When the disk must have what was written: what comes later may be lost when the power fails, not when the agent is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Before each batch counts as kept.
    Always,
    /// At least so often.
    Every(Duration),
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            path: None,
            size: 1 << 30,
            full: Full::default(),
            sync: SyncPolicy::Every(Duration::from_secs(1)),
        }
    }
}

impl Spool {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let bounds = 4 * MIB..=MIB << 20;
        Self {
            path: table.value("path", absolute),
            size: table.value("size", |text| size(text, bounds.clone(), "1GiB")).unwrap_or(default.size),
            full: table.value("full", choice).unwrap_or_default(),
            sync: table.value("sync", sync).unwrap_or(default.sync),
        }
    }
}

fn sync(text: &str) -> Checked<SyncPolicy> {
    if text == "always" {
        return Ok(SyncPolicy::Always);
    }
    let bounds = Duration::from_millis(10)..=Duration::from_secs(60);
    duration(text, bounds).map(SyncPolicy::Every).or_else(|or| expected(format!("{}, or \"always\"", or.0)))
}

impl Serialize for SyncPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Always => serializer.serialize_str("always"),
            Self::Every(time) => serializer.serialize_str(&show_duration(*time)),
        }
    }
}
