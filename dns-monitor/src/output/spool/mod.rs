//! What could not be delivered yet, on disk.
//!
//! 1. [`frame`]: one batch;
//! 2. [`segment`]: the files that batches are appended to, and how a good one is found behind a broken one;
//! 3. [`cursor`]: up to where all is delivered;
//! 4. [`Spool`]: appends, reads, acknowledges; deletes what is delivered, or too much.
//!
//! Events are numbered, so that it is known how many are lost where a batch is broken. After a crash at any point
//! everything is there that was written, and some of what was delivered may be delivered again.

mod cursor;
mod frame;
mod segment;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use thiserror::Error;

use self::{
    cursor::Cursor,
    frame::Frame,
    segment::{Found, Segment},
};
use super::sink::Framing;
use crate::config::output::{self, Full, SyncPolicy};

/// Who has the spool.
const LOCK: &str = "lock";
/// The size of a file: a share of the whole, so that little goes when the oldest does.
const SHARE: u64 = 16;
const SEGMENT: (u64, u64) = (256 << 10, 64 << 20);
/// Delivered batches are taken down at least so often.
const CURSOR: Duration = Duration::from_millis(200);

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

/// What could not be delivered yet, on disk.
pub struct Spool {
    folder: PathBuf,
    /// The most bytes of all files.
    size: u64,
    full: Full,
    sync: SyncPolicy,
    /// The oldest first. The last is the one that grows.
    segments: VecDeque<Segment>,
    tail: Option<File>,
    /// The file that is read, and the number of its first event.
    head: Option<(u64, File)>,
    cursor: Cursor,
    /// Behind what was read last, and is to be acknowledged; and how many events before that are broken.
    read: Option<(Cursor, u64)>,
    /// The number of the next event that comes.
    next: u64,
    /// Events that are broken or were thrown out, and not asked for yet.
    lost: u64,
    dirty: Option<Instant>,
    saved: Instant,
    unsaved: bool,
    buffer: Vec<u8>,
    /// As long as it is open nobody else has the spool.
    _lock: File,
}

/// How much was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Events.
    pub events: u64,
    /// How they follow one another.
    pub framing: Framing,
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
        let mut spool = Self {
            folder: folder.to_owned(),
            size: settings.size as u64,
            full: settings.full,
            sync: settings.sync,
            segments: segment::list(folder).map_err(failed)?.into(),
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

    /// Events that wait, broken ones among them.
    #[must_use]
    pub fn pending(&self) -> u64 {
        self.next.saturating_sub(self.cursor.event)
    }

    /// Bytes on disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.length))
    }

    /// Events that were lost since this was asked last: thrown out, or broken.
    pub fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// Appends a batch. Where there is no room, what the settings say goes, and counts as lost: the oldest, or this batch.
    ///
    /// # Errors
    /// Those of the file system; the batch counts as lost.
    pub fn append(&mut self, bytes: &[u8], events: u64, framing: Framing) -> io::Result<()> {
        let Some(frame) = Frame::new(bytes, events, framing, self.next) else {
            self.lost += events;
            return Ok(());
        };
        if !self.make_room(frame.size())? {
            self.lost += events;
            return Ok(());
        }
        let mut result = self.write(&frame, bytes);
        if result.is_err() && self.full == Full::DropOldest && self.segments.len() > 1 {
            // The disk may be smaller than the settings say.
            self.throw_out()?;
            result = self.write(&frame, bytes);
        }
        match result {
            Ok(()) => {
                self.next = frame.end();
                if self.sync == SyncPolicy::Always { self.sync() } else { Ok(()) }
            }
            Err(error) => {
                self.lost += events;
                Err(error)
            }
        }
    }

    fn write(&mut self, frame: &Frame, bytes: &[u8]) -> io::Result<()> {
        let most = (self.size / SHARE).clamp(SEGMENT.0, SEGMENT.1);
        let is_full =
            self.segments.back().is_none_or(|last| last.length > 0 && last.length + frame.size() > most);
        if is_full || self.tail.is_none() {
            self.roll(is_full)?;
        }
        let (Some(tail), Some(last)) = (self.tail.as_mut(), self.segments.back_mut()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        self.buffer.clear();
        frame.write(&mut self.buffer);
        self.buffer.extend_from_slice(bytes);
        if let Err(error) = tail.write_all(&self.buffer) {
            // Half a batch would be in the way of the next.
            tail.set_len(last.length)?;
            return Err(error);
        }
        last.length += frame.size();
        self.dirty.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Opens the file that grows, or begins a new one.
    fn roll(&mut self, new: bool) -> io::Result<()> {
        if new {
            self.sync()?;
            let segment = Segment { first: self.next, length: 0 };
            let file = appending(true).open(segment.path(&self.folder))?;
            if self.segments.is_empty() {
                self.cursor = Cursor { segment: segment.first, offset: 0, event: segment.first };
            }
            self.segments.push_back(segment);
            self.tail = Some(file);
            // The name must survive as well as what is in it.
            return File::open(&self.folder)?.sync_all();
        }
        let Some(last) = self.segments.back() else { return Ok(()) };
        self.tail = Some(appending(false).open(last.path(&self.folder))?);
        Ok(())
    }

    /// Whether there is room for so many bytes more.
    fn make_room(&mut self, more: u64) -> io::Result<bool> {
        while self.bytes().saturating_add(more) > self.size {
            if self.full == Full::DropNewest || self.segments.is_empty() {
                return Ok(false);
            }
            self.throw_out()?;
        }
        Ok(true)
    }

    /// Throws out the oldest file. What was read of it and is under way does not count as lost.
    fn throw_out(&mut self) -> io::Result<()> {
        self.unsaved = true;
        let end = self.segments.get(1).map_or(self.next, |next| next.first);
        let under_way = self.read.map_or(self.cursor.event, |(read, _)| read.event);
        self.lost += end.saturating_sub(under_way);
        self.delete_first()?;
        self.cursor = Cursor { segment: end, offset: 0, event: end.max(self.cursor.event) };
        if let Some((read, _)) = self.read.as_mut().filter(|(read, _)| read.segment < end) {
            *read = self.cursor;
        }
        Ok(())
    }

    fn delete_first(&mut self) -> io::Result<()> {
        let Some(first) = self.segments.pop_front() else { return Ok(()) };
        self.head = None;
        if self.segments.is_empty() {
            self.tail = None;
        }
        fs::remove_file(first.path(&self.folder))
    }

    /// Appends the next batches to `out`, at least one if there is one, up to about `most` bytes. They stay in the spool
    /// until [`Self::acknowledge`].
    ///
    /// # Errors
    /// Those of the file system.
    pub fn read(&mut self, most: usize, out: &mut Vec<u8>) -> io::Result<Option<Read>> {
        let mut at = self.cursor;
        let (mut read, mut broken): (Option<Read>, u64) = (None, 0);
        while read.is_none() || out.len() < most {
            let Some((found, segment)) = self.find(&mut at)? else { break };
            if read.is_some_and(|read| read.framing != found.frame.framing) {
                break;
            }
            broken += found.frame.first.saturating_sub(at.event);
            at = Cursor { segment, offset: found.next, event: found.frame.end() };
            out.extend_from_slice(&self.buffer);
            let events = read.map_or(0, |read| read.events) + u64::from(found.frame.events);
            read = Some(Read { events, framing: found.frame.framing });
        }
        if read.is_none() {
            // Nothing good is left.
            self.lost += self.next.saturating_sub(at.event);
            at.event = self.next;
            self.cursor = at;
            return Ok(None);
        }
        self.read = Some((at, broken));
        Ok(read)
    }

    /// The next good batch from a place on, in the buffer, and the file where it is.
    fn find(&mut self, at: &mut Cursor) -> io::Result<Option<(Found, u64)>> {
        loop {
            let Some(index) = self.segments.iter().position(|segment| segment.first == at.segment) else {
                return Ok(None);
            };
            let Some(segment) = self.segments.get(index) else { return Ok(None) };
            let (_, file) = match &mut self.head {
                Some(head) if head.0 == at.segment => head,
                head => head.insert((at.segment, File::open(segment.path(&self.folder))?)),
            };
            if let Some(found) = segment::next(file, at.offset, segment.length, at.event, &mut self.buffer)? {
                return Ok(Some((found, at.segment)));
            }
            let Some(next) = self.segments.get(index + 1) else { return Ok(None) };
            (at.segment, at.offset) = (next.first, 0);
        }
    }

    /// What was read last is delivered.
    ///
    /// # Errors
    /// Those of the file system: it may be delivered again after the next start.
    pub fn acknowledge(&mut self) -> io::Result<()> {
        let Some((read, broken)) = self.read.take() else { return Ok(()) };
        self.cursor = read;
        self.lost += broken;
        self.unsaved = true;
        let mut deleted = false;
        while self.segments.len() > 1 && self.segments.front().is_some_and(|first| first.first < read.segment)
        {
            self.delete_first()?;
            deleted = true;
        }
        if self.pending() == 0 && self.segments.front().is_some_and(|first| first.length >= SEGMENT.0) {
            // Nothing is left: the disk is somebody else's again.
            self.delete_first()?;
            self.cursor = Cursor { segment: self.next, offset: 0, event: self.next };
            deleted = true;
        }
        if deleted || self.saved.elapsed() >= CURSOR { self.save() } else { Ok(()) }
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

/// What is in a spool is for nobody else to read.
fn appending(create: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create(create).mode(0o600);
    options
}
