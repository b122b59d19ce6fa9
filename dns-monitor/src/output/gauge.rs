//! How one output is at this moment: its threads say it, whoever asks reads it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// How one output is at this moment.
#[derive(Debug, Default)]
pub struct Gauge(Mutex<Level>);

/// What a [`Gauge`] says.
#[derive(Clone, Debug, Default)]
pub struct Level {
    /// Whether it delivers.
    pub condition: Condition,
    /// When the batch came that is being delivered.
    pub at_hand: Option<Instant>,
    /// What is on disk.
    pub spool: SpoolLevel,
}

/// Whether an output delivers.
#[derive(Clone, Debug, Default)]
pub enum Condition {
    /// There was nothing to deliver yet.
    #[default]
    Idle,
    /// It does.
    Delivers,
    /// Nothing is taken, and it tries again.
    Waits {
        /// Since when.
        since: Instant,
        /// Why.
        because: String,
    },
    /// Nobody reads any more, and nobody will.
    Gone,
}

/// How full a spool is.
#[derive(Clone, Debug, Default)]
pub enum SpoolLevel {
    /// The output is to have none.
    #[default]
    None,
    /// It is to have one, which cannot be had or written.
    Fails {
        /// Why.
        because: String,
    },
    /// There is one.
    Holds {
        /// Bytes on disk.
        bytes: u64,
        /// The most of them.
        limit: u64,
        /// Events that wait.
        events: u64,
        /// When the oldest of them came, to the second or so.
        oldest: Option<Instant>,
    },
}

impl Gauge {
    /// How it is.
    #[must_use]
    pub fn read(&self) -> Level {
        self.lock().clone()
    }

    /// Whether it delivers.
    pub fn set_condition(&self, condition: Condition) {
        self.lock().condition = condition;
    }

    /// A batch is being delivered that came then; or none is.
    pub fn set_at_hand(&self, since: Option<Instant>) {
        self.lock().at_hand = since;
    }

    /// How full the spool is.
    pub fn set_spool(&self, level: SpoolLevel) {
        self.lock().spool = level;
    }

    fn lock(&self) -> MutexGuard<'_, Level> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Level {
    /// When the oldest event came that is not delivered; `None`: nothing waits.
    #[must_use]
    pub fn oldest(&self) -> Option<Instant> {
        let kept = if let SpoolLevel::Holds { oldest, .. } = self.spool { oldest } else { None };
        self.at_hand.into_iter().chain(kept).min()
    }
}
