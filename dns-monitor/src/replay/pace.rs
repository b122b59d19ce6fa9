//! A capture at the pace of a network that does not wait.

use std::{
    num::NonZeroU32,
    thread,
    time::{Duration, Instant},
};

/// Packets between two looks at the clock: a hundredth of a second's at 10,000 a second.
const ROUND: u64 = 100;

/// How far a capture has come, and how far it should have.
pub(super) struct Pace {
    rate: NonZeroU32,
    start: Instant,
    packets: u64,
}

impl Pace {
    /// So many packets a second from now on.
    pub(super) fn new(rate: NonZeroU32) -> Self {
        Self { rate, start: Instant::now(), packets: 0 }
    }

    /// One packet more; true where a round is over, and the next one due.
    pub(super) fn step(&mut self) -> bool {
        self.packets += 1;
        if !self.packets.is_multiple_of(ROUND) {
            return false;
        }
        let due = Duration::from_secs_f64(self.packets as f64 / f64::from(self.rate.get()));
        thread::sleep(due.saturating_sub(self.start.elapsed()));
        true
    }

    /// For the log: what was wanted, and what came of it.
    pub(super) fn report(&self) -> String {
        let seconds = self.start.elapsed().as_secs_f64();
        let reached = self.packets as f64 / seconds.max(f64::EPSILON);
        format!("offered {} packets in {seconds:.2} s: {reached:.0} a second, of {}", self.packets, self.rate)
    }
}
