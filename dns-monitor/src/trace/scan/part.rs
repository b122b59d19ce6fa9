//! One part of an input, from its lines to what was found in them.

use std::{
    io::{self, Read},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    Gap, Hit, Text,
    glance::{Eye, Glance, Parsed, Sketch},
    input::{From, Input, Part, Texts, lock},
    wanted::{Match, Wanted},
};
use crate::trace::lines::{Line, Lines};

/// How many events are kept for their name alone, in all: some 200 MB.
pub const MOST_HITS: u64 = 4_000_000;
/// Of how many bad lines the place is told.
pub const MOST_TOLD: usize = 10;

/// What a part came to; see [`Scan`](super::Scan).
#[derive(Debug, Default)]
pub struct Found {
    pub(super) hits: Vec<Hit>,
    pub(super) gaps: Vec<Gap>,
    pub(super) span: Option<(i64, i64)>,
    pub(super) addresses: Vec<bool>,
    pub(super) lines: u64,
    pub(super) events: u64,
    pub(super) bad: u64,
    pub(super) bad_lines: Vec<(u64, String)>,
    pub(super) crowded: u64,
    pub(super) failed: Option<io::Error>,
}

/// Events that were kept for their name alone, by all threads of this program.
#[derive(Debug, Default)]
pub struct Room(AtomicU64);

impl Room {
    fn take(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) < MOST_HITS
    }
}

/// Reads a part to its end.
pub fn read(part: Part, texts: &Texts, wanted: &Wanted, room: &Room) -> Found {
    let found = Found { addresses: vec![false; wanted.addresses()], ..Found::default() };
    let mut reader = Reader {
        part,
        texts,
        wanted,
        room,
        found,
        is_stream: false,
        eye: Eye::default(),
        parsed: Parsed::default(),
    };
    let result = match texts.input(part.input) {
        Some(Input::File { file, .. }) => {
            // One byte earlier: a line that begins with the part is told from one that began before.
            let from = part.start.saturating_sub(1);
            reader.lines(Lines::new(From::new(file, from)), from, part.start > 0)
        }
        Some(Input::Stream(stream)) => {
            reader.is_stream = true;
            reader.lines(Lines::new(&mut *lock(stream)), 0, false)
        }
        None => Ok(()),
    };
    reader.found.failed = result.err();
    reader.found
}

struct Reader<'a> {
    part: Part,
    texts: &'a Texts,
    wanted: &'a Wanted,
    room: &'a Room,
    found: Found,
    is_stream: bool,
    eye: Eye,
    parsed: Parsed,
}

impl Reader<'_> {
    /// `lines` begin at the byte `from`; the first may be the end of a line of another part.
    fn lines(&mut self, mut lines: Lines<impl Read>, from: u64, mut skip: bool) -> io::Result<()> {
        while let Some(line) = lines.advance()? {
            let (Line::Whole { at, .. } | Line::TooLong { at }) = line;
            if std::mem::take(&mut skip) {
                continue;
            }
            let at = at.saturating_add(from);
            if at >= self.part.end {
                break;
            }
            self.found.lines = self.found.lines.saturating_add(1);
            match line {
                Line::Whole { text, .. } => self.line(at, text)?,
                Line::TooLong { .. } => self.bad("a line longer than any event"),
            }
        }
        Ok(())
    }

    #[inline]
    fn line(&mut self, at: u64, line: &[u8]) -> io::Result<()> {
        match self.eye.glance(line) {
            Some(glance) => self.glance(at, line, &glance),
            None => self.parse(at, line),
        }
    }

    fn glance(&mut self, at: u64, line: &[u8], glance: &Glance<'_>) -> io::Result<()> {
        let found = &mut self.found;
        found.events = found.events.saturating_add(1);
        found.span = Some(match found.span {
            Some((first, last)) => (first.min(glance.time), last.max(glance.time)),
            None => (glance.time, glance.time),
        });
        for address in [glance.client, glance.server] {
            if let Some(seen) = self.wanted.address_of(address).and_then(|at| found.addresses.get_mut(at)) {
                *seen = true;
            }
        }
        let mut result = Ok(());
        self.wanted.matches(glance, |hit| {
            let kept = Self::keep(
                hit,
                (at, line),
                glance,
                (self.is_stream, self.part.input),
                (self.texts, self.room),
            );
            match kept {
                Ok(Some(hit)) => found.hits.push(hit),
                Ok(None) => found.crowded = found.crowded.saturating_add(1),
                Err(error) => result = Err(error),
            }
        });
        result
    }

    /// `None`: there is no room for it.
    fn keep(
        hit: Match,
        (at, line): (u64, &[u8]),
        glance: &Glance<'_>,
        (is_stream, input): (bool, u32),
        (texts, room): (&Texts, &Room),
    ) -> io::Result<Option<Hit>> {
        if !hit.has_id && !room.take() {
            return Ok(None);
        }
        let at = if is_stream { texts.keep(line)? } else { at };
        let length = u32::try_from(line.len()).unwrap_or(u32::MAX);
        let text = Text { input, at, length };
        Ok(Some(Hit { key: hit.key, time: glance.time, id: glance.id, below: hit.below, text }))
    }

    /// A gap, an event whose fields are in another order, or no event.
    #[cold]
    fn parse(&mut self, at: u64, line: &[u8]) -> io::Result<()> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let event = match Sketch::read(line) {
            Ok(event) => event,
            Err(error) => {
                self.bad(&error.to_string());
                return Ok(());
            }
        };
        self.found.gaps.extend(event.gap());
        let mut parsed = std::mem::take(&mut self.parsed);
        let result = self.glance(at, line, &parsed.glance(&event));
        self.parsed = parsed;
        result
    }

    fn bad(&mut self, why: &str) {
        let found = &mut self.found;
        found.bad = found.bad.saturating_add(1);
        if found.bad_lines.len() < MOST_TOLD {
            found.bad_lines.push((found.lines, why.to_owned()));
        }
    }
}
