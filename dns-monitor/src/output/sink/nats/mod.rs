//! NATS JetStream: each event published and acknowledged by the stream.
//!
//! 1. [`protocol`]: what the server says;
//! 2. [`hello`]: how a connection begins;
//! 3. [`publish`]: a window of events on their way, and what becomes of them;
//! 4. [`Nats`]: all events of a batch.

mod ack;
mod hello;
mod protocol;
mod publish;
#[cfg(test)]
mod tests;

use std::{
    mem,
    time::{Duration, Instant},
};

use self::publish::Publisher;
use super::{
    Events, Receipt, SinkError, Stop,
    progress::{Memory, Progress},
};
use crate::config::output;

/// A connection on which nothing was said for so long is asked whether it is still there: a server gives up one that does
/// not answer for minutes.
const QUIET: Duration = Duration::from_secs(20);
/// Bytes that are gathered before they are written.
const CHUNK: usize = 64 << 10;

/// A stream of NATS JetStream.
pub struct Nats {
    settings: output::Nats,
    publisher: Option<Publisher>,
    memory: Memory,
    /// When something was said for the last time.
    last: Instant,
}

impl Nats {
    /// Not connected yet.
    #[must_use]
    pub fn new(settings: &output::Nats) -> Self {
        Self { settings: settings.clone(), publisher: None, memory: Memory::default(), last: Instant::now() }
    }

    /// Publishes every event and waits until all are acknowledged. After an error, the same events are expected again,
    /// and only those that are not settled are sent again.
    ///
    /// # Errors
    /// See [`SinkError`]. Events that the stream refuses are no error.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let mut memory = mem::take(&mut self.memory);
        let result = memory.deliver(events, |lines, progress| self.send(lines, progress, stop));
        self.memory = memory;
        result
    }

    /// Keeps the connection while there is nothing to deliver.
    ///
    /// # Errors
    /// [`SinkError`]: it is lost; the next delivery connects again.
    pub fn tend(&mut self) -> Result<(), SinkError> {
        if self.last.elapsed() < QUIET {
            return Ok(());
        }
        self.last = Instant::now();
        let Some(mut publisher) = self.publisher.take() else { return Ok(()) };
        publisher.check(&Stop::default())?;
        self.publisher = Some(publisher);
        Ok(())
    }

    fn send(&mut self, lines: &[&[u8]], progress: &mut Progress, stop: &Stop) -> Result<(), SinkError> {
        let mut publisher = match self.publisher.take() {
            Some(publisher) => publisher,
            None => Publisher::open(&self.settings, stop)?,
        };
        let mut setback = None;
        self.last = Instant::now();
        publisher.check(stop)?;
        for at in progress.open() {
            if publisher.waiting() >= self.settings.window {
                publisher.settle(progress, &mut setback, stop)?;
            }
            if setback.is_some() {
                break;
            }
            publisher.put(at, lines.get(at).copied().unwrap_or_default(), progress);
            if publisher.unsent() >= CHUNK {
                publisher.flush(stop)?;
            }
        }
        while publisher.waiting() > 0 {
            publisher.settle(progress, &mut setback, stop)?;
        }
        self.publisher = Some(publisher);
        setback.map_or(Ok(()), Err)
    }
}

/// What a server of NATS may say.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    super::input::fuzz(bytes, protocol::parse, |said| match said {
        protocol::Said::Message { status, payload, .. } => _ = ack::read(status, &payload),
        protocol::Said::Info(json) => _ = serde_json::from_slice::<hello::Info>(&json),
        _ => {}
    });
}
