//! What of a batch is settled already, so that after a failure only the rest is repeated.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

use super::{Events, Receipt, SinkError};

/// The events of one batch, each settled or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    settled: Vec<bool>,
    receipt: Receipt,
}

/// Remembers how far the last batch came, should it come again.
#[derive(Debug, Default)]
pub(super) struct Memory(Option<Kept>);

#[derive(Debug)]
struct Kept {
    /// How many bytes they were, and what they were.
    length: usize,
    digest: u64,
    progress: Progress,
}

impl Progress {
    /// Nothing is settled of so many events.
    pub(super) fn new(events: usize) -> Self {
        Self { settled: vec![false; events], receipt: Receipt::default() }
    }

    /// The positions of the events that are still to be delivered.
    pub(super) fn open(&self) -> Vec<usize> {
        let all = self.settled.iter().enumerate();
        all.filter(|(_, settled)| !**settled).map(|(at, _)| at).collect()
    }

    /// The collector took the event at `at`.
    pub(super) fn take(&mut self, at: usize) {
        if self.settle(at) {
            self.receipt.taken = self.receipt.taken.saturating_add(1);
        }
    }

    /// The collector will never take the event at `at`.
    pub(super) fn refuse(&mut self, at: usize, reason: impl FnOnce() -> String) {
        if self.settle(at) {
            self.receipt.refused = self.receipt.refused.saturating_add(1);
            self.receipt.reason.get_or_insert_with(reason);
        }
    }

    /// Of the events at these positions the collector took all but `refused`, without saying which.
    pub(super) fn take_but(&mut self, at: &[usize], refused: usize, reason: &str) {
        for (count, at) in at.iter().enumerate() {
            if count < refused { self.refuse(*at, || reason.to_owned()) } else { self.take(*at) }
        }
    }

    /// What to say of the batch as a whole.
    pub(super) fn receipt(&self) -> Receipt {
        self.receipt.clone()
    }

    fn settle(&mut self, at: usize) -> bool {
        self.settled.get_mut(at).is_some_and(|settled| !std::mem::replace(settled, true))
    }
}

impl Memory {
    /// Has `send` settle the events; after an error the same are expected again, and only those that are open are sent.
    pub(super) fn deliver(
        &mut self,
        events: &Events<'_>,
        send: impl FnOnce(&[&[u8]], &mut Progress) -> Result<(), SinkError>,
    ) -> Result<Receipt, SinkError> {
        let lines: Vec<_> = events.iter().collect();
        let mut progress = self.resume(events, lines.len());
        match send(&lines, &mut progress) {
            Ok(()) => Ok(progress.receipt()),
            Err(error) => {
                self.keep(events, progress);
                Err(error)
            }
        }
    }

    /// Where to go on with these events: at the start, unless they begin with those that came before and were not
    /// finished.
    pub(super) fn resume(&mut self, events: &Events<'_>, count: usize) -> Progress {
        let Some(Kept { length, digest, mut progress }) = self.0.take() else { return Progress::new(count) };
        let same = events.bytes.get(..length).is_some_and(|bytes| self::digest(bytes) == digest);
        if !same || progress.settled.len() > count {
            return Progress::new(count);
        }
        progress.settled.resize(count, false);
        progress
    }

    /// These events will come again, perhaps with others behind them.
    pub(super) fn keep(&mut self, events: &Events<'_>, progress: Progress) {
        self.0 = Some(Kept { length: events.bytes.len(), digest: digest(events.bytes), progress });
    }
}

fn digest(bytes: &[u8]) -> u64 {
    FixedState::default().hash_one(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::output::sink::Framing;

    fn events(bytes: &[u8]) -> Events<'_> {
        Events { bytes, count: 3, framing: Framing::Lines }
    }

    #[test]
    fn every_event_is_settled_once() {
        let mut progress = Progress::new(4);
        progress.take(1);
        progress.refuse(1, || "too late".to_owned());
        progress.refuse(3, || "first".to_owned());
        progress.refuse(0, || "second".to_owned());
        progress.take(9);
        let receipt = Receipt { taken: 1, refused: 2, reason: Some("first".to_owned()) };
        assert_eq!((progress.open(), progress.receipt()), (vec![2], receipt));
    }

    #[test]
    fn only_the_same_events_go_on_where_they_stopped() {
        let mut memory = Memory::default();
        let mut half = Progress::new(3);
        half.take(0);
        let cases = [
            ("the same", &b"a\nb\nc\n"[..], 3, vec![1, 2]),
            ("with another behind them", b"a\nb\nc\nd\n", 4, vec![1, 2, 3]),
            ("others", b"a\nb\nd\n", 3, vec![0, 1, 2]),
            ("fewer", b"a\nb\n", 2, vec![0, 1]),
        ];
        for (what, bytes, count, open) in cases {
            memory.keep(&events(b"a\nb\nc\n"), half.clone());
            assert_eq!(memory.resume(&events(bytes), count).open(), open, "{what}");
            assert_eq!(memory.resume(&events(bytes), count).open().len(), count, "{what}: once only");
        }
    }
}
