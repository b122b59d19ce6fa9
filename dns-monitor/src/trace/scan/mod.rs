//! Events in their millions: which of them may be what alerts speak of.
//!
//! 1. [`input`]: files, cut into parts that threads can take, and streams;
//! 2. [`glance`]: a quick look at a line, without parsing it;
//! 3. [`wanted`]: what is looked for;
//! 4. [`part`]: one part, from its lines to what was found;
//! 5. [`run`]: all of it, on all processors.

pub mod glance;
pub mod input;
pub mod part;
pub mod wanted;

use std::{
    io,
    num::NonZero,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use self::{
    input::{Input, Part, Texts},
    part::{Found, Room},
    wanted::Wanted,
};
use super::event::Lost;

/// An event that may be what an alert speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// What it hit, an index into what is [wanted](Wanted).
    pub key: u32,
    /// When its query crossed the interface, ns since the Unix epoch.
    pub time: i64,
    /// DNS message id.
    pub id: Option<u16>,
    /// Whether its name is below the one that is wanted.
    pub below: bool,
    /// Where its text is: which input, from which byte on, how many.
    pub text: Text,
}

/// Where the text of an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    /// Which input.
    pub input: u32,
    /// From which byte on.
    pub at: u64,
    /// How many bytes.
    pub length: u32,
}

/// A loss that the events tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Since when nothing was seen, if that is what it tells of; ns since the Unix epoch.
    pub from: Option<i64>,
    /// When it was noticed, ns since the Unix epoch.
    pub time: i64,
    /// What was lost.
    pub lost: Lost,
}

/// A line that is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Which input.
    pub input: u32,
    /// From 1.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// What all events came to.
#[derive(Debug, Default)]
pub struct Scan {
    /// By key, then by time.
    pub hits: Vec<Hit>,
    /// Losses that the events tell of.
    pub gaps: Vec<Gap>,
    /// Time of the first and the last event, ns since the Unix epoch.
    pub span: Option<(i64, i64)>,
    /// Which of the wanted addresses occur, by their index.
    pub addresses: Vec<bool>,
    /// Lines that are events.
    pub events: u64,
    /// Lines that are none.
    pub bad: u64,
    /// The first of those.
    pub bad_lines: Vec<BadLine>,
    /// Events that were not kept, because there were more than [`part::MOST_HITS`].
    pub crowded: u64,
    /// Inputs that could not be read to their end, and why.
    pub failed: Vec<(u32, io::Error)>,
    /// Where the text of hits can be read.
    pub texts: Texts,
}

/// Reads every input to its end, on as many threads as there are processors.
///
/// # Errors
/// A file for what was kept of a stream could not be made. What is wrong with an input is in [`Scan::failed`].
pub fn run(inputs: Vec<Input>, wanted: &Wanted) -> io::Result<Scan> {
    let parts: Vec<Part> = inputs.iter().zip(0..).flat_map(|(input, number)| input.parts(number)).collect();
    let texts = Texts::new(inputs)?;
    let (next, done, room) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Room::default());
    let work = || {
        let mut mine = Vec::new();
        while let Some(part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            mine.push((*part, part::read(*part, &texts, wanted, &room)));
        }
        done.lock().unwrap_or_else(PoisonError::into_inner).append(&mut mine);
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(parts.len());
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(part, _)| (part.input, part.start));
    let mut scan = Scan { addresses: vec![false; wanted.addresses()], ..Scan::default() };
    let mut before = (0, 0);
    for (part, found) in done {
        let lines = if before.0 == part.input { before.1 } else { 0 };
        before = (part.input, found.lines.saturating_add(lines));
        scan.add(part.input, lines, found);
    }
    scan.hits.sort_unstable();
    scan.gaps.sort_unstable_by_key(|gap| gap.time);
    scan.texts = texts;
    Ok(scan)
}

impl Scan {
    /// Adds a part that so many `lines` of the same input are before.
    fn add(&mut self, input: u32, lines: u64, found: Found) {
        let Found { hits, gaps, span, addresses, events, bad, bad_lines, crowded, failed, .. } = found;
        self.hits.extend(hits);
        self.gaps.extend(gaps);
        self.span = match (self.span, span) {
            (Some((first, last)), Some(new)) => Some((first.min(new.0), last.max(new.1))),
            (one, other) => one.or(other),
        };
        for (all, seen) in self.addresses.iter_mut().zip(addresses) {
            *all |= seen;
        }
        self.events = self.events.saturating_add(events);
        self.bad = self.bad.saturating_add(bad);
        self.crowded = self.crowded.saturating_add(crowded);
        let room = part::MOST_TOLD.saturating_sub(self.bad_lines.len());
        let place = |(line, why): (u64, String)| BadLine { input, line: lines.saturating_add(line), why };
        self.bad_lines.extend(bad_lines.into_iter().take(room).map(place));
        self.failed.extend(failed.map(|error| (input, error)));
    }
}

#[cfg(test)]
mod tests;
