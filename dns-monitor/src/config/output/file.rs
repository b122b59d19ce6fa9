//! `type = "file"`.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;
use serde::Serialize;

use super::written;
use crate::config::{
    raw::Table,
    rules::absolute,
    value::{self, choice, duration, size},
};

const MIB: u64 = 1 << 20;
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A file, which becomes older ones beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct File {
    /// The file that is written; older ones have the time they were begun in their name.
    pub path: PathBuf,
    /// It is full at so many bytes; without it never.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "written::size")]
    pub rotate_size: Option<usize>,
    /// It is old after this; without it never.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "written::duration")]
    pub rotate_every: Option<Duration>,
    /// How the older ones are kept.
    pub compress: Compression,
    /// The older ones are deleted at this age.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "written::duration")]
    pub keep: Option<Duration>,
    /// The most bytes of all of them together, the oldest are deleted.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "written::size")]
    pub keep_size: Option<usize>,
    /// Bytes of the file system that stay free: the oldest are deleted, then nothing more is written.
    #[serde(serialize_with = "value::write_size")]
    pub keep_free: usize,
}

/// How older files are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// As they are.
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    #[default]
    Zstd,
}

impl File {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let path = table.required("path", absolute);
        let sizes = MIB / 16..=MIB << 20;
        let rotate_size = table.value("rotate_size", |text| size(text, sizes.clone(), "256MiB"));
        let rotate_every = table.value("rotate_every", |text| duration(text, MINUTE..=366 * DAY));
        let compress = table.value("compress", choice).unwrap_or_default();
        let keep = table.value("keep", |text| duration(text, MINUTE..=3660 * DAY));
        let keep_size = table.value("keep_size", |text| size(text, MIB / 16..=MIB << 30, "20GiB"));
        let keep_free = table.value("keep_free", |text| size(text, 0..=MIB << 30, "1GiB"));
        let keep_free = keep_free.unwrap_or(256 << 20);
        Some(Self { path: path?, rotate_size, rotate_every, compress, keep, keep_size, keep_free })
    }
}
