//! A window of events on their way, and what becomes of them.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io::ErrorKind,
};

use super::{
    ack::{self, Ack},
    hello::{Info, hello},
    protocol::{self, Said},
};
use crate::{
    config::output,
    output::sink::{
        SinkError, Stop,
        connection::Connection,
        facts::Facts,
        fault::{broken, busy, garbage, unauthorised, words},
        input::Input,
        progress::Progress,
    },
};

/// A connection that publishes.
pub(super) struct Publisher {
    connection: Connection,
    input: Input,
    info: Info,
    subject: String,
    inbox: String,
    /// The number of the last event; answers name it.
    number: u64,
    /// Events on their way: by number, which one.
    waiting: HashMap<u64, usize>,
    /// Not written yet.
    output: Vec<u8>,
}

impl Publisher {
    /// Connects.
    pub(super) fn open(settings: &output::Nats, stop: &Stop) -> Result<Self, SinkError> {
        // Nobody else's answers come here.
        let inbox = format!("_INBOX.{:016x}", RandomState::new().build_hasher().finish());
        let (connection, input, info) = hello(settings, &inbox, stop)?;
        let (waiting, output) = Default::default();
        let subject = settings.subject.clone();
        Ok(Self { connection, input, info, subject, inbox, number: 0, waiting, output })
    }

    /// Whether the server is still there: it must answer before events go on their way, and this also answers what it
    /// asked while there was nothing to send.
    pub(super) fn check(&mut self, stop: &Stop) -> Result<(), SinkError> {
        self.output.extend_from_slice(b"PING\r\n");
        self.flush(stop)?;
        loop {
            match self.listen(stop)? {
                Said::Pong => return Ok(()),
                Said::Message { .. } => {}
                _ => return Err(garbage(self.connection.to(), "an answer nobody asked for")),
            }
        }
    }

    /// How many events are on their way.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many bytes are not written yet.
    pub(super) fn unsent(&self) -> usize {
        self.output.len()
    }

    /// The event at `at` is to be sent, with its id so that the stream can tell a duplicate; one beyond the server's limit
    /// is refused here, because the server would end the connection.
    pub(super) fn put(&mut self, at: usize, line: &[u8], progress: &mut Progress) {
        let header = match Facts::read(line).id {
            Some(id) if !id.contains(['\r', '\n']) => format!("NATS/1.0\r\nNats-Msg-Id: {id}\r\n\r\n"),
            _ => String::new(),
        };
        let (bytes, most) = (header.len().saturating_add(line.len()), self.info.max_payload);
        if bytes > most {
            return progress.refuse(at, || format!("{bytes} bytes: the server takes {most}"));
        }
        self.number = self.number.wrapping_add(1);
        self.waiting.insert(self.number, at);
        let Self { subject, inbox, number, .. } = self;
        let head = match header.len() {
            0 => format!("PUB {subject} {inbox}.{number} {bytes}\r\n"),
            length => format!("HPUB {subject} {inbox}.{number} {length} {bytes}\r\n"),
        };
        for part in [head.as_bytes(), header.as_bytes(), line, b"\r\n"] {
            self.output.extend_from_slice(part);
        }
    }

    /// Writes what is to be sent.
    pub(super) fn flush(&mut self, stop: &Stop) -> Result<(), SinkError> {
        self.connection.write(&self.output, stop)?;
        self.output.clear();
        Ok(())
    }

    /// Takes one answer; before it waits for one, everything is written. Why events have to come again is the setback.
    pub(super) fn settle(
        &mut self,
        progress: &mut Progress,
        setback: &mut Option<SinkError>,
        stop: &Stop,
    ) -> Result<(), SinkError> {
        let Said::Message { token, status, payload } = self.listen(stop)? else { return Ok(()) };
        let waited = token.parse().ok().and_then(|number: u64| self.waiting.remove(&number));
        let to = self.connection.to();
        let Some(at) = waited else {
            return Err(garbage(
                to,
                format!("an answer to {}, which does not wait", words(token.as_bytes())),
            ));
        };
        match ack::read(status, &payload) {
            Ack::Taken => progress.take(at),
            Ack::Refused(reason) => progress.refuse(at, || reason),
            Ack::Later(reason) => _ = setback.get_or_insert_with(|| busy(to, None, reason)),
            Ack::Misplaced(reason) => _ = setback.get_or_insert_with(|| unauthorised(to, reason)),
            Ack::Garbage(reason) => return Err(garbage(to, reason)),
        }
        Ok(())
    }

    /// The next thing said that is for us: an answer, or a `PONG`.
    fn listen(&mut self, stop: &Stop) -> Result<Said, SinkError> {
        loop {
            let said = match self.input.ready(&self.connection, protocol::parse)? {
                Some(said) => said,
                None => {
                    self.flush(stop)?;
                    self.input.next(&mut self.connection, stop, protocol::parse)?
                }
            };
            match said {
                Said::Ping => self.output.extend_from_slice(b"PONG\r\n"),
                Said::Info(json) => {
                    if let Ok(info) = serde_json::from_slice(&json) {
                        self.info = info;
                    }
                }
                Said::Ok => {}
                Said::Err(reason) => return Err(self.complaint(&reason)),
                said => return Ok(said),
            }
        }
    }

    fn complaint(&self, reason: &str) -> SinkError {
        let (to, told) = (self.connection.to(), words(reason.as_bytes()));
        match reason.to_ascii_lowercase() {
            reason if reason.contains("permissions") || reason.contains("auth") => unauthorised(to, told),
            _ => broken(to, ErrorKind::ConnectionAborted, &told),
        }
    }
}
