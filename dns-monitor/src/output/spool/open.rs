//! Finding what is there.

use std::{
    fs::{self, OpenOptions, TryLockError},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    time::Instant,
};

use thiserror::Error;

use super::{Spool, ages::Ages, append::appending, cursor::Cursor, segment};
use crate::config::output;

/// Who has the spool.
const LOCK: &str = "lock";

/// Why there is no spool.
#[derive(Debug, Error)]
pub enum SpoolError {
    /// Another output, or another agent, has it.
    #[error("{}: another output or agent has this spool", .0.display())]
    Taken(PathBuf),
    /// The file system.
    #[error("{}: {source}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What it says.
        source: io::Error,
    },
}

impl Spool {
    /// Opens a spool with what is in it, or makes it.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn open(folder: &Path, settings: &output::Spool) -> Result<Self, SpoolError> {
        let failed = |source| SpoolError::Io { path: folder.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let lock = appending(true).open(folder.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SpoolError::Taken(folder.to_owned())),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let segments = segment::list(folder).map_err(failed)?;
        let mut spool = Self {
            folder: folder.to_owned(),
            size: settings.size as u64,
            full: settings.full,
            sync: settings.sync,
            bytes: segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.length)),
            ages: Ages::found(&segments),
            segments: segments.into(),
            tail: None,
            head: None,
            cursor: Cursor::load(folder).unwrap_or_default(),
            read: None,
            next: 0,
            lost: 0,
            dirty: None,
            saved: Instant::now(),
            unsaved: false,
            buffer: Vec::new(),
            _lock: lock,
        };
        spool.recover().map_err(failed)?;
        Ok(spool)
    }

    /// Finds the end of what was written, and the start of what was not delivered.
    fn recover(&mut self) -> io::Result<()> {
        self.next = self.cursor.event;
        if let Some(last) = self.segments.back_mut() {
            let file = OpenOptions::new().read(true).write(true).open(last.path(&self.folder))?;
            let (mut end, mut next) = (0, last.first);
            let mut bytes = Vec::new();
            while let Some(found) = segment::next(&file, end, last.length, next, &mut bytes)? {
                (end, next) = (found.next, found.frame.end());
            }
            if end < last.length {
                // The last write was cut off. What is behind a hole would be behind a good batch too.
                file.set_len(end)?;
                self.bytes = self.bytes.saturating_sub(last.length.saturating_sub(end));
                last.length = end;
            }
            self.next = self.next.max(next);
        }
        let cursor = self.cursor;
        while self.segments.front().is_some_and(|segment| segment.first < cursor.segment) {
            self.delete_first()?;
        }
        match self.segments.front() {
            Some(segment) if segment.first == cursor.segment => {
                self.cursor.offset = cursor.offset.min(segment.length);
            }
            Some(segment) => {
                self.cursor = Cursor { segment: segment.first, offset: 0, event: segment.first };
            }
            None => self.cursor = Cursor { event: self.next, ..Cursor::default() },
        }
        Ok(())
    }
}
