//! Copies of files, and the digest by which a copy is known to be whole.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::files::hex;

/// Name of the copy of a list that is a single file. Its own may be one that folders skip.
pub(super) const SINGLE: &str = "list";

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// Why files could not be copied.
#[derive(Debug)]
pub(super) enum CopyError {
    /// One of them cannot be read.
    Read(io::Error),
    /// The copy cannot be written.
    Write(io::Error),
}

/// Copies the `files` of the list at `path` into `folder`; gives the digest of the copy.
pub(super) fn copy(path: &Path, files: &[PathBuf], folder: &Path) -> Result<String, CopyError> {
    let mut digest = Sha256::new();
    for from in files {
        let name = if from == path { OsStr::new(SINGLE) } else { from.file_name().unwrap_or_default() };
        let mut to = File::create(folder.join(name)).map_err(CopyError::Write)?;
        add(&mut digest, name, &stream(from, &mut to)?);
        to.sync_all().map_err(CopyError::Write)?;
    }
    Ok(hex(&digest.finalize()))
}

/// The digest of a copy: names and contents of its files.
pub(super) fn digest(files: &[PathBuf]) -> Result<String, CopyError> {
    let mut digest = Sha256::new();
    for file in files {
        add(&mut digest, file.file_name().unwrap_or_default(), &stream(file, &mut io::sink())?);
    }
    Ok(hex(&digest.finalize()))
}

/// The digest of a copy that is a single file whose contents have the digest `contents`.
pub(super) fn digest_of_single(contents: &str) -> String {
    let mut digest = Sha256::new();
    add(&mut digest, OsStr::new(SINGLE), contents);
    hex(&digest.finalize())
}

fn add(digest: &mut Sha256, name: &OsStr, contents: &str) {
    digest.update(name.as_bytes());
    digest.update([0]);
    digest.update(contents);
}

/// Copies a file; gives the digest of its contents.
fn stream(from: &Path, to: &mut impl Write) -> Result<String, CopyError> {
    let mut from = File::open(from).map_err(CopyError::Read)?;
    let mut digest = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = match from.read(&mut chunk) {
            Ok(0) => return Ok(hex(&digest.finalize())),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Read(error)),
        };
        let bytes = chunk.get(..count).unwrap_or_default();
        digest.update(bytes);
        to.write_all(bytes).map_err(CopyError::Write)?;
    }
}
