//! What could not be delivered yet, on disk.
//!
//! 1. [`frame`]: one batch;
//! 2. [`segment`]: the files that batches are appended to, and how a good one is found behind a broken one;
//! 3. [`cursor`]: up to where all is delivered; [`ages`]: since when the rest waits;
//! 4. [`Spool`]: [`open`] finds what is there, [`append`] adds to it, and makes room; [`read`] and acknowledge, which deletes
//!    what is delivered.
//!
//! Events are numbered, so that it is known how many are lost where a batch is broken. After a crash at any point
//! everything is there that was written, and some of what was delivered may be delivered again.

mod ages;
mod append;
mod cursor;
mod frame;
mod open;
mod read;
mod segment;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    fs::File,
    io,
    path::PathBuf,
    time::{Duration, Instant},
};

use self::{ages::Ages, cursor::Cursor, segment::Segment};
pub use self::{append::is_full, open::SpoolError, read::Read};
use crate::config::output::{Full, SyncPolicy};

/// Delivered batches are taken down at least so often.
const CURSOR: Duration = Duration::from_millis(200);

/// What could not be delivered yet, on disk.
pub struct Spool {
    folder: PathBuf,
    /// The most bytes of all files.
    size: u64,
    full: Full,
    sync: SyncPolicy,
    /// The oldest first. The last is the one that grows.
    segments: VecDeque<Segment>,
    /// Of all of them.
    bytes: u64,
    tail: Option<File>,
    /// The file that is read, and the number of its first event.
    head: Option<(u64, File)>,
    cursor: Cursor,
    /// Behind what was read last, and is to be acknowledged; and how many events before that are broken.
    read: Option<(Cursor, u64)>,
    /// The number of the next event that comes.
    next: u64,
    ages: Ages,
    /// Events that are broken or were thrown out, and not asked for yet.
    lost: u64,
    dirty: Option<Instant>,
    saved: Instant,
    unsaved: bool,
    buffer: Vec<u8>,
    /// As long as it is open nobody else has the spool.
    _lock: File,
}

impl Spool {
    /// Events that wait, broken ones among them.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.next.saturating_sub(self.cursor.event)
    }

    /// Bytes on disk.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The most bytes on disk.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// When the oldest event came that waits, to the second or so.
    pub fn oldest(&mut self) -> Option<Instant> {
        if self.pending() == 0 { None } else { self.ages.of(self.cursor.event) }
    }

    /// Events that were lost since this was asked last: thrown out, or broken.
    pub fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    fn save(&mut self) -> io::Result<()> {
        (self.saved, self.unsaved) = (Instant::now(), false);
        self.cursor.save(&self.folder)
    }

    /// The disk has everything.
    fn sync(&mut self) -> io::Result<()> {
        if self.dirty.take().is_some()
            && let Some(tail) = &self.tail
        {
            tail.sync_data()?;
        }
        Ok(())
    }

    /// Lets time pass: what is due goes to the disk. Whether something is not there yet.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn tend(&mut self) -> io::Result<bool> {
        let every = match self.sync {
            SyncPolicy::Always => Duration::ZERO,
            SyncPolicy::Every(every) => every,
        };
        if self.dirty.is_some_and(|since| since.elapsed() >= every) {
            self.sync()?;
        }
        if self.unsaved && self.saved.elapsed() >= CURSOR {
            self.save()?;
        }
        Ok(self.unsaved || self.dirty.is_some())
    }

    /// The end: everything is on disk, and what is delivered is known to be.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn close(&mut self) -> io::Result<()> {
        self.sync()?;
        self.save()
    }
}
