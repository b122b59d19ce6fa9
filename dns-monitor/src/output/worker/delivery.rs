//! One batch after the other to one collector, again and again until it takes it.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::Arc,
    thread,
    time::Duration,
};

use super::state::State;
use crate::output::{
    queue::Fates,
    sink::{Events, Framing, Receipt, Sink, SinkError, Stop},
};

/// The first and the longest pause between two tries.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));
/// The longest that a collector is believed when it says how long to wait.
const MAX_BUSY: Duration = Duration::from_secs(300);
/// Between two tries when the agent stops: there is not much time.
const LAST_PAUSE: Duration = Duration::from_millis(50);

/// Delivers to one collector.
pub struct Delivery {
    sink: Sink,
    state: State,
    stop: Stop,
    fates: Arc<Fates>,
    /// The next pause; doubled with each try that fails.
    pause: Duration,
}

impl Delivery {
    pub fn new(name: &str, sink: Sink, fates: &Arc<Fates>, stop: &Stop) -> Self {
        let state = State::new(name);
        Self { sink, state, stop: stop.clone(), fates: Arc::clone(fates), pause: PAUSE.0 }
    }

    pub const fn framing(&self) -> Framing {
        self.sink.framing()
    }

    pub const fn acknowledges(&self) -> bool {
        self.sink.acknowledges()
    }

    /// Delivers a batch; false where the agent's time is over before.
    pub fn deliver(&mut self, events: &Events<'_>) -> bool {
        loop {
            match self.attempt(events) {
                Ok(()) => return true,
                Err(pause) if !self.wait(pause) => return false,
                Err(_) => {}
            }
        }
    }

    /// One try.
    ///
    /// # Errors
    /// How long to wait before the next.
    pub fn attempt(&mut self, events: &Events<'_>) -> Result<(), Duration> {
        match self.sink.deliver(events, &self.stop) {
            Ok(receipt) => {
                self.pause = PAUSE.0;
                self.state.up();
                self.take(&receipt, events.count);
                Ok(())
            }
            Err(error) => {
                if !self.stop.is_told() {
                    self.state.down(&error);
                }
                let pause = jittered(self.pause);
                self.pause = (self.pause * 2).min(PAUSE.1);
                Err(match error {
                    SinkError::Busy { after: Some(after), .. } => pause.max(after.min(MAX_BUSY)),
                    SinkError::Unauthorised { .. } => jittered(PAUSE.1),
                    _ => pause,
                })
            }
        }
    }

    /// Waits; false where the agent's time is over.
    pub fn wait(&self, pause: Duration) -> bool {
        if self.stop.is_told() {
            thread::sleep(LAST_PAUSE.min(pause));
        } else {
            self.stop.rest(pause);
        }
        !self.stop.is_over()
    }

    /// Whether the agent's time is over.
    pub fn is_over(&self) -> bool {
        self.stop.is_over()
    }

    /// What a receipt does not speak of was not taken.
    fn take(&mut self, receipt: &Receipt, count: u64) {
        let taken = receipt.taken.min(count);
        let refused = count - taken;
        Fates::add(&self.fates.delivered, taken);
        Fates::add(&self.fates.refused, refused);
        if refused > 0 {
            self.state.refused(refused, receipt.reason.as_deref());
        }
    }

    pub fn reopen(&mut self) {
        self.sink.reopen();
    }

    pub fn tend(&mut self) {
        if let Err(error) = self.sink.tend() {
            self.state.down(&error);
        }
    }
}

/// Between half of it and one and a half: many agents must not come back at the same moment.
fn jittered(pause: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1024;
    pause / 2 + pause * u32::try_from(random).unwrap_or_default() / 1024
}
