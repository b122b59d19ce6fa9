//! Lists that are files of this machine.

use std::{
    io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    Refreshed, SourceError, Totals,
    copy::{CopyError, copy},
    files::Stamp,
    kept::{InForce, Kept, Offer},
    record::Record,
};

/// A file or a folder.
#[derive(Debug)]
pub(super) struct Local {
    /// Which.
    pub(super) path: PathBuf,
}

impl Local {
    /// The files, as they are now.
    pub(super) fn refresh(&self, kept: &mut Kept) -> Result<Refreshed, SourceError> {
        kept.offer = None;
        let (path, stays) = (self.path.clone(), kept.stays());
        let stamp = match Stamp::of(&path).and_then(|stamp| stamp.open_all().map(|()| stamp)) {
            Ok(stamp) => stamp,
            Err(source) => return Err(SourceError::Read { path, source, stays }),
        };
        let (size, limit) = (stamp.size(), kept.settings.max_bytes);
        if size > limit {
            return Err(SourceError::Size { path, size, limit, stays });
        }
        let files = stamp.paths();
        let age = stamp.newest().and_then(|newest| SystemTime::now().duration_since(newest).ok());
        let changed = !matches!(&kept.in_force, Some(InForce::Files(now)) if *now == stamp);
        kept.offer = Some(Offer::Files(stamp));
        Ok(Refreshed { files, changed, age })
    }

    /// Copies what was read. A hard link would not do: files are also changed in place.
    pub(super) fn accept(&self, kept: &mut Kept, stamp: Stamp, totals: Totals) -> Result<(), SourceError> {
        let (digest, files) = (stamp.digest(), stamp.paths());
        kept.in_force = Some(InForce::Files(stamp.clone()));
        if copied(kept, &digest) {
            kept.verify();
        }
        if copied(kept, &digest) {
            return kept.update(|record| record.totals = totals);
        }
        let filled = kept.draft(|folder| fill(&self.path, &files, folder));
        let filled = filled.map_err(|error| kept.not_kept(error))?;
        // What was copied is what was read only if nobody wrote since the files were given out.
        let (Ok((draft, digest_of_copy)), true) =
            (filled, Stamp::of(&self.path).is_ok_and(|now| now == stamp))
        else {
            return Err(SourceError::Changed { path: self.path.clone() });
        };
        let record = Record { digest: digest_of_copy, totals, stamp: Some(digest), ..kept.new_record() };
        kept.accept(draft, record)
    }

    /// What a file is a copy of.
    pub(super) fn label(&self, file: &Path) -> String {
        match file.file_name() {
            Some(name) if self.path.is_dir() => self.path.join(name).display().to_string(),
            _ => self.path.display().to_string(),
        }
    }
}

/// Whether the good copy was taken of the files with this stamp.
fn copied(kept: &Kept, stamp: &str) -> bool {
    kept.good.as_ref().is_some_and(|good| good.record.stamp.as_deref() == Some(stamp))
}

fn fill(path: &Path, files: &[PathBuf], folder: &Path) -> io::Result<Result<String, io::Error>> {
    match copy(path, files, folder) {
        Ok(digest) => Ok(Ok(digest)),
        Err(CopyError::Read(error)) => Ok(Err(error)),
        Err(CopyError::Write(error)) => Err(error),
    }
}
