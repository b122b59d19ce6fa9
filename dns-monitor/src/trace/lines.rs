//! Lines of a file of any size, in memory that does not grow with it.

use std::io::{self, ErrorKind, Read};

use memchr::memchr;

/// Bytes read at once.
const BLOCK: usize = 1 << 20;
/// The longest line, bytes.
pub const MAX_LINE: usize = 4 << 20;

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// All of it, without its end.
    Whole {
        /// Where it begins, bytes from where the reader began.
        at: u64,
        /// What it says.
        text: &'a [u8],
    },
    /// It has more than [`MAX_LINE`] bytes.
    TooLong {
        /// Where it begins, bytes from where the reader began.
        at: u64,
    },
}

/// Reads lines.
pub struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer is still to be given out.
    start: usize,
    end: usize,
    /// Where `start` is in the source.
    at: u64,
    ended: bool,
}

impl<R: Read> Lines<R> {
    /// Begins where the source is.
    pub fn new(source: R) -> Self {
        Self { source, buffer: vec![0; BLOCK], start: 0, end: 0, at: 0, ended: false }
    }

    /// The next line; `None` at the end. A last line needs no end of its own.
    ///
    /// # Errors
    /// Those of the source.
    pub fn advance(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0_usize;
        loop {
            let rest = self.buffer.get(self.start..self.end).unwrap_or_default();
            let fresh = rest.get(searched..).unwrap_or_default();
            if let Some(length) = memchr(b'\n', fresh).map(|at| at.saturating_add(searched)) {
                return Ok(Some(self.give(length, 1)));
            }
            searched = rest.len();
            if searched > MAX_LINE {
                return self.skip().map(Some);
            }
            if self.ended {
                return Ok((searched > 0).then(|| self.give(searched, 0)));
            }
            self.fill()?;
        }
    }

    /// Gives out `length` bytes, and leaves out the end of the line.
    fn give(&mut self, length: usize, end: usize) -> Line<'_> {
        let (start, at) = (self.start, self.at);
        self.pass(length.saturating_add(end));
        if length > MAX_LINE {
            return Line::TooLong { at };
        }
        let text = self.buffer.get(start..start.saturating_add(length)).unwrap_or_default();
        Line::Whole { at, text }
    }

    fn pass(&mut self, length: usize) {
        self.start = self.start.saturating_add(length).min(self.end);
        self.at = self.at.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
    }

    /// Passes the rest of a line that is too long.
    fn skip(&mut self) -> io::Result<Line<'static>> {
        let at = self.at;
        loop {
            let rest = self.buffer.get(self.start..self.end).unwrap_or_default();
            match memchr(b'\n', rest) {
                Some(length) => {
                    self.pass(length.saturating_add(1));
                    return Ok(Line::TooLong { at });
                }
                None => self.pass(rest.len()),
            }
            if self.ended {
                return Ok(Line::TooLong { at });
            }
            self.fill()?;
        }
    }

    /// Moves what is left to the front, makes room where there is none, and reads once.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end = self.end.saturating_sub(self.start);
        self.start = 0;
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len().saturating_mul(2), 0);
        }
        let room = self.buffer.get_mut(self.end..).unwrap_or_default();
        let read = loop {
            match self.source.read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => (),
                read => break read?,
            }
        };
        self.ended = read == 0;
        self.end = self.end.saturating_add(read);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
