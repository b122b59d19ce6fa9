//! dnstap over Frame Streams, with the handshake of both sides: `READY`, `ACCEPT`, `START`, messages, `STOP`, `FINISH`.
//! Nothing is acknowledged: what the kernel has taken counts as delivered.

mod control;
#[cfg(test)]
mod tests;

use std::time::Instant;

use self::control::{Control, Kind};
use super::{
    Events, Receipt, SinkError, Stop,
    connection::Connection,
    fault::{garbage, unauthorised},
    input::Input,
};
use crate::config::output::{self, DnstapPlace};

/// A reader of dnstap.
pub struct Dnstap {
    settings: output::Dnstap,
    stream: Option<Stream>,
}

/// A stream that was begun.
struct Stream {
    connection: Connection,
    input: Input,
}

impl Dnstap {
    /// Not connected yet.
    #[must_use]
    pub fn new(settings: &output::Dnstap) -> Self {
        Self { settings: settings.clone(), stream: None }
    }

    /// Writes every message. They come with their lengths before them, as the stream has them.
    ///
    /// # Errors
    /// See [`SinkError`]; the next call connects again.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => Stream::begin(&self.settings, stop)?,
        };
        stream.connection.check()?;
        stream.connection.write(events.bytes, stop)?;
        self.stream = Some(stream);
        Ok(Receipt::all(events))
    }
}

impl Stream {
    fn begin(settings: &output::Dnstap, stop: &Stop) -> Result<Self, SinkError> {
        let mut connection = match &settings.place {
            DnstapPlace::Path(path) => Connection::unix(path, settings.timeout)?,
            DnstapPlace::Address(address) => Connection::open(address, None, settings.timeout, stop)?,
        };
        let mut input = Input::default();
        connection.write(&Control::dnstap(Kind::Ready).write(), stop)?;
        let answer = input.next(&mut connection, stop, control::parse)?;
        let to = connection.to();
        match answer {
            Control { kind: Kind::Accept, types } if types.iter().any(|kind| kind == control::DNSTAP) => {}
            Control { kind: Kind::Accept, types } => {
                return Err(unauthorised(
                    to,
                    format!("it accepts no dnstap, but {}", control::names(&types)),
                ));
            }
            Control { kind, .. } => return Err(garbage(to, format!("{kind:?} instead of ACCEPT"))),
        }
        connection.write(&Control::dnstap(Kind::Start).write(), stop)?;
        Ok(Self { connection, input })
    }
}

/// Says that nothing more comes, and gives the reader a moment to say that it has read all.
impl Drop for Stream {
    fn drop(&mut self) {
        let stop = Stop::default();
        stop.by(Instant::now());
        let stopped = self.connection.write(&Control { kind: Kind::Stop, types: Vec::new() }.write(), &stop);
        let _finish = stopped.and_then(|()| self.input.next(&mut self.connection, &stop, control::parse));
    }
}

/// What a reader of dnstap may say.
#[cfg(fuzzing)]
pub fn fuzz(bytes: &[u8]) {
    super::input::fuzz(bytes, control::parse, |said| {
        assert_eq!(control::parse(&said.write()).map(|read| read.map(|(again, _)| again)), Ok(Some(said)));
    });
}
