//! What an alert says of a DNS lookup, whatever wrote it.
//!
//! 1. [`read`]: lines of any format become alerts;
//! 2. [`eve`], [`zeek`], [`cef`], [`plain`]: one format each;
//! 3. [`name`] and [`when`]: names and times, as all of them have them;
//! 4. [`links`]: what a record of the same connection says beside the alert.

pub mod cef;
pub mod eve;
mod json;
pub mod links;
pub mod name;
pub mod plain;
pub mod read;
pub mod when;
pub mod zeek;

use std::{fmt, net::IpAddr, sync::Arc};

use thiserror::Error;

use self::when::When;

/// The port of DNS.
pub const DNS: u16 = 53;

/// One end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The address.
    pub address: IpAddr,
    /// The port, if it is told.
    pub port: Option<u16>,
}

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the operator named it.
    pub file: Arc<str>,
    /// From 1; 0 for what is no line of a file.
    pub line: u64,
}

/// The line as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Original {
    /// One JSON object.
    Json(Box<str>),
    /// Anything else.
    Text(Box<str>),
    /// Nothing: the command line asks.
    Asked,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub said: Said,
    /// The line as it was.
    pub original: Original,
}

/// What an alert may say; what it does not is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// When it says that it happened.
    pub when: Option<When>,
    /// The two ends of the connection, in the order that it has them.
    pub ends: [Option<End>; 2],
    /// DNS message id.
    pub id: Option<u16>,
    /// The name that was looked up, as events have names.
    pub name: Option<Box<str>>,
    /// Whether it speaks of the response, so that its time is that of the response.
    pub of_response: bool,
    /// What it says to people.
    pub about: Option<Box<str>>,
    /// What its sensor calls the connection.
    pub link: Option<Box<str>>,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An alert.
    Alert(Said),
    /// A record of a lookup, which nobody was alarmed by.
    Record(Said),
    /// Something else that the sensor logs.
    Other,
}

/// Why a line is no alert.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BadAlert {
    /// Nothing can be done with it.
    #[error("names no lookup: neither a domain name, nor an address with a port")]
    Nothing,
    /// Broken JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// JSON of another program.
    #[error("JSON of neither Suricata (event_type) nor Zeek (ts)")]
    Foreign,
    /// The header of a CEF message is broken.
    #[error("CEF with fewer than seven fields before its extension")]
    Cef,
    /// A line of a Zeek log has another number of fields than its `#fields` line.
    #[error("{found} fields, and {expected} in the #fields line above it")]
    Fields {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Not UTF-8.
    #[error("not UTF-8 text")]
    NotText,
    /// More than a line can have.
    #[error("a line of more than {} MiB", crate::trace::lines::MAX_LINE >> 20)]
    TooLong,
}

impl Said {
    /// Whether anything in it can be looked for.
    #[must_use]
    pub fn names_lookup(&self) -> bool {
        self.name.is_some() || self.ends.iter().flatten().any(|end| end.port.is_some())
    }

    /// The alert that says so.
    #[must_use]
    pub fn at(self, place: Place, original: Original) -> Alert {
        Alert { place, said: self, original }
    }
}

impl Alert {
    /// The ends that may be the one who asked: those that have a port, and not that of DNS if the other has it.
    pub fn askers(&self) -> impl Iterator<Item = (IpAddr, u16)> {
        let known = self.said.ends.iter().flatten().filter_map(|end| Some((end.address, end.port?)));
        let others = known.clone().any(|(_, port)| port != DNS);
        known.filter(move |(_, port)| !others || *port != DNS)
    }

    /// Whether lookups below its name are meant too: it names a domain, and no message.
    #[must_use]
    pub fn seeks_below(&self) -> bool {
        self.said.id.is_none()
            && self.said.name.as_deref().is_some_and(|name| name.trim_matches('.').contains('.'))
    }

    /// Whether it can be about DNS at all.
    #[must_use]
    pub fn may_be_dns(&self) -> bool {
        self.said.name.is_some() || self.said.id.is_some() || {
            let mut ports = self.said.ends.iter().flatten().filter_map(|end| end.port);
            let one = self.said.ends.iter().flatten().count() < 2;
            one || ports.any(|port| port == DNS)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}#{port}", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}
