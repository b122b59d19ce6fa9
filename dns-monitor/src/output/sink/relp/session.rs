//! A session: opened, a window of messages on their way, closed.

use std::{collections::HashMap, io::ErrorKind, time::Instant};

use super::frame::{self, Frame, MAX_NUMBER};
use crate::{
    config::output::Endpoint,
    output::sink::{
        SinkError, Stop,
        connection::Connection,
        fault::{broken, garbage, unauthorised, words},
        input::Input,
        progress::Progress,
    },
};

/// What we can.
const OFFER: &str =
    concat!("relp_version=0\nrelp_software=dns-monitor,", env!("CARGO_PKG_VERSION"), "\ncommands=syslog");

/// An open session.
pub(super) struct Session {
    connection: Connection,
    input: Input,
    /// The number of the last transaction.
    number: u32,
    /// Messages on their way: by transaction, which event.
    waiting: HashMap<u32, usize>,
    /// Not written yet.
    output: Vec<u8>,
}

impl Session {
    /// Connects and agrees on what is to come.
    pub(super) fn open(endpoint: &Endpoint, stop: &Stop) -> Result<Self, SinkError> {
        let tls = endpoint.transport.tls();
        let connection = Connection::open(&endpoint.address, tls, endpoint.timeout, stop)?;
        let (input, waiting, output) = Default::default();
        let mut session = Self { connection, input, number: 0, waiting, output };
        session.command("open", OFFER.as_bytes());
        session.flush(stop)?;
        let answer = session.input.next(&mut session.connection, stop, frame::parse)?;
        session.agree(&answer)?;
        Ok(session)
    }

    fn agree(&self, answer: &Frame) -> Result<(), SinkError> {
        let to = self.connection.to();
        match answer.response().filter(|_| answer.number == self.number) {
            Some((200, offers)) if takes_syslog(offers) => Ok(()),
            Some((200, offers)) => {
                Err(unauthorised(to, format!("it takes no syslog messages: {}", words(offers))))
            }
            Some((_, reason)) => Err(unauthorised(to, words(reason))),
            None => Err(garbage(to, format!("no response to the opening, but {:?}", answer.command))),
        }
    }

    /// Whether the receiver is still there. Between batches it has nothing to say but farewell.
    pub(super) fn check(&mut self) -> Result<(), SinkError> {
        self.connection.check()
    }

    /// How many messages are on their way.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many bytes are not written yet.
    pub(super) fn unsent(&self) -> usize {
        self.output.len()
    }

    /// The message of the event at `at` is to be sent.
    pub(super) fn put(&mut self, at: usize, message: &[u8]) {
        self.command("syslog", message);
        self.waiting.insert(self.number, at);
    }

    /// Writes what is to be sent.
    pub(super) fn flush(&mut self, stop: &Stop) -> Result<(), SinkError> {
        self.connection.write(&self.output, stop)?;
        self.output.clear();
        Ok(())
    }

    /// Takes one acknowledgement; before it waits for one, everything is written.
    pub(super) fn settle(&mut self, progress: &mut Progress, stop: &Stop) -> Result<(), SinkError> {
        let answer = match self.input.ready(&self.connection, frame::parse)? {
            Some(answer) => answer,
            None => {
                self.flush(stop)?;
                self.input.next(&mut self.connection, stop, frame::parse)?
            }
        };
        let to = self.connection.to();
        if answer.command == "serverclose" {
            return Err(broken(to, ErrorKind::ConnectionAborted, "it closes the session"));
        }
        let Some((code, reason)) = answer.response() else {
            return Err(garbage(to, format!("no response, but {:?}", answer.command)));
        };
        let Some(at) = self.waiting.remove(&answer.number) else {
            return Err(garbage(to, format!("a response to {}, which does not wait for one", answer.number)));
        };
        match code {
            200 => progress.take(at),
            _ => progress.refuse(at, || format!("{code} {}", words(reason))),
        }
        Ok(())
    }

    fn command(&mut self, command: &str, data: &[u8]) {
        self.number = if self.number >= MAX_NUMBER { 1 } else { self.number.saturating_add(1) };
        frame::write(self.number, command, data, &mut self.output);
    }
}

/// Says farewell, if nothing is on its way; nobody waits for the answer.
impl Drop for Session {
    fn drop(&mut self) {
        if self.waiting.is_empty() && self.output.is_empty() {
            self.command("close", b"");
            let stop = Stop::default();
            stop.by(Instant::now());
            let _gone = self.flush(&stop);
        }
    }
}

/// `commands=syslog,…` among the lines.
fn takes_syslog(offers: &[u8]) -> bool {
    let mut lines = offers.split(|byte| *byte == b'\n');
    let commands = lines.find_map(|line| line.strip_prefix(b"commands="));
    commands.is_some_and(|commands| {
        commands.split(|byte| *byte == b',').any(|command| command.trim_ascii() == b"syslog")
    })
}
