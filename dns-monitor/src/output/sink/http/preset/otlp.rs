//! OpenTelemetry logs by OTLP/HTTP, in the JSON form of its Protocol Buffers.
//!
//! What the specification says of repeating is kept: 429, 502, 503 and 504 are repeated, other refusals of the events
//! never. 401, 403, 404 and their like speak of a setting, not of the events: those wait until it is changed.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    super::outcome::{Outcome, Reply},
    quote,
};
use crate::output::sink::facts::{Facts, now};

pub(super) const PATH: &str = "/v1/logs";

#[derive(Debug)]
pub(super) struct Otlp {
    /// Resource and scope, up to the records.
    head: Vec<u8>,
}

#[derive(Default, Deserialize)]
struct Answer<'a> {
    #[serde(borrow, rename = "partialSuccess")]
    partial: Option<Partial<'a>>,
}

#[derive(Deserialize)]
struct Partial<'a> {
    /// A 64-bit number, which JSON has as a string; some send a number.
    #[serde(borrow, rename = "rejectedLogRecords")]
    rejected: Option<&'a RawValue>,
    #[serde(default, rename = "errorMessage")]
    message: String,
}

/// `google.rpc.Status`.
#[derive(Deserialize)]
struct Status {
    message: String,
}

impl Otlp {
    pub(super) fn new(host: Option<&str>) -> Self {
        let mut head = br#"{"resourceLogs":[{"resource":{"attributes":["#.to_vec();
        attribute("service.name", "dns-monitor", &mut head);
        for (key, value) in [("service.version", Some(env!("CARGO_PKG_VERSION"))), ("host.name", host)] {
            let Some(value) = value else { continue };
            head.push(b',');
            attribute(key, value, &mut head);
        }
        head.extend_from_slice(br#"]},"scopeLogs":[{"scope":{"name":"dns-monitor"},"logRecords":["#);
        Self { head }
    }

    pub(super) fn body(&self, lines: &[&[u8]], out: &mut Vec<u8>) {
        let observed = now();
        out.extend_from_slice(&self.head);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            record(line, observed, out);
        }
        out.extend_from_slice(b"]}]}]}");
    }
}

/// One `LogRecord`; 64-bit numbers are strings in JSON.
fn record(line: &[u8], observed: u64, out: &mut Vec<u8>) {
    let facts = Facts::read(line);
    let time = facts.time.unwrap_or(observed);
    let (severity, name) = if facts.alert { (13, "WARN") } else { (9, "INFO") };
    let head = format!(
        r#"{{"timeUnixNano":"{time}","observedTimeUnixNano":"{observed}","severityNumber":{severity},"severityText":"{name}","body":{{"stringValue":"#
    );
    out.extend_from_slice(head.as_bytes());
    quote(&String::from_utf8_lossy(line), out);
    out.push(b'}');
    if let Some(id) = &facts.id {
        out.extend_from_slice(br#","attributes":["#);
        attribute("event.id", id, out);
        out.push(b']');
    }
    out.push(b'}');
}

fn attribute(key: &str, value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{{\"key\":\"{key}\",\"value\":{{\"stringValue\":").as_bytes());
    quote(value, out);
    out.extend_from_slice(b"}}");
}

pub(super) fn read(reply: &Reply, count: usize) -> Outcome {
    let status = serde_json::from_slice::<Status>(&reply.body);
    let said = status.map_or_else(|_| reply.text(), |status| status.message);
    match reply.status {
        200..=299 => taken(reply, count),
        413 => Outcome::Halve(reply.told(&said)),
        429 | 502..=504 => reply.later(&said),
        401 | 403..=405 | 407 | 415 | 300..=399 => Outcome::Misplaced(reply.told(&said)),
        _ => Outcome::Refused(reply.told(&said)),
    }
}

/// A 200 may tell of records that were rejected; a message without such is only a warning.
fn taken(reply: &Reply, count: usize) -> Outcome {
    if reply.body.is_empty() {
        return Outcome::Taken;
    }
    let answer: Answer<'_> = match serde_json::from_slice(&reply.body) {
        Ok(answer) => answer,
        Err(error) => {
            return Outcome::Garbage(format!("this is no reply of OTLP in JSON: {error}: {}", reply.text()));
        }
    };
    let Some(partial) = answer.partial else { return Outcome::Taken };
    let rejected = partial.rejected.map_or("0", |raw| raw.get().trim_matches('"'));
    match rejected.parse() {
        Ok(0) => Outcome::Taken,
        Ok(refused) if refused <= count => {
            Outcome::TakenBut { refused, reason: reply.told(&partial.message) }
        }
        _ => Outcome::Garbage(format!("{rejected} of {count} records rejected")),
    }
}
