//! Events as `docs/EVENTS.md` has them, in any order of fields: the parts that tell who asked, and why.

use std::{fmt, net::IpAddr};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Unexpected, Visitor},
};

use super::alert::when::nanoseconds;

/// One event.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    /// When the query crossed the interface.
    #[serde(rename = "@timestamp")]
    pub timestamp: Timestamp,
    /// What happened.
    #[serde(default)]
    pub event: Happening,
    /// Who asked.
    pub client: Option<Party>,
    /// Who was asked.
    pub server: Option<Party>,
    /// What.
    #[serde(default)]
    pub dns: Dns,
    /// What was made of it.
    #[serde(default)]
    pub dns_monitor: Monitor,
}

/// `event`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Happening {
    /// From query to response, ns.
    pub duration: Option<u64>,
}

/// A machine: `client` or `server`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Party {
    /// Its address.
    pub ip: IpAddr,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Its host name at that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Box<str>>,
    /// Its MAC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<Box<str>>,
}

/// `dns`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Dns {
    /// Message id.
    #[serde(default, deserialize_with = "id")]
    pub id: Option<u16>,
    /// What was asked.
    pub question: Option<Question>,
    /// `NOERROR`, …
    pub response_code: Option<Box<str>>,
    /// What was answered.
    #[serde(default)]
    pub answers: Vec<Answer>,
    /// The addresses among it.
    #[serde(default)]
    pub resolved_ip: Vec<Box<str>>,
}

/// `dns.question`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The name: lower case, no trailing dot.
    pub name: Box<str>,
    /// The type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub rr_type: Option<Box<str>>,
}

/// One of `dns.answers`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Answer {
    /// Whose record it is.
    pub name: Box<str>,
    /// The type.
    #[serde(rename = "type")]
    pub rr_type: Option<Box<str>>,
    /// What it says.
    pub data: Option<Box<str>>,
}

/// Whose lookup it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A machine asks the resolver.
    Client,
    /// The resolver asks.
    Resolver,
}

/// `dns_monitor`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Monitor {
    /// Whose lookup it is.
    pub role: Option<Role>,
    /// `pass`, `nxdomain`, …
    pub verdict: Option<Box<str>>,
    /// `hit`, `miss` or `shared`.
    pub cache: Option<Box<str>>,
    /// The lookup that had the answer fetched.
    pub filled_by: Option<Cause>,
    /// The lookups that made the resolver ask.
    #[serde(default)]
    pub cause: Vec<Cause>,
    /// How many more there are.
    pub cause_more: Option<u64>,
    /// The machine behind a forwarder.
    pub true_client: Option<Party>,
}

/// One of `dns_monitor.cause`, or `dns_monitor.filled_by`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cause {
    /// When the client's query crossed the interface.
    #[serde(rename = "@timestamp", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Timestamp>,
    /// Who asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Party>,
    /// The machine behind a forwarder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub true_client: Option<Party>,
    /// The client's message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<Message>,
    /// What the client asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    /// `sole`, `shared`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Box<str>>,
    /// Why the resolver asked of its own accord.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Box<str>>,
    /// From the client's name to the one that the resolver asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Hop>,
    /// Whether memory was too short.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forgotten: bool,
}

/// `dns` of a cause.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Message {
    /// Message id.
    #[serde(
        default,
        deserialize_with = "id",
        serialize_with = "id_text",
        skip_serializing_if = "Option::is_none"
    )]
    pub id: Option<u16>,
}

/// A step of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// How the name before leads to this one.
    pub via: Box<str>,
    /// The name.
    pub name: Box<str>,
}

/// `dns_monitor.lost`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Lost {
    /// Packets.
    pub kernel: u64,
    /// Samples.
    pub decode: u64,
    /// Events.
    pub sink: u64,
}

impl Event {
    /// Reads one line.
    ///
    /// # Errors
    /// It is no such event.
    pub fn read(line: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }

    /// When the query crossed the interface, ns since the Unix epoch.
    #[must_use]
    pub fn time(&self) -> i64 {
        nanoseconds(self.timestamp)
    }

    /// When the response did, or the query, if there was none.
    #[must_use]
    pub fn end(&self) -> i64 {
        let duration = self.event.duration.and_then(|duration| i64::try_from(duration).ok());
        self.time().saturating_add(duration.unwrap_or(0))
    }

    /// The name that was looked up.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.dns.question.as_ref().map(|question| &*question.name)
    }
}

/// A number, or its text: ECS has a text.
pub fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    struct Id;
    impl<'de> Visitor<'de> for Id {
        type Value = Option<u16>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number of 16 bits, or its text")
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            u16::try_from(number).map(Some).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            text.parse().map(Some).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
    deserializer.deserialize_any(Id)
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn id_text<S: serde::Serializer>(id: &Option<u16>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&id.unwrap_or_default())
}

#[cfg(test)]
mod tests;
