//! The end of the agent, as those hear of it who wait for others.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The longest that a system call may last without a look at [`Stop`].
pub const SLICE: Duration = Duration::from_millis(100);

/// Says when everything is to end. Clones are one.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<(Mutex<Option<Instant>>, Condvar)>);

impl Stop {
    /// Everything that can still be done ends by then.
    pub fn by(&self, deadline: Instant) {
        *self.lock() = Some(deadline);
        self.0.1.notify_all();
    }

    /// Whether the agent stops: there is still time to deliver, but not to wait for better times.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.lock().is_some()
    }

    /// Whether that time is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.lock().is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// The time that is left, if the agent stops.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        self.lock().map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Rests, no longer than until the agent stops.
    pub fn rest(&self, time: Duration) {
        let (_, condition) = &*self.0;
        let end = Instant::now().checked_add(time);
        let mut told = self.lock();
        while told.is_none() {
            let left = end.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            told = condition.wait_timeout(told, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
