//! Where events go: every `[[output]]`.
//!
//! 1. [`kind`]: the types of outputs, each with its settings in a file of its own;
//! 2. [`filter`], [`sample`]: which events it gets;
//! 3. [`privacy`]: how much it says of people;
//! 4. [`spool`]: what is kept on disk while they cannot leave;
//! 5. [`address`], [`transport`], [`tls`], [`web`], [`auth`], [`secret`]: what several types share;
//! 6. [`needs`]: what it needs of the host, for the sandbox;
//! 7. `read`: from the file.

pub mod address;
pub mod auth;
pub mod dnstap;
pub mod file;
pub mod filter;
pub mod http;
pub mod kafka;
pub mod kind;
pub mod nats;
pub mod needs;
pub mod privacy;
mod read;
pub mod sample;
pub mod secret;
pub mod spool;
pub mod stdout;
pub mod stream;
pub mod syslog;
pub mod tls;
pub mod transport;
pub mod web;
mod written;

use std::time::Duration;

use serde::Serialize;

pub(super) use self::read::{Outputs, read};
pub use self::{
    address::Address,
    auth::Auth,
    dnstap::{Dnstap, Place as DnstapPlace},
    file::{Compression, File},
    filter::Filter,
    http::{Format as ClickhouseFormat, Http, Preset},
    kafka::{Compression as KafkaCompression, Kafka, Mechanism, Sasl},
    kind::Kind,
    nats::Nats,
    needs::Needs,
    privacy::Privacy,
    read::BadOutput,
    sample::Sample,
    secret::{Secret, SecretError},
    spool::{Full, Keep, Spool, SyncPolicy},
    stdout::Stdout,
    stream::{Tcp, TcpTls, Unix},
    syslog::{Facility, Header as SyslogHeader, Relp, Syslog, SyslogTransport},
    tls::Tls,
    transport::{Endpoint, Transport},
    web::{Encoding, Otlp, Web},
};
use super::{resolved::Schema, value};

/// Outputs that a file may have: more than any host has collectors.
pub const MAX_OUTPUTS: usize = 100;

const MIB: usize = 1 << 20;

/// One `[[output]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    /// No other output has it.
    pub name: String,
    /// Its type, and the settings of that.
    #[serde(flatten)]
    pub kind: Kind,
    /// How an event is written; nothing where the type says that already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Schema>,
    /// Bytes of events that may wait in memory.
    #[serde(rename = "queue", serialize_with = "value::write_size")]
    pub queue_bytes: usize,
    /// One of so many lookups; all without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
    /// Within this time lookups that are alike become one event.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "written::duration")]
    pub aggregate: Option<Duration>,
    /// Which events it gets.
    #[serde(skip_serializing_if = "Filter::is_empty")]
    pub filter: Filter,
    /// How much it says of people; all without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    /// What is kept on disk.
    #[serde(skip_serializing_if = "Keep::is_none")]
    pub spool: Keep,
}

impl Output {
    /// An output with the defaults of its type, and all events.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            name: kind.name().to_owned(),
            spool: if kind.is_remote() { Keep::Spool(Spool::default()) } else { Keep::None },
            schema: if let Kind::Dnstap(_) = kind { None } else { Some(Schema::default()) },
            kind,
            queue_bytes: 16 * MIB,
            sample: None,
            aggregate: None,
            filter: Filter::default(),
            privacy: None,
        }
    }
}

/// Standard output, which is there where the file has no output.
impl Default for Output {
    fn default() -> Self {
        Self::new(Kind::Stdout(Stdout::default()))
    }
}
