//! The files behind a path, and how to tell that they changed.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    fs::{self, File, Metadata},
    io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use sha2::{Digest, Sha256};

/// Ends of the names of files that are being written, or are left from editing.
const SKIPPED: [&[u8]; 3] = [b"~", b".tmp", b".part"];

/// The files of a list at one time, in the order of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Name, and what changes when the file does.
    files: Vec<(PathBuf, Mark)>,
}

/// What changes when a file does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    modified: Option<SystemTime>,
    size: u64,
    inode: u64,
}

impl Stamp {
    /// The file, or the regular files of a folder in the order of their names.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        if metadata.is_file() {
            return Ok(Self { files: vec![(path.to_owned(), Mark::of(&metadata))] });
        }
        if !metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "neither a regular file nor a folder"));
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if skipped(&entry.file_name()) {
                continue;
            }
            let file = entry.path();
            // Links are followed: what counts is the file that is read.
            let metadata = fs::metadata(&file).map_err(|error| named(&file, &error))?;
            if metadata.is_file() {
                files.push((file, Mark::of(&metadata)));
            }
        }
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Self { files })
    }

    /// The files, in the order of reading.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Bytes of all files.
    pub(super) fn size(&self) -> u64 {
        self.files.iter().fold(0, |sum, (_, mark)| sum.saturating_add(mark.size))
    }

    /// When the file that changed last did.
    pub(super) fn newest(&self) -> Option<SystemTime> {
        self.files.iter().filter_map(|(_, mark)| mark.modified).max()
    }

    /// The stamp as text that is equal for equal stamps: it is kept across restarts.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, mark) in &self.files {
            let modified = mark.modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
            hash.update(path.as_os_str().as_bytes());
            hash.update([0]);
            hash.update(modified.unwrap_or_default().as_nanos().to_le_bytes());
            hash.update(mark.size.to_le_bytes());
            hash.update(mark.inode.to_le_bytes());
        }
        hex(&hash.finalize())
    }

    /// Whether every file can be opened: better known before the list is half read.
    pub(super) fn open_all(&self) -> io::Result<()> {
        for (path, _) in &self.files {
            File::open(path).map_err(|error| named(path, &error))?;
        }
        Ok(())
    }
}

impl Mark {
    fn of(metadata: &Metadata) -> Self {
        Self { modified: metadata.modified().ok(), size: metadata.len(), inode: metadata.ino() }
    }
}

/// The error, with the file of a folder that it is about.
fn named(file: &Path, error: &io::Error) -> io::Error {
    let name = file.file_name().unwrap_or_default();
    io::Error::new(error.kind(), format!("{}: {error}", name.display()))
}

/// Hidden files, and those that somebody is writing.
fn skipped(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.starts_with(b".") || SKIPPED.iter().any(|end| name.ends_with(end))
}

/// SHA-256, in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
