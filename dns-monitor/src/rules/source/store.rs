//! The folder of one list in the state folder: copies, of which the [`Record`] names the good one.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use super::{
    copy,
    files::{Stamp, digest},
    record::Record,
};

/// How the names of copies begin.
pub(super) const COPY: &str = "copy-";

/// Longest name of a folder that is made of a list's name, bytes; file systems allow 255.
const MAX_NAME: usize = 200;

/// A copy that no record names is left from a crash when it is so old: no download takes that long.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// The folder of one list. It is made when it is first written to.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

/// A copy that is not yet good: it goes when this is dropped.
#[derive(Debug)]
pub(super) struct Draft {
    folder: TempDir,
    /// It lies in the folder of the list, and can stay there.
    lasting: bool,
}

/// The last good copy.
#[derive(Debug)]
pub(super) struct Good {
    /// What is known of it.
    pub(super) record: Record,
    place: Place,
    /// Its contents were compared with the record.
    verified: bool,
}

#[derive(Debug)]
enum Place {
    Kept(PathBuf),
    /// Until the agent ends.
    Temporary(TempDir),
}

impl Store {
    /// The folder of the list `name` below `state`.
    pub(super) fn new(state: &Path, name: &str) -> Self {
        Self { folder: state.join(folder_name(name)) }
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The copy that a record tells of.
    pub(super) fn good(&self, record: Record) -> Good {
        Good { place: Place::Kept(self.folder.join(&record.copy)), record, verified: false }
    }

    /// A new folder for a copy.
    pub(super) fn draft(&self) -> io::Result<Draft> {
        fs::create_dir_all(&self.folder)?;
        let private = fs::Permissions::from_mode(0o700);
        let folder = tempfile::Builder::new().prefix(COPY).permissions(private).tempdir_in(&self.folder)?;
        Ok(Draft { folder, lasting: true })
    }

    /// Makes a draft the good copy, in place of `last`. Where it cannot stay, it is good all the same, until
    /// the agent ends.
    pub(super) fn commit(
        &self,
        draft: Draft,
        mut record: Record,
        last: Option<Good>,
    ) -> (Good, io::Result<()>) {
        let name = draft.path().file_name().unwrap_or_default();
        record.copy = name.to_string_lossy().into_owned();
        let saved = if draft.lasting {
            File::open(draft.path())
                .and_then(|folder| folder.sync_all())
                .and_then(|()| record.save(&self.folder))
        } else {
            Ok(())
        };
        if saved.is_err() || !draft.lasting {
            return (Good { record, place: Place::Temporary(draft.folder), verified: true }, saved);
        }
        if let Some(Place::Kept(old)) = last.map(|last| last.place) {
            // What stays behind here is swept later.
            let _ = fs::remove_dir_all(old);
        }
        let good = Good { record, place: Place::Kept(draft.folder.keep()), verified: true };
        self.sweep(good.folder());
        (good, saved)
    }

    /// Writes what is newly known of a copy that is kept.
    pub(super) fn update(&self, good: &Good) -> io::Result<()> {
        match good.place {
            Place::Kept(_) => good.record.save(&self.folder),
            Place::Temporary(_) => Ok(()),
        }
    }

    /// Removes what a crash left.
    fn sweep(&self, good: &Path) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let copy = entry.file_name().as_bytes().starts_with(COPY.as_bytes()) && entry.path() != good;
            let changed = entry.metadata().and_then(|metadata| metadata.modified()).ok();
            let age = changed.and_then(|time| SystemTime::now().duration_since(time).ok());
            if copy && age.is_some_and(|age| age > ABANDONED) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

impl Draft {
    /// A draft outside the state folder.
    pub(super) fn temporary() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("dns-monitor-").tempdir()?;
        Ok(Self { folder, lasting: false })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Good {
    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        match &self.place {
            Place::Kept(path) => path,
            Place::Temporary(folder) => folder.path(),
        }
    }

    /// Whether the copy is what the record tells of. Reads it whole, the first time; later only looks whether it is there.
    pub(super) fn verify(&mut self) -> bool {
        let is_whole = |files: &[_]| copy::digest(files).is_ok_and(|digest| digest == self.record.digest);
        self.verified = self.files().is_ok_and(|files| self.verified || is_whole(&files));
        self.verified
    }

    /// Its files, in the order of reading.
    pub(super) fn files(&self) -> io::Result<Vec<PathBuf>> {
        Ok(Stamp::of(self.folder())?.paths())
    }
}

/// A list's name as the name of a folder: another for every list, and never a way out. Bytes that are
/// not ordinary become `%` and two digits; what is too long ends in a digest.
pub(super) fn folder_name(name: &str) -> String {
    let mut safe = String::with_capacity(name.len());
    for (position, byte) in name.bytes().enumerate() {
        match byte {
            b'.' if position > 0 => safe.push('.'),
            b'-' | b'_' => safe.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => safe.push(char::from(byte)),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "%{byte:02x}");
            }
        }
    }
    if safe.is_empty() {
        return "%".to_owned();
    }
    if safe.len() > MAX_NAME {
        // No byte is written as %- .
        let digest = digest(name.as_bytes());
        safe.truncate(MAX_NAME - digest.len() - 2);
        return format!("{safe}%-{digest}");
    }
    safe
}
