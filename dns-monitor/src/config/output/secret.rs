//! What only the collector may know. It is never printed.

use std::{env, fmt, fs, io, path::PathBuf};

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use thiserror::Error;

use crate::config::{
    raw::{HIDDEN, Table},
    rules::path,
    value::{Checked, expected},
};

/// Where systemd puts what `LoadCredential=` names.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Far more than any password or token.
const MAX_BYTES: usize = 64 << 10;

/// A password or token. Files are read at each use, so that a new one needs no restart.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The key of the file, `password`; with `_file` behind it where [`Self::source`] is a file.
    key: &'static str,
    source: Source,
}

#[derive(Clone, PartialEq, Eq)]
enum Source {
    Given(String),
    /// From the root on, or the name of a credential of systemd.
    File(PathBuf),
}

/// Why there is no secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{}: {source}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is nothing in it, or far too much, or not text.
    #[error("{}: must be one line of text", .0.display())]
    Text(PathBuf),
}

impl Secret {
    /// Reads `key`, or `key_file`, or neither.
    pub fn read(table: &mut Table<'_, '_>, key: &'static str, key_file: &'static str) -> Option<Self> {
        let given = table.value(key, text);
        let file = table.value(key_file, path);
        if table.has(key) {
            table.refuse(key_file, format!("left out: there is {key} already"));
        }
        let source = given.map(Source::Given).or(file.map(Source::File))?;
        Some(Self { key, source })
    }

    /// One that stands in the file of settings, under this key.
    #[must_use]
    pub fn given(key: &'static str, text: &str) -> Self {
        Self { key, source: Source::Given(text.to_owned()) }
    }

    /// One that stands in a file of its own, which is not read yet.
    #[must_use]
    pub fn file(key: &'static str, file: impl Into<PathBuf>) -> Self {
        Self { key, source: Source::File(file.into()) }
    }

    /// The file that it is read from, at each use.
    #[must_use]
    pub fn place(&self) -> Option<PathBuf> {
        match &self.source {
            Source::Given(_) => None,
            Source::File(file) => Some(located(file)),
        }
    }

    /// The text.
    ///
    /// # Errors
    /// [`SecretError`] where the file has none.
    pub fn text(&self) -> Result<String, SecretError> {
        let file = match &self.source {
            Source::Given(text) => return Ok(text.clone()),
            Source::File(file) => located(file),
        };
        let bytes = fs::read(&file).map_err(|source| SecretError::Read { file: file.clone(), source })?;
        let text = String::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_BYTES);
        let line = text.map(|text| text.trim_end_matches(['\r', '\n']).to_owned());
        let line = line.filter(|line| !line.is_empty() && !line.contains(char::is_control));
        line.ok_or(SecretError::Text(file))
    }
}

/// A name without a slash is a credential where systemd has handed some over.
fn located(file: &PathBuf) -> PathBuf {
    match env::var_os(CREDENTIALS).filter(|_| file.components().count() == 1 && file.is_relative()) {
        Some(folder) => PathBuf::from(folder).join(file),
        None => file.clone(),
    }
}

fn text(text: &str) -> Checked<String> {
    if text.is_empty() || text.len() > MAX_BYTES || text.contains(char::is_control) {
        return expected("one line of text");
    }
    Ok(text.to_owned())
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Given(_) => f.write_str(HIDDEN),
            Source::File(file) => file.fmt(f),
        }
    }
}

/// As one entry of a table, to be flattened.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match &self.source {
            Source::Given(_) => map.serialize_entry(self.key, HIDDEN)?,
            Source::File(file) => map.serialize_entry(&format!("{}_file", self.key), file)?,
        }
        map.end()
    }
}
