//! The file of manual rules: written whole, beside the old one, and then put in its place.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, ErrorKind, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{MAX_RULES, Rule};

const FILE: &str = "manual.json";
/// Not there for longer than it takes to write, unless the agent is killed meanwhile.
const NEW: &str = "manual.json.new";
const BROKEN: &str = "manual.json.broken";
const FOLDER_MODE: u32 = 0o750;
const MODE: u32 = 0o640;
const VERSION: u32 = 1;
/// The longest file that is read, bytes: far more than [`MAX_RULES`] take.
const MAX_BYTES: u64 = 16 << 20;

/// What cannot be done with the file.
#[derive(Debug, Error)]
#[error("{}: cannot {what}: {source}", .path.display())]
pub struct FileError {
    path: PathBuf,
    what: &'static str,
    source: io::Error,
}

/// A file that is no list of rules.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}: {why}: manual rules are lost; the file is now {}", .path.display(), .aside.display())]
pub struct Broken {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub why: String,
    /// Where it is now.
    pub aside: PathBuf,
}

/// Where rules are kept.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

#[derive(Serialize)]
struct Written<'r> {
    version: u32,
    rules: Vec<&'r Rule>,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    rules: Vec<Rule>,
}

impl Store {
    pub(super) fn open(folder: &Path) -> Result<Self, FileError> {
        let created = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder);
        created.map_err(failed(folder, "create the folder"))?;
        Ok(Self { folder: folder.to_owned() })
    }

    pub(super) fn unopened(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(super) fn load(&self) -> Result<(Vec<Rule>, Option<Broken>), FileError> {
        let path = self.folder.join(FILE);
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Vec::new(), None)),
            Err(error) => return Err(failed(&path, "read it")(error)),
        };
        match parse(&bytes) {
            Ok(rules) => Ok((rules, None)),
            Err(why) => {
                let aside = self.folder.join(BROKEN);
                fs::rename(&path, &aside).map_err(failed(&path, "put it aside, though it is broken"))?;
                Ok((Vec::new(), Some(Broken { path, why, aside })))
            }
        }
    }

    pub(super) fn save<'r>(&self, rules: impl Iterator<Item = &'r Rule>) -> Result<(), FileError> {
        let (path, new) = (self.folder.join(FILE), self.folder.join(NEW));
        let written = Written { version: VERSION, rules: rules.collect() };
        let text = serde_json::to_vec_pretty(&written).map_err(io::Error::from);
        text.and_then(|text| write(&new, &text)).map_err(failed(&new, "write it"))?;
        fs::rename(&new, &path).map_err(failed(&path, "replace it"))?;
        // The new name is on disk only when its folder is.
        let folder = File::open(&self.folder).and_then(|folder| folder.sync_all());
        folder.map_err(failed(&self.folder, "bring it to disk"))
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Result<Vec<Rule>, String> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(format!("more than {MAX_BYTES} bytes"));
    }
    let read: Read = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match (read.version, read.rules.len()) {
        (VERSION, ..=MAX_RULES) => Ok(read.rules),
        (VERSION, count) => Err(format!("{count} rules, more than {MAX_RULES}")),
        (version, _) => Err(format!("version {version}, and this program knows version {VERSION}")),
    }
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

fn failed(path: &Path, what: &'static str) -> impl Fn(io::Error) -> FileError {
    move |source| FileError { path: path.to_owned(), what, source }
}

/// Names as text.
pub(super) mod name_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::rules::{manual::read_name, name::NameBuf};

    pub fn serialize<S: Serializer>(name: &NameBuf, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(name)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NameBuf, D::Error> {
        let text = String::deserialize(deserializer)?;
        read_name(&text).map_err(|error| D::Error::custom(format!("{text:?}: {error}")))
    }
}
