//! A quick look at the line of an event: a few fields, found without parsing the rest.
//!
//! It relies on how the agent writes events, and believes a line only where all around the fields is as the agent has
//! it. Any other line is parsed as a whole, so that another order of fields costs time and nothing else.

use std::{borrow::Cow, net::IpAddr, sync::LazyLock};

use jiff::Timestamp;
use memchr::{memchr, memmem::Finder};
use serde::Deserialize;

use super::Gap;
use crate::{
    event::json,
    trace::{
        alert::when::{SECOND, nanoseconds},
        event::{self, Lost},
    },
};

/// What is seen of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance<'a> {
    /// When the query crossed the interface, ns since the Unix epoch.
    pub time: i64,
    /// Who asked, as the event has it.
    pub client: &'a [u8],
    /// From which port.
    pub port: Option<u16>,
    /// Who was asked.
    pub server: &'a [u8],
    /// DNS message id.
    pub id: Option<u16>,
    /// The name.
    pub name: Option<&'a [u8]>,
}

/// What every event of the agent begins with.
const HEAD: &[u8] = br#"{"@timestamp":""#;
/// Bytes of a time: `2026-11-24T03:48:06.297532406Z`.
const TIME: usize = 30;
/// What is behind the time.
const VERSION: &[u8] = br#"","ecs":{"version":""#;
/// What is behind the id: the name follows within so many bytes.
const BEFORE_QUESTION: usize = 256;

static CLIENT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#"},"client":{"ip":""#));
static SERVER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#"},"server":{"ip":""#));
static DNS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#"},"dns":{"type":""#));
static QUESTION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#""question":{"name":""#));

/// Looks at lines; remembers what rarely changes.
#[derive(Debug, Default)]
pub struct Eye {
    /// A day as events write it, and when it began, ns since the Unix epoch.
    day: Option<([u8; 10], i64)>,
}

impl Eye {
    /// What is to be seen; `None` where the line is not as the agent writes it.
    pub fn glance<'a>(&mut self, line: &'a [u8]) -> Option<Glance<'a>> {
        let rest = line.strip_prefix(HEAD)?;
        let (time, rest) = rest.split_at_checked(TIME)?;
        let time = self.time(time)?;
        let rest = rest.strip_prefix(VERSION)?;
        let (client, rest) = text(behind(&CLIENT, rest)?)?;
        let port = rest.strip_prefix(br#","port":"#).and_then(|rest| number(rest, b",}"));
        let (server, rest) = text(behind(&SERVER, rest)?)?;
        let rest = behind(&DNS, rest)?;
        let (kind, rest) = text(rest)?;
        if !matches!(kind, b"answer" | b"query") || !line.ends_with(b"}}") {
            return None;
        }
        let Some(rest) = rest.strip_prefix(br#","id":""#) else {
            // A message that could not be read.
            return rest.starts_with(b"}").then_some(Glance {
                time,
                client,
                port,
                server,
                id: None,
                name: None,
            });
        };
        let id = number(rest, b"\"")?;
        let near = rest.get(..BEFORE_QUESTION).unwrap_or(rest);
        let at = QUESTION.find(near)?.checked_add(QUESTION.needle().len())?;
        let (name, _) = text(rest.get(at..)?)?;
        Some(Glance { time, client, port, server, id: Some(id), name: Some(name) })
    }

    /// `2026-11-24T03:48:06.297532406Z`, ns since the Unix epoch.
    fn time(&mut self, text: &[u8]) -> Option<i64> {
        let (day, rest) = text.split_first_chunk::<10>()?;
        let &[b'T', h1, h2, b':', m1, m2, b':', s1, s2, b'.', ref fraction @ .., b'Z'] = rest else {
            return None;
        };
        let [hours, minutes, seconds] = [[h1, h2], [m1, m2], [s1, s2]].map(|digits| digits_of(&digits));
        let (hours, minutes, seconds, fraction) = (hours?, minutes?, seconds?, digits_of(fraction)?);
        if hours > 23 || minutes > 59 || seconds > 59 {
            return None;
        }
        let begin = match self.day {
            Some((known, begin)) if known == *day => begin,
            _ => {
                let date: jiff::civil::Date = str::from_utf8(day).ok()?.parse().ok()?;
                let begin = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
                let begin = begin.checked_mul(SECOND)?;
                self.day = Some((*day, begin));
                begin
            }
        };
        let second = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
        begin.checked_add(second.checked_mul(SECOND)?)?.checked_add(fraction)
    }
}

/// An event parsed no further than a glance needs.
#[derive(Deserialize)]
pub struct Sketch<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: Timestamp,
    #[serde(default, borrow)]
    event: Action<'a>,
    client: Option<Peer>,
    server: Option<Peer>,
    #[serde(default, borrow)]
    dns: Message<'a>,
    #[serde(default)]
    dns_monitor: Monitor,
}

#[derive(Default, Deserialize)]
struct Action<'a> {
    #[serde(default, borrow)]
    action: Cow<'a, str>,
    start: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Peer {
    ip: IpAddr,
    port: Option<u16>,
}

#[derive(Default, Deserialize)]
struct Message<'a> {
    #[serde(default, deserialize_with = "event::id")]
    id: Option<u16>,
    #[serde(borrow)]
    question: Option<Question<'a>>,
}

#[derive(Deserialize)]
struct Question<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
struct Monitor {
    lost: Option<Lost>,
}

impl<'a> Sketch<'a> {
    /// Reads one line.
    ///
    /// # Errors
    /// It is no event.
    pub fn read(line: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }

    /// What was lost, if the event tells of a loss.
    #[must_use]
    pub fn gap(&self) -> Option<Gap> {
        let lost = self.dns_monitor.lost.unwrap_or_default();
        let from = self.event.start.map(nanoseconds);
        (self.event.action == "dns-gap").then(|| Gap { from, time: nanoseconds(self.timestamp), lost })
    }
}

/// What is to be seen of a parsed event, with texts as the agent would write them.
#[derive(Debug, Default)]
pub struct Parsed {
    client: Vec<u8>,
    server: Vec<u8>,
    name: Vec<u8>,
}

impl Parsed {
    /// Looks at it.
    pub fn glance(&mut self, event: &Sketch<'_>) -> Glance<'_> {
        self.client.clear();
        self.server.clear();
        self.name.clear();
        let address = |out: &mut Vec<u8>, peer: Option<&Peer>| {
            if let Some(peer) = peer {
                json::address(out, peer.ip);
            }
        };
        address(&mut self.client, event.client.as_ref());
        address(&mut self.server, event.server.as_ref());
        let question = event.dns.question.as_ref();
        if let Some(question) = question {
            json::escaped(&mut self.name, question.name.as_bytes());
        }
        Glance {
            time: nanoseconds(event.timestamp),
            client: &self.client,
            port: event.client.as_ref().and_then(|client| client.port),
            server: &self.server,
            id: event.dns.id,
            name: question.map(|_| self.name.as_slice()),
        }
    }
}

/// An address as events write it.
#[must_use]
pub fn address(address: IpAddr) -> Vec<u8> {
    let mut text = Vec::new();
    json::address(&mut text, address);
    text
}

/// A name as events write it, in a JSON string.
#[must_use]
pub fn name(name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    json::escaped(&mut text, name.as_bytes());
    text
}

fn behind<'a>(finder: &Finder<'_>, text: &'a [u8]) -> Option<&'a [u8]> {
    text.get(finder.find(text)?.checked_add(finder.needle().len())?..)
}

/// The rest of a string, and what follows it. Of the texts that are looked at, only names have escapes, and those only
/// of backslashes: a quote in a name is left to the parser.
fn text(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (text, after) = rest.split_at_checked(memchr(b'"', rest)?)?;
    if text.last() == Some(&b'\\') {
        return None;
    }
    Some((text, after.get(1..)?))
}

/// A number of 16 bits up to one of the bytes.
fn number(text: &[u8], ends: &[u8]) -> Option<u16> {
    let end = text.iter().take(6).position(|byte| ends.contains(byte))?;
    u16::try_from(digits_of(text.get(..end)?)?).ok()
}

/// At most nine digits.
fn digits_of(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter().try_fold(0_i64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte & 15))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests;
