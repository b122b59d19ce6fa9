//! RELP: syslog messages, each acknowledged by the receiver.
//!
//! 1. [`frame`]: commands and responses;
//! 2. [`session`]: opened, a window of messages on their way, closed;
//! 3. [`Relp`]: all events of a batch.

mod frame;
mod session;
#[cfg(test)]
mod tests;

use std::mem;

use self::session::Session;
use super::{
    Events, Receipt, SinkError, Stop,
    progress::{Memory, Progress},
    syslog::message::Writer,
};
use crate::config::output;

/// Bytes that are gathered before they are written.
const CHUNK: usize = 64 << 10;

/// A RELP receiver.
pub struct Relp {
    settings: output::Relp,
    writer: Writer,
    session: Option<Session>,
    memory: Memory,
}

impl Relp {
    /// Not connected yet. `host` is this host's name.
    #[must_use]
    pub fn new(settings: &output::Relp, host: Option<&str>) -> Self {
        let writer = Writer::new(&settings.header, host);
        Self { settings: settings.clone(), writer, session: None, memory: Memory::default() }
    }

    /// Sends every event and waits until all are acknowledged. After an error, the same events are expected again, and
    /// only those that are not settled are sent again.
    ///
    /// # Errors
    /// See [`SinkError`]. Events that the receiver refuses are no error.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let mut memory = mem::take(&mut self.memory);
        let result = memory.deliver(events, |lines, progress| self.send(lines, progress, stop));
        self.memory = memory;
        result
    }

    fn send(&mut self, lines: &[&[u8]], progress: &mut Progress, stop: &Stop) -> Result<(), SinkError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => Session::open(&self.settings.endpoint, stop)?,
        };
        session.check()?;
        for at in progress.open() {
            if session.waiting() >= self.settings.window {
                session.settle(progress, stop)?;
            }
            let line = lines.get(at).copied().unwrap_or_default();
            session.put(at, self.writer.message(line));
            if session.unsent() >= CHUNK {
                session.flush(stop)?;
            }
        }
        while session.waiting() > 0 {
            session.settle(progress, stop)?;
        }
        self.session = Some(session);
        Ok(())
    }
}

/// What a receiver of RELP may say.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    super::input::fuzz(bytes, frame::parse, |said| {
        let mut written = Vec::new();
        frame::write(said.number, &said.command, &said.data, &mut written);
        let _code = said.response();
        assert_eq!(frame::parse(&written), Ok(Some((said, written.len()))));
    });
}
