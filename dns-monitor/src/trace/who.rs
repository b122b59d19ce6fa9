//! `dns-monitor who`: the machines that looked a name up, or one below it.

use std::{
    collections::HashMap,
    io::{self, Write},
    path::PathBuf,
};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    error::TraceError,
    event::{Event, Party, Role},
    read_events,
    scan::{Hit, wanted::Wanted},
    show::text::Named,
};
use crate::{config::Format, log};

/// Which name, in which events.
#[derive(Clone, Debug)]
pub struct Request {
    /// The name, as events have it.
    pub name: String,
    /// Files of events; `-` is standard input.
    pub events: Vec<PathBuf>,
    /// For people, or for programs.
    pub format: Format,
}

/// A machine that looked it up. The order of the fields is that of the output.
#[derive(Clone, Debug, Serialize)]
struct Asker {
    client: Party,
    lookups: u64,
    first: Timestamp,
    last: Timestamp,
}

/// Tells who looked the name up: the machines in the order of their first lookup. Returns whether anybody did.
///
/// # Errors
/// [`TraceError`]; of inputs that can be read in part, that part was looked at.
pub fn who(request: &Request, out: &mut dyn Write) -> Result<bool, TraceError> {
    let (scan, failed) = read_events(&request.events, &Wanted::below(&request.name))?;
    let mut askers: HashMap<Party, Asker> = HashMap::new();
    let (mut buffer, mut broken) = (Vec::new(), 0_u64);
    for Hit { text, .. } in &scan.hits {
        scan.texts.read(*text, &mut buffer).map_err(TraceError::Reread)?;
        let Ok(event) = Event::read(&buffer) else {
            broken = broken.saturating_add(1);
            continue;
        };
        if event.dns_monitor.role != Some(Role::Resolver) {
            count(&event, &mut askers);
        }
    }
    let mut askers: Vec<Asker> = askers.into_values().collect();
    askers.sort_by_key(|asker| (asker.first, asker.client.ip));
    let written =
        askers.iter().try_for_each(|asker| line(asker, request.format, out)).and_then(|()| out.flush());
    written.map_err(TraceError::Output)?;
    let lookups = askers.iter().fold(0_u64, |sum, asker| sum.saturating_add(asker.lookups));
    log::info(format_args!(
        "{} and below: {} machines, {lookups} lookups; {} events read, {} lines unreadable, {} gaps",
        request.name,
        askers.len(),
        scan.events,
        scan.bad.saturating_add(broken),
        scan.gaps.len()
    ));
    if scan.crowded > 0 {
        log::warn(format_args!("{} more lookups are not counted: there are too many", scan.crowded));
    }
    match failed {
        0 => Ok(!askers.is_empty()),
        _ => Err(TraceError::Input { failed, files: request.events.len() }),
    }
}

fn count(event: &Event, askers: &mut HashMap<Party, Asker>) {
    let Some(client) = event.dns_monitor.true_client.as_ref().or(event.client.as_ref()) else { return };
    let client = Party { port: None, ..client.clone() };
    let at = event.timestamp;
    let asker = askers.entry(client.clone()).or_insert(Asker { client, lookups: 0, first: at, last: at });
    asker.lookups = asker.lookups.saturating_add(1);
    asker.first = asker.first.min(at);
    asker.last = asker.last.max(at);
}

fn line(asker: &Asker, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Json => {
            serde_json::to_writer(&mut *out, asker)?;
            writeln!(out)
        }
        Format::Text => {
            let Asker { client, lookups, first, last } = asker;
            writeln!(out, "{first:.6}  {last:.6}  {lookups:>8}  {}", Named(client))
        }
    }
}
