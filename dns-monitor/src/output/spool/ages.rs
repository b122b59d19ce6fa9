//! Since when events wait: a mark now and then, with the number of the event that came.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::segment::Segment;

/// Marks are so far apart at least.
const APART: Duration = Duration::from_secs(1);
/// Where there are more, every second one goes, and the next ones are twice as far apart.
const MOST: usize = 1024;

/// When which event came.
#[derive(Debug)]
pub struct Ages {
    /// The oldest first.
    marks: VecDeque<(u64, Instant)>,
    apart: Duration,
}

impl Ages {
    /// What files say of events that were there before.
    pub fn found(segments: &[Segment]) -> Self {
        let now = Instant::now();
        let age =
            |segment: &Segment| segment.begun.and_then(|begun| begun.elapsed().ok()).unwrap_or_default();
        let mark = |segment: &Segment| (segment.first, now.checked_sub(age(segment)).unwrap_or(now));
        Self { marks: segments.iter().map(mark).collect(), apart: APART }
    }

    /// Nothing waits.
    pub fn clear(&mut self) {
        self.marks.clear();
        self.apart = APART;
    }

    /// An event came.
    pub fn came(&mut self, event: u64, now: Instant) {
        if self.marks.back().is_some_and(|(_, at)| now.saturating_duration_since(*at) < self.apart) {
            return;
        }
        self.marks.push_back((event, now));
        if self.marks.len() > MOST {
            let mut at = 0_usize;
            self.marks.retain(|_| {
                at += 1;
                at % 2 == 1
            });
            self.apart = self.apart.saturating_mul(2);
        }
    }

    /// When this event came, which is the oldest that waits.
    pub fn of(&mut self, event: u64) -> Option<Instant> {
        while self.marks.get(1).is_some_and(|(next, _)| *next <= event) {
            self.marks.pop_front();
        }
        self.marks.front().map(|(_, at)| *at)
    }
}
