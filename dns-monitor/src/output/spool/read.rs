//! The oldest is read, delivered by somebody, and acknowledged.

use std::{fs::File, io};

use super::{
    CURSOR, Spool,
    append::SEGMENT,
    cursor::Cursor,
    segment::{self, Found},
};
use crate::output::sink::Framing;

/// How much was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Events.
    pub events: u64,
    /// How they follow one another.
    pub framing: Framing,
}

impl Spool {
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
}
