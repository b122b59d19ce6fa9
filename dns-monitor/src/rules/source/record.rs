//! What is known of the last good copy of a list: a small JSON file beside it.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{fetch::Validators, judge::Totals, store::COPY};

/// Name of the file.
const FILE: &str = "state.json";

/// Largest state file that is read, bytes: a real one has a few hundred.
const MAX_BYTES: u64 = 64 << 10;

/// Of another version nothing is read.
const VERSION: u32 = 1;

/// What is known of a copy. The file is the moment of truth: a copy that it does not name does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// [`VERSION`].
    pub(super) version: u32,
    /// Digest of the path or URL: a copy of something else is not used.
    pub(super) origin: String,
    /// The path or URL, without what may be secret.
    pub(super) from: String,
    /// Name of the folder of the copy.
    pub(super) copy: String,
    /// Digest of the copy.
    pub(super) digest: String,
    /// What reading it came to.
    pub(super) totals: Totals,
    /// When it was taken, s since the Unix epoch.
    pub(super) fetched: u64,
    /// When it was last known to be the newest, s since the Unix epoch.
    pub(super) checked: u64,
    /// What the server said of it.
    #[serde(flatten)]
    pub(super) validators: Validators,
    /// Digest of the stamp of the files it was taken from.
    pub(super) stamp: Option<String>,
}

impl Record {
    /// A record of a copy, as yet without its contents.
    pub(super) fn new(origin: String, from: String, now: u64) -> Self {
        Self {
            version: VERSION,
            origin,
            from,
            copy: String::new(),
            digest: String::new(),
            totals: Totals::default(),
            fetched: now,
            checked: now,
            validators: Validators::default(),
            stamp: None,
        }
    }

    /// Reads the record in `folder`, if there is one; the text says what is wrong with it.
    pub(super) fn load(folder: &Path) -> Result<Option<Self>, String> {
        let bytes = match read(&Self::file(folder)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let record: Self = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if record.version != VERSION {
            return Err(format!("version {} is not {VERSION}", record.version));
        }
        let ordinary = record.copy.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if !record.copy.starts_with(COPY) || !ordinary {
            return Err(format!("{:?} is not the name of a copy", record.copy));
        }
        Ok(Some(record))
    }

    /// Writes the record, whole or not at all.
    pub(super) fn save(&self, folder: &Path) -> io::Result<()> {
        let json = serde_json::to_vec_pretty(self)?;
        let mut file = tempfile::Builder::new().prefix(".state-").tempfile_in(folder)?;
        file.write_all(&json)?;
        file.as_file().sync_all()?;
        file.persist(Self::file(folder)).map_err(|error| error.error)?;
        fs::File::open(folder)?.sync_all()
    }

    /// Where the record of a list is.
    pub(super) fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(file)?.len() > MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "too large"));
    }
    fs::read(file)
}
