//! The machines that events name: who asked, or who made the resolver ask.

use std::{net::IpAddr, rc::Rc};

use jiff::Timestamp;
use serde::Serialize;

use crate::trace::event::{Cause, Event, Party, Role};

/// A machine behind an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The machine, as the events name it. Its port is that of its first lookup.
    pub client: Party,
    /// The forwarder that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarder: Option<Party>,
    /// How certain the events are that it is the cause: see `docs/EVENTS.md`. `asked`: it asked for the name itself.
    /// `same-time`: the events name no cause, and it waited for the same name when the resolver asked.
    pub certainty: Box<str>,
    /// How many of its lookups.
    pub lookups: u64,
    /// The first of them.
    pub first: Timestamp,
    /// The last of them.
    pub last: Timestamp,
}

/// The machine asked for the name itself.
pub const ASKED: &str = "asked";
/// The machine waited for the same name.
pub const SAME_TIME: &str = "same-time";

/// The machines that the events name, in the order of their first lookup. `waiting` are lookups of clients around the
/// same time: they count where the resolver asked, and its event names nobody.
#[must_use]
pub fn of(events: &[Rc<Event>], waiting: &[Rc<Event>]) -> Vec<Machine> {
    let mut machines = Vec::new();
    for event in events {
        match event.dns_monitor.role {
            Some(Role::Resolver) => behind(event, waiting, &mut machines),
            // Lookups of clients, and of programs that do not say whose they are.
            _ => add(&mut machines, asked_by(event, ASKED)),
        }
    }
    machines.sort_by_key(|machine| machine.first);
    machines
}

/// Who made the resolver ask.
fn behind(event: &Event, waiting: &[Rc<Event>], machines: &mut Vec<Machine>) {
    let causes = &event.dns_monitor.cause;
    let named: Vec<_> = causes.iter().filter_map(|cause| named_by(event, cause)).collect();
    let is_own = causes.iter().any(|cause| cause.certainty.as_deref() == Some("self"));
    if is_own || !named.is_empty() {
        return named.into_iter().for_each(|machine| add(machines, Some(machine)));
    }
    let waited = |other: &&Rc<Event>| {
        other.dns_monitor.role == Some(Role::Client)
            && other.name() == event.name()
            && other.time() <= event.time()
            && event.time() <= other.end()
    };
    waiting.iter().filter(waited).for_each(|other| add(machines, asked_by(other, SAME_TIME)));
}

fn named_by(event: &Event, cause: &Cause) -> Option<Machine> {
    let (client, forwarder) = true_one(cause.client.as_ref()?, cause.true_client.as_ref());
    let at = cause.timestamp.unwrap_or(event.timestamp);
    let certainty = cause.certainty.clone().unwrap_or_else(|| "none".into());
    Some(Machine { client, forwarder, certainty, lookups: 1, first: at, last: at })
}

fn asked_by(event: &Event, certainty: &str) -> Option<Machine> {
    let (client, forwarder) = true_one(event.client.as_ref()?, event.dns_monitor.true_client.as_ref());
    let at = event.timestamp;
    Some(Machine { client, forwarder, certainty: certainty.into(), lookups: 1, first: at, last: at })
}

/// The machine, and the forwarder that stands before it.
fn true_one(client: &Party, true_client: Option<&Party>) -> (Party, Option<Party>) {
    match true_client {
        Some(machine) => (machine.clone(), Some(client.clone())),
        None => (client.clone(), None),
    }
}

/// Counts it, or adds it to the machine that it is: the same address with the same name and MAC.
fn add(machines: &mut Vec<Machine>, new: Option<Machine>) {
    let Some(new) = new else { return };
    let same = |machine: &&mut Machine| is_same(&machine.client, &new.client);
    let Some(known) = machines.iter_mut().find(same) else { return machines.push(new) };
    known.lookups = known.lookups.saturating_add(1);
    known.first = known.first.min(new.first);
    known.last = known.last.max(new.last);
    if rank(&new.certainty) < rank(&known.certainty) {
        known.certainty = new.certainty;
    }
}

fn is_same(one: &Party, other: &Party) -> bool {
    let key = |party: &Party| -> (IpAddr, Option<Box<str>>, Option<Box<str>>) {
        (party.ip, party.domain.clone(), party.mac.clone())
    };
    key(one) == key(other)
}

/// The surest is the least.
fn rank(certainty: &str) -> usize {
    let surest = ["sole", ASKED, "chained", "shared", "prefetch", SAME_TIME];
    surest.iter().position(|known| *known == certainty).unwrap_or(surest.len())
}

#[cfg(test)]
mod tests;
