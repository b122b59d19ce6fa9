//! The HTTP Event Collector of Splunk.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, Hasher as _, RandomState},
};

use serde::Deserialize;

use super::{
    super::outcome::{Outcome, Reply},
    quote,
};
use crate::output::sink::facts::Facts;

pub(super) const PATH: &str = "/services/collector/event";
const ACK_PATH: &str = "/services/collector/ack";

#[derive(Debug)]
pub(in super::super) struct Splunk {
    /// What follows the time: host, source, sourcetype, index and the key of the event.
    rest: Vec<u8>,
    /// Names this sender where it waits until events are indexed.
    channel: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    text: String,
    code: u32,
    #[serde(rename = "ackId")]
    ticket: Option<u64>,
}

#[derive(Deserialize)]
struct Acks {
    acks: HashMap<String, bool>,
}

impl Splunk {
    pub(super) fn new(sourcetype: &str, index: Option<&str>, acknowledge: bool, host: Option<&str>) -> Self {
        let mut rest = Vec::new();
        let fields = [
            ("host", host),
            ("source", Some("dns-monitor")),
            ("sourcetype", Some(sourcetype)),
            ("index", index),
        ];
        for (key, value) in fields {
            let Some(value) = value else { continue };
            rest.extend_from_slice(format!(",\"{key}\":").as_bytes());
            quote(value, &mut rest);
        }
        rest.extend_from_slice(b",\"event\":");
        Self { rest, channel: acknowledge.then(channel) }
    }

    pub(super) fn header(&self) -> Option<(&'static str, String)> {
        Some(("x-splunk-request-channel", self.channel.clone()?))
    }

    /// Objects one after the other. Time in seconds, as a number.
    pub(super) fn body(&self, lines: &[&[u8]], out: &mut Vec<u8>) {
        for line in lines {
            let time = Facts::read(line).time_or_now() / 1000;
            let (seconds, us) = (time / 1_000_000, time % 1_000_000);
            out.extend_from_slice(format!("{{\"time\":{seconds}.{us:06}").as_bytes());
            out.extend_from_slice(&self.rest);
            if line.starts_with(b"{") {
                out.extend_from_slice(line);
            } else {
                quote(&String::from_utf8_lossy(line), out);
            }
            out.extend_from_slice(b"}\n");
        }
    }

    pub(super) fn read(&self, reply: &Reply) -> Outcome {
        let Ok(answer) = serde_json::from_slice::<Answer>(&reply.body) else {
            return match reply.status {
                200..=299 => Outcome::Garbage(format!("this is no reply of Splunk: {}", reply.text())),
                _ => reply.judge(&reply.text()),
            };
        };
        let said = format!("code {}: {}", answer.code, answer.text);
        match (answer.code, answer.ticket) {
            (0, Some(ticket)) if self.channel.is_some() => Outcome::Ticket(ticket),
            (0, None) if self.channel.is_some() => Outcome::Misplaced(
                "it acknowledges nothing: switch it on for this token, or off here".to_owned(),
            ),
            (0, _) => Outcome::Taken,
            // No data, invalid format, no event, blank event, indexed fields.
            (5 | 6 | 12 | 13 | 15, _) => Outcome::Halve(reply.told(&said)),
            // Token, index, channel, acknowledgement: a setting.
            (1..=4 | 7 | 10 | 11 | 14 | 16, _) => Outcome::Misplaced(reply.told(&said)),
            // Busy, full, shutting down, unhealthy.
            (8 | 9 | 18..=27, _) => reply.later(&said),
            _ if reply.status < 300 => Outcome::Garbage(reply.told(&said)),
            _ => reply.judge(&said),
        }
    }

    /// Where and how to ask whether events are indexed.
    pub(in super::super) fn question(&self, url: &str, ticket: u64) -> (String, String) {
        let base = url.strip_suffix(PATH).unwrap_or(url);
        let channel = self.channel.as_deref().unwrap_or_default();
        (format!("{base}{ACK_PATH}?channel={channel}"), format!("{{\"acks\":[{ticket}]}}"))
    }

    /// What that came to: `None` if they are not indexed yet.
    pub(in super::super) fn indexed(&self, reply: &Reply, ticket: u64) -> Option<Outcome> {
        if reply.status != 200 {
            return Some(reply.judge(&reply.text()));
        }
        match serde_json::from_slice::<Acks>(&reply.body) {
            Ok(Acks { acks }) => {
                acks.get(&ticket.to_string()).is_some_and(|done| *done).then_some(Outcome::Taken)
            }
            Err(error) => {
                Some(Outcome::Garbage(format!("this is no reply of Splunk: {error}: {}", reply.text())))
            }
        }
    }
}

/// A random UUID (RFC 9562 §5.4): Splunk tells senders apart by it.
fn channel() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let (high, low) = (random() & !0xf000 | 0x4000, random() & !(3 << 62) | 1 << 63);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}
