//! Collectors: one file a protocol. The [worker](super::worker) calls, a sink owns its connection.
//!
//! 1. [`Events`]: what is delivered; [`Receipt`] and [`SinkError`]: what became of it;
//! 2. [`connection`]: connecting, writing and reading within a time, TLS; [`stop`]: the end of the agent;
//! 3. [`Sink`]: the protocols.

pub mod connection;
pub mod dnstap;
mod facts;
mod fault;
pub mod file;
pub mod http;
mod input;
pub mod kafka;
#[cfg(test)]
mod lab;
pub mod nats;
mod progress;
pub mod relp;
#[cfg(test)]
pub mod scripted;
pub mod stop;
pub mod syslog;
pub mod tcp;
pub mod unix;
mod web;

use std::{io, time::Duration};

use thiserror::Error;

pub use self::stop::Stop;
use crate::config::output::Kind;

/// Encoded events on their way to one collector.
#[derive(Clone, Copy, Debug)]
pub struct Events<'a> {
    /// The events, one after the other.
    pub bytes: &'a [u8],
    /// How many they are.
    pub count: u64,
    /// How they follow one another.
    pub framing: Framing,
}

/// How events follow one another in a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Each ends with a line feed.
    #[default]
    Lines,
    /// Each has its length before it, 4 bytes, big-endian (Frame Streams).
    Lengths,
}

impl<'a> Events<'a> {
    /// Each event, without its line feed or length. What is cut off at the end is left out.
    pub fn iter(&self) -> impl Iterator<Item = &'a [u8]> {
        let (mut rest, framing) = (self.bytes, self.framing);
        std::iter::from_fn(move || {
            let (event, behind) = match framing {
                Framing::Lines => {
                    let end = memchr::memchr(b'\n', rest)?;
                    (rest.get(..end)?, rest.get(end.checked_add(1)?..)?)
                }
                Framing::Lengths => {
                    let (length, behind) = rest.split_first_chunk::<4>()?;
                    behind.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?
                }
            };
            rest = behind;
            Some(event)
        })
    }
}

/// What a collector made of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Events that it took (or, where it does not acknowledge, that the kernel took).
    pub taken: u64,
    /// Events it will never take; repeating is no use.
    pub refused: u64,
    /// Its own words for the first of them.
    pub reason: Option<String>,
}

impl Receipt {
    /// All of them were taken.
    #[must_use]
    pub const fn all(events: &Events<'_>) -> Self {
        Self { taken: events.count, refused: 0, reason: None }
    }
}

/// Why a batch was not delivered. The worker keeps it and tries again with back-off.
#[derive(Debug, Error)]
pub enum SinkError {
    /// Name lookup, connect or TLS handshake.
    #[error("cannot connect to {to}: {source}")]
    Connect {
        /// Whom.
        to: String,
        /// Why.
        source: io::Error,
    },
    /// The connection broke or timed out.
    #[error("the connection to {to} broke: {source}")]
    Broken {
        /// To whom.
        to: String,
        /// How.
        source: io::Error,
    },
    /// A file cannot be opened or written.
    #[error("cannot write {to}: {source}")]
    Write {
        /// Which.
        to: String,
        /// Why.
        source: io::Error,
    },
    /// The collector said: later (429, 503, with how long if it says).
    #[error("{to} cannot take more for now: {reason}")]
    Busy {
        /// Who.
        to: String,
        /// Its own words.
        reason: String,
        /// How long it wants to be left alone.
        after: Option<Duration>,
    },
    /// It does not keep to the protocol.
    #[error("{to} does not keep to the protocol: {reason}")]
    Garbage {
        /// Who.
        to: String,
        /// What is wrong.
        reason: String,
    },
    /// Credentials are refused: try again, but slowly, and say it.
    #[error("{to} does not let us in: {reason}")]
    Unauthorised {
        /// Who.
        to: String,
        /// Its own words, or why there are no credentials.
        reason: String,
    },
}

/// What a sink is made of.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
    /// The name of the output.
    pub name: &'a str,
    /// Its type and settings.
    pub kind: &'a Kind,
    /// What events call this host, where they do.
    pub hostname: Option<&'a str>,
}

/// One collector. Each variant owns its connection, and blocks for at most its timeout without any progress.
pub enum Sink {
    /// Lines over TCP, with or without TLS.
    Tcp(tcp::Tcp),
    /// Lines into a Unix stream socket.
    Unix(unix::Unix),
    /// Lines into a file.
    File(file::File),
    /// HTTP requests.
    Http(Box<http::Http>),
    /// Syslog messages.
    Syslog(Box<syslog::Syslog>),
    /// Syslog messages, acknowledged.
    Relp(Box<relp::Relp>),
    /// A stream of NATS JetStream.
    Nats(Box<nats::Nats>),
    /// A topic of Kafka.
    Kafka(Box<kafka::Kafka>),
    /// dnstap over Frame Streams.
    Dnstap(Box<dnstap::Dnstap>),
    /// What a test says.
    #[cfg(test)]
    Scripted(scripted::Scripted),
    // Further protocols: a variant here, a line in `new`, `acknowledges` and `deliver`, and in the others where it matters.
}

impl Sink {
    /// The sink of an output; it does not connect yet. `None` for standard output, which has a writer of its own.
    ///
    /// # Errors
    /// [`SinkError`] where the settings cannot be used.
    pub fn new(spec: &Spec<'_>) -> Result<Option<Self>, SinkError> {
        Ok(Some(match spec.kind {
            Kind::Stdout(_) => return Ok(None),
            Kind::File(file) => Self::File(file::File::new(file)),
            Kind::Unix(unix) => Self::Unix(unix::Unix::new(unix)),
            Kind::Tcp(tcp) => Self::Tcp(tcp::Tcp::plain(tcp)),
            Kind::Tls(tls) => Self::Tcp(tcp::Tcp::tls(tls)),
            Kind::Http(http) => Self::Http(Box::new(http::Http::new(http, spec.hostname))),
            Kind::Otlp(otlp) => Self::Http(Box::new(http::Http::otlp(otlp, spec.hostname))),
            Kind::Syslog(syslog) => Self::Syslog(Box::new(syslog::Syslog::new(syslog, spec.hostname))),
            Kind::Relp(relp) => Self::Relp(Box::new(relp::Relp::new(relp, spec.hostname))),
            Kind::Nats(nats) => Self::Nats(Box::new(nats::Nats::new(nats))),
            Kind::Kafka(kafka) => Self::Kafka(Box::new(kafka::Kafka::new(kafka)?)),
            Kind::Dnstap(dnstap) => Self::Dnstap(Box::new(dnstap::Dnstap::new(dnstap))),
        }))
    }

    /// Whether it says what it has taken: if so the spool keeps an event until it does.
    #[must_use]
    pub const fn acknowledges(&self) -> bool {
        match self {
            Self::Tcp(_) | Self::Unix(_) | Self::File(_) | Self::Syslog(_) | Self::Dnstap(_) => false,
            Self::Http(_) | Self::Relp(_) | Self::Nats(_) | Self::Kafka(_) => true,
            #[cfg(test)]
            Self::Scripted(sink) => sink.acknowledges,
        }
    }

    /// Delivers a batch, and connects before if need be.
    ///
    /// # Errors
    /// [`SinkError`]: nothing of the batch counts as delivered, though some of it may have been.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        match self {
            Self::Tcp(sink) => sink.deliver(events, stop),
            Self::Unix(sink) => sink.deliver(events, stop),
            Self::Http(sink) => sink.deliver(events, stop),
            Self::Syslog(sink) => sink.deliver(events, stop),
            Self::Relp(sink) => sink.deliver(events, stop),
            Self::Nats(sink) => sink.deliver(events, stop),
            Self::Kafka(sink) => sink.deliver(events, stop),
            Self::Dnstap(sink) => sink.deliver(events, stop),
            Self::File(sink) => sink.deliver(events),
            #[cfg(test)]
            Self::Scripted(sink) => (sink.deliver)(events),
        }
    }

    /// How it wants events to follow one another.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        match self {
            Self::Dnstap(_) => Framing::Lengths,
            _ => Framing::Lines,
        }
    }

    /// Lets time pass; called about twice a second while there is nothing to deliver, and at times else.
    ///
    /// # Errors
    /// [`SinkError`], as far as it is noticed without a delivery.
    pub fn tend(&mut self) -> Result<(), SinkError> {
        match self {
            Self::File(sink) => sink.tend(),
            Self::Nats(sink) => sink.tend(),
            _ => Ok(()),
        }
    }

    /// Opens anew what somebody else may have moved away.
    pub fn reopen(&mut self) {
        if let Self::File(sink) = self {
            sink.reopen();
        }
    }
}

#[cfg(test)]
mod tests;
