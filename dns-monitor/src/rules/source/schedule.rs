//! When to ask a server again.

use std::{
    hash::BuildHasher,
    time::{Duration, Instant},
};

use foldhash::fast::FixedState;

/// The first wait after a failure; it doubles with each further one, up to the refresh interval.
const FIRST_RETRY: Duration = Duration::from_secs(30);

/// Doublings after which no refresh interval is larger.
const MAX_DOUBLINGS: u32 = 20;

/// A wait is this much longer or shorter than asked for, in per mille, so that many agents that were
/// started together do not ask together.
const JITTER: u64 = 100;

/// When one list is due.
#[derive(Debug)]
pub(super) struct Schedule {
    refresh: Duration,
    seed: u64,
    /// Waits that were drawn so far.
    draws: u64,
    /// Failures since the last success.
    failures: u32,
    due: Instant,
}

impl Schedule {
    /// Due at once. Equal names and seeds give equal waits.
    pub(super) fn new(name: &str, refresh: Duration, seed: u64) -> Self {
        let seed = FixedState::with_seed(seed).hash_one(name);
        Self { refresh, seed, draws: 0, failures: 0, due: Instant::now() }
    }

    /// When to ask again.
    pub(super) const fn due(&self) -> Instant {
        self.due
    }

    /// The server was asked, `ago` before now, and answered.
    pub(super) fn succeeded(&mut self, ago: Duration) {
        self.failures = 0;
        let wait = self.jittered(self.refresh);
        self.due = Instant::now() + wait.saturating_sub(ago);
    }

    /// The server was asked now, in vain.
    pub(super) fn failed(&mut self) {
        let wait = backoff(self.failures, self.refresh);
        self.failures = self.failures.saturating_add(1);
        self.due = Instant::now() + self.jittered(wait);
    }

    fn jittered(&mut self, wait: Duration) -> Duration {
        self.draws = self.draws.wrapping_add(1);
        jittered(wait, FixedState::with_seed(self.seed).hash_one(self.draws))
    }
}

/// The wait after so many earlier failures.
pub(super) fn backoff(earlier: u32, refresh: Duration) -> Duration {
    FIRST_RETRY.saturating_mul(1 << earlier.min(MAX_DOUBLINGS)).min(refresh)
}

/// `wait`, give or take [`JITTER`]; any number draws.
pub(super) fn jittered(wait: Duration, draw: u64) -> Duration {
    let per_mille = 1000 - JITTER + draw % (2 * JITTER + 1);
    wait.saturating_mul(u32::try_from(per_mille).unwrap_or(1000)) / 1000
}
