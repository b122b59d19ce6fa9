//! What gap events say of times in which nothing was seen.

use std::process::Command;

use anyhow::Result;
use serde_json::Value;

use crate::namespace::succeed;

/// Nothing was seen. Times are texts that are in order as they are.
#[derive(Debug, PartialEq, Eq)]
pub struct Hole {
    /// On which interface.
    pub interface: String,
    /// Why.
    pub reason: String,
    /// Since when; `None`: nobody knows.
    pub start: Option<String>,
    /// Until when.
    pub end: String,
    /// Packets that the kernel programs could not hand over.
    pub packets: u64,
}

/// All that the events tell of.
pub fn holes(events: &[Value]) -> Vec<Hole> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let hole = |event: &Value| {
        Some(Hole {
            reason: text(&event["event"]["reason"])?,
            interface: text(&event["observer"]["ingress"]["interface"]["name"]).unwrap_or_default(),
            start: text(&event["event"]["start"]),
            end: text(&event["event"]["end"]).unwrap_or_default(),
            packets: event["dns_monitor"]["lost"]["kernel"].as_u64().unwrap_or(u64::MAX),
        })
    };
    events.iter().filter(|event| event["event"]["action"] == "dns-gap").filter_map(hole).collect()
}

/// The time, as events write it.
pub fn now() -> Result<String> {
    Ok(succeed(Command::new("date").args(["-u", "+%Y-%m-%dT%H:%M:%S.%NZ"]))?.trim().to_owned())
}
