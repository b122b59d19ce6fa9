//! What comes is appended; where it finds no room, something goes.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    time::Instant,
};

use super::{Spool, cursor::Cursor, frame::Frame, segment::Segment};
use crate::{
    config::output::{Full, SyncPolicy},
    output::sink::Framing,
};

/// The size of a file: a share of the whole, so that little goes when the oldest does.
const SHARE: u64 = 16;
pub(super) const SEGMENT: (u64, u64) = (256 << 10, 64 << 20);

/// Whether a disk has no room, rather than anything wrong with it.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

impl Spool {
    /// Appends a batch. Where there is no room, what the settings say goes, and counts as lost: the oldest, or this batch.
    ///
    /// # Errors
    /// Those of the file system. Where [the disk is full](is_full) the batch counts as lost; else it is still the caller's.
    pub fn append(&mut self, bytes: &[u8], events: u64, framing: Framing) -> io::Result<()> {
        let Some(frame) = Frame::new(bytes, events, framing, self.next) else {
            self.lost += events;
            return Ok(());
        };
        match self.place(&frame, bytes) {
            Ok(true) => {
                if self.pending() == 0 {
                    self.ages.clear();
                }
                self.ages.came(self.next, Instant::now());
                self.next = frame.end();
                // In the file it is, whatever comes of this.
                if self.sync == SyncPolicy::Always { self.sync() } else { Ok(()) }
            }
            Ok(false) => {
                self.lost += events;
                Ok(())
            }
            Err(error) => {
                self.lost += if is_full(&error) { events } else { 0 };
                Err(error)
            }
        }
    }

    /// Writes a batch; false where there is no room for it.
    fn place(&mut self, frame: &Frame, bytes: &[u8]) -> io::Result<bool> {
        if !self.make_room(frame.size())? {
            return Ok(false);
        }
        let mut result = self.write(frame, bytes);
        // The disk may be smaller than the settings say.
        let is_small = result.as_ref().is_err_and(is_full);
        if is_small && self.full == Full::DropOldest && self.segments.len() > 1 {
            self.throw_out()?;
            result = self.write(frame, bytes);
        }
        result.map(|()| true)
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
            // Half a batch would be in the way of the next. Where it cannot be taken back now, it is before that.
            if tail.set_len(last.length).is_err() {
                self.tail = None;
            }
            return Err(error);
        }
        last.length += frame.size();
        self.bytes = self.bytes.saturating_add(frame.size());
        self.dirty.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// Opens the file that grows, or begins a new one.
    fn roll(&mut self, new: bool) -> io::Result<()> {
        if new {
            self.sync()?;
            let segment = Segment { first: self.next, length: 0, begun: None };
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
        let file = appending(false).open(last.path(&self.folder))?;
        file.set_len(last.length)?;
        self.tail = Some(file);
        Ok(())
    }

    /// Whether there is room for so many bytes more.
    fn make_room(&mut self, more: u64) -> io::Result<bool> {
        while self.bytes.saturating_add(more) > self.size {
            if self.full == Full::DropNewest || self.segments.is_empty() {
                return Ok(false);
            }
            self.throw_out()?;
        }
        Ok(true)
    }

    /// Throws out the oldest file. What was read of it and is under way does not count as lost.
    fn throw_out(&mut self) -> io::Result<()> {
        let end = self.segments.get(1).map_or(self.next, |next| next.first);
        self.delete_first()?;
        self.unsaved = true;
        let under_way = self.read.map_or(self.cursor.event, |(read, _)| read.event);
        self.lost += end.saturating_sub(under_way);
        self.cursor = Cursor { segment: end, offset: 0, event: end.max(self.cursor.event) };
        if let Some((read, _)) = self.read.as_mut().filter(|(read, _)| read.segment < end) {
            *read = self.cursor;
        }
        Ok(())
    }

    /// Where it cannot be deleted it stays, and counts.
    pub(super) fn delete_first(&mut self) -> io::Result<()> {
        let Some(first) = self.segments.front() else { return Ok(()) };
        match fs::remove_file(first.path(&self.folder)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => self.bytes = self.bytes.saturating_sub(first.length),
        }
        self.segments.pop_front();
        self.head = None;
        if self.segments.is_empty() {
            self.tail = None;
        }
        Ok(())
    }
}

/// What is in a spool is for nobody else to read.
pub(super) fn appending(create: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create(create).mode(0o600);
    options
}
