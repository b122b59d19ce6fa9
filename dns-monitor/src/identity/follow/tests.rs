//! Files that change under us: grown, cut, renamed, replaced, gone and back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod growing;
mod places;
mod thread;
mod whole;

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use super::{
    LeaseReason,
    books::{Books, Taker},
    files::Files,
};
use crate::{
    config::Leases,
    identity::{assignment::Change, lease::Format, tests::show},
    ledger::Tally,
};

/// When the files of the tests are written and looked at: 2026-11-24 12:00:00 UTC.
pub const NOON: u64 = 1_795_521_600_000_000_000;
pub const SECOND: u64 = 1_000_000_000;

/// A folder with files, somebody who follows them, and a clock that goes as we say.
pub struct Scene {
    folder: TempDir,
    files: Files,
    pub tally: Tally<LeaseReason>,
    pub notes: Vec<String>,
    /// ns since the Unix epoch.
    pub now: u64,
}

#[derive(Default)]
struct Changes(Vec<Change>);

impl Taker for Changes {
    fn take(&mut self, change: Change, _file: &Path, _line: u64) {
        self.0.push(change);
    }

    fn is_closed(&self) -> bool {
        false
    }
}

impl Scene {
    /// Follows `name` in a folder of its own; an empty name is the folder.
    pub fn new(name: &str, format: Format) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let files = Files::new(&[Leases { path, format, zone: None, lease_time: None }]);
        Self { folder, files, tally: Tally::default(), notes: Vec::new(), now: NOON }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file anew, in place.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
        self.touch(name);
    }

    pub fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().append(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        self.touch(name);
    }

    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Files are written when our clock says.
    fn touch(&self, name: &str) {
        let file = File::options().write(true).open(self.path(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(self.now)).unwrap();
    }

    /// Looks once; what is new, in no order.
    pub fn look(&mut self) -> Vec<String> {
        let mut shown: Vec<String> = self.changes().iter().map(show).collect();
        shown.sort();
        shown
    }

    /// Looks once; what is new, as it came.
    pub fn changes(&mut self) -> Vec<Change> {
        let mut changes = Changes::default();
        let mut books = Books::new(&mut changes);
        self.files.look(self.now, &mut books);
        let (tally, notes) = books.close();
        self.tally.merge(&tally);
        self.notes
            .extend(notes.into_iter().map(|note| note.replace(&*self.folder.path().to_string_lossy(), "…")));
        changes.0
    }

    /// Looks again when so much time has passed.
    pub fn look_after(&mut self, seconds: u64) -> Vec<String> {
        self.now += seconds * SECOND;
        self.look()
    }
}

pub const NOTHING: [&str; 0] = [];
