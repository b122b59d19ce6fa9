//! What is told of an output: what it is, and how it is at this moment.

use std::{sync::Arc, time::Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    gauge::{Condition, Gauge, SpoolLevel},
    queue::Done,
    writers::Writer,
};
use crate::config::{
    Output,
    output::{Address, DnstapPlace, Kind},
    value::name_of,
};

/// An output that can be looked at.
#[derive(Clone)]
pub struct Watched {
    name: String,
    kind: &'static str,
    place: String,
    schema: Option<String>,
    acknowledges: bool,
    gauge: Arc<Gauge>,
    done: Done,
}

/// How an output is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// As the configuration names it.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The collector's address, URL or path, or that of the file.
    pub place: String,
    /// How events are written; `None`: the type says it.
    pub schema: Option<String>,
    /// Whether the collector says what it has taken.
    pub acknowledges: bool,
    /// Whether it delivers.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// How old the oldest event is that is not delivered, s, to the second or so.
    pub lag_seconds: f64,
    /// Bytes that wait in memory.
    pub queued_bytes: u64,
    /// What waits on disk; `None`: the output is to have no spool.
    pub spool: Option<Spool>,
}

/// Whether an output delivers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Delivery {
    /// There was nothing to deliver yet.
    Idle,
    /// It does.
    Delivers,
    /// Nothing is taken, and it tries again.
    Waits {
        /// Since when, by the wall clock of now.
        since: Timestamp,
        /// For how long, s.
        waits_seconds: f64,
        /// Why.
        because: String,
    },
    /// Nobody reads any more, and nobody will.
    Gone,
}

impl From<Condition> for Delivery {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::Idle => Self::Idle,
            Condition::Delivers => Self::Delivers,
            Condition::Waits { since, because } => {
                let waits = since.elapsed();
                let since = Timestamp::now().checked_sub(waits).unwrap_or(Timestamp::UNIX_EPOCH);
                Self::Waits { since, waits_seconds: waits.as_secs_f64(), because }
            }
            Condition::Gone => Self::Gone,
        }
    }
}

/// What waits on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Spool {
    /// There is one.
    Holds {
        /// Bytes on disk.
        bytes: u64,
        /// The most of them.
        limit_bytes: u64,
        /// Events that wait.
        events: u64,
        /// How old the oldest of them is, s.
        oldest_seconds: f64,
    },
    /// It cannot be had, or written.
    Fails {
        /// Why.
        error: String,
    },
}

impl Watched {
    /// This one.
    #[must_use]
    pub fn new(writer: &Writer) -> Self {
        let output = &writer.output;
        let schema = output.schema.map(name_of);
        Self {
            name: output.name.clone(),
            kind: output.kind.name(),
            place: place(output),
            schema,
            acknowledges: writer.acknowledges,
            gauge: Arc::clone(&writer.gauge),
            done: writer.done.clone(),
        }
    }

    /// How it is now.
    #[must_use]
    pub fn state(&self) -> State {
        let level = self.gauge.read();
        let oldest = level.oldest();
        State {
            name: self.name.clone(),
            kind: self.kind.to_owned(),
            place: self.place.clone(),
            schema: self.schema.clone(),
            acknowledges: self.acknowledges,
            delivery: level.condition.into(),
            lag_seconds: age(oldest),
            queued_bytes: self.done.queued() as u64,
            spool: match level.spool {
                SpoolLevel::None => None,
                SpoolLevel::Fails { because } => Some(Spool::Fails { error: because }),
                SpoolLevel::Holds { bytes, limit, events, oldest } => {
                    Some(Spool::Holds { bytes, limit_bytes: limit, events, oldest_seconds: age(oldest) })
                }
            },
        }
    }
}

/// s; 0 where nothing waits.
fn age(since: Option<Instant>) -> f64 {
    since.map_or(0.0, |since| since.elapsed().as_secs_f64())
}

/// Where events go. A URL has neither user nor password in it; what stands behind `?` may be a secret all the same.
fn place(output: &Output) -> String {
    let url = |url: &str| url.split(['?', '#']).next().unwrap_or_default().to_owned();
    match &output.kind {
        Kind::Stdout(_) => "standard output".to_owned(),
        Kind::File(file) => file.path.display().to_string(),
        Kind::Unix(unix) => unix.path.display().to_string(),
        Kind::Tcp(tcp) => tcp.address.to_string(),
        Kind::Tls(tls) => tls.address.to_string(),
        Kind::Http(http) => url(&http.web.url),
        Kind::Otlp(otlp) => url(&otlp.web.url),
        Kind::Syslog(syslog) => syslog.address.to_string(),
        Kind::Relp(relp) => relp.endpoint.address.to_string(),
        Kind::Nats(nats) => nats.endpoint.address.to_string(),
        Kind::Kafka(kafka) => kafka.brokers.iter().map(Address::to_string).collect::<Vec<_>>().join(","),
        Kind::Dnstap(dnstap) => match &dnstap.place {
            DnstapPlace::Path(path) => path.display().to_string(),
            DnstapPlace::Address(address) => address.to_string(),
        },
    }
}
