//! Which events an alert may mean: first those that cannot be mistaken, then, by what these say of the clocks, the rest.

use std::{collections::HashMap, io, rc::Rc};

use super::{
    Finding, Matched, Sure,
    machine::{self, Machine},
    skew::Skew,
    unmatched::Unmatched,
};
use crate::trace::{
    alert::{Alert, End},
    event::{Event, Role},
    scan::{
        Hit, Scan, Text,
        wanted::{FARTHEST, Wanted},
    },
};

/// How many events of an alert are told of; the rest is counted.
pub const MOST_EVENTS: usize = 256;
/// How many parsed events are remembered.
const MOST_PARSED: usize = 65_536;

/// Finds the events of alerts.
pub struct Matcher<'a> {
    scan: &'a Scan,
    wanted: &'a Wanted,
    /// How far from its time an alert's event may be, ns.
    window: i64,
    parsed: HashMap<Text, Option<Rc<Event>>>,
    broken: u64,
    buffer: Vec<u8>,
}

/// Everything that was found.
#[derive(Debug)]
pub struct Findings {
    /// One for each alert, in their order.
    pub findings: Vec<Finding>,
    /// The clocks, where they can be compared.
    pub skew: Option<Skew>,
    /// Lines that looked like events at a glance, and are none.
    pub broken: u64,
}

impl<'a> Matcher<'a> {
    /// By what a scan has found.
    #[must_use]
    pub fn new(scan: &'a Scan, wanted: &'a Wanted, window: i64) -> Self {
        Self { scan, wanted, window, parsed: HashMap::new(), broken: 0, buffer: Vec::new() }
    }

    /// Finds the events of each alert.
    ///
    /// # Errors
    /// An event cannot be read again.
    pub fn all(&mut self, alerts: &[Alert]) -> io::Result<Findings> {
        let mut differences = Vec::new();
        let mut exact = Vec::with_capacity(alerts.len());
        for alert in alerts {
            let events = self.exact(alert)?;
            let nearest = events
                .iter()
                .filter_map(|event| ahead(alert, event))
                .min_by_key(|ahead| ahead.unsigned_abs());
            differences.extend(nearest);
            exact.push(events);
        }
        let skew = Skew::of(differences);
        let ahead = skew.map_or(0, |skew| skew.ahead);
        let findings = alerts.iter().zip(exact).map(|(alert, exact)| self.one(alert, exact, ahead));
        let findings = findings.collect::<io::Result<_>>()?;
        Ok(Findings { findings, skew, broken: self.broken })
    }

    fn one(&mut self, alert: &Alert, exact: Vec<Rc<Event>>, skew: i64) -> io::Result<Finding> {
        let time = alert.said.when.map(|when| when.time.saturating_sub(skew));
        let nearest = exact.into_iter().min_by_key(|event| distance(alert, event, skew));
        if let Some(event) = nearest {
            return self.matched(Sure::Exact, vec![event], 0);
        }
        let near = self.near(alert, skew);
        let (events, more) = self.read(&near)?;
        let best = events.iter().map(|event| sure(alert, event)).min();
        let Some(best) = best else {
            let why = Unmatched::why(alert, time, self.window, self.scan, self.wanted);
            return Ok(Finding { matched: Err(why) });
        };
        let mut fitting: Vec<_> = events.into_iter().filter(|event| sure(alert, event) == best).collect();
        let more = if best == Sure::Name { more } else { 0 };
        if best == Sure::Flow {
            fitting.sort_by_key(|event| distance(alert, event, skew));
            fitting.truncate(if alert.said.when.is_some() { 1 } else { MOST_EVENTS });
        }
        fitting.sort_by_key(|event| event.timestamp);
        self.matched(best, fitting, more)
    }

    fn matched(&mut self, sure: Sure, events: Vec<Rc<Event>>, more: u64) -> io::Result<Finding> {
        let machines = self.machines(&events)?;
        Ok(Finding { matched: Ok(Matched { sure, events, more, machines }) })
    }

    /// The machines behind the events. Where the events of the resolver name none, its clients are looked at.
    fn machines(&mut self, events: &[Rc<Event>]) -> io::Result<Vec<Machine>> {
        let mut waiting = Vec::new();
        for event in events.iter().filter(|event| event.dns_monitor.role == Some(Role::Resolver)) {
            if event.dns_monitor.cause.iter().any(|cause| cause.client.is_some()) {
                continue;
            }
            let Some(key) = event.name().and_then(|name| self.wanted.name(name)) else { continue };
            let span = (event.time().saturating_sub(self.window), event.time());
            let hits = of_key(&self.scan.hits, key, Some(span)).to_vec();
            waiting.extend(self.read(&hits)?.0);
        }
        Ok(machine::of(events, &waiting))
    }

    /// Events that have the connection, the id and the name of the alert.
    fn exact(&mut self, alert: &Alert) -> io::Result<Vec<Rc<Event>>> {
        let (Some(id), Some(_)) = (alert.said.id, &alert.said.name) else { return Ok(Vec::new()) };
        let span = alert
            .said
            .when
            .map(|when| (when.time.saturating_sub(FARTHEST), when.time.saturating_add(FARTHEST)));
        let keys = self.wanted.keys_of(alert);
        let hits = keys.iter().flat_map(|key| of_key(&self.scan.hits, *key, span));
        let mut hits: Vec<Hit> = hits.filter(|hit| hit.id == Some(id) && !hit.below).copied().collect();
        hits.sort_by_key(|hit| apart(alert, hit, 0));
        let mut events = self.read(&hits)?.0;
        events.retain(|event| same_flow(alert, event));
        Ok(events)
    }

    /// What hits the alert within the window, by the resolver's clock: with its id first, then the nearest.
    fn near(&self, alert: &Alert, skew: i64) -> Vec<Hit> {
        let span = alert.said.when.map(|when| {
            let time = when.time.saturating_sub(skew);
            (time.saturating_sub(self.window), time.saturating_add(when.unit).saturating_add(self.window))
        });
        let keys = self.wanted.keys_of(alert);
        let hits = keys.iter().flat_map(|key| of_key(&self.scan.hits, *key, span));
        let mut hits: Vec<Hit> = hits.filter(|hit| !hit.below || alert.seeks_below()).copied().collect();
        hits.sort_by_key(|hit| apart(alert, hit, skew));
        if let Some(id) = alert.said.id {
            hits.sort_by_key(|hit| hit.id != Some(id));
            // An alert without a name is about one message, and its id is all that tells which.
            hits.retain(|hit| alert.said.name.is_some() || hit.id == Some(id));
        }
        hits
    }

    /// The events of the hits, and how many more there are.
    fn read(&mut self, hits: &[Hit]) -> io::Result<(Vec<Rc<Event>>, u64)> {
        let (told, rest) = hits.split_at_checked(MOST_EVENTS).unwrap_or((hits, &[]));
        let events =
            told.iter().filter_map(|hit| self.event(hit.text).transpose()).collect::<io::Result<_>>()?;
        Ok((events, u64::try_from(rest.len()).unwrap_or(u64::MAX)))
    }

    /// `None`: what looked like an event is none.
    fn event(&mut self, text: Text) -> io::Result<Option<Rc<Event>>> {
        if let Some(event) = self.parsed.get(&text) {
            return Ok(event.clone());
        }
        self.scan.texts.read(text, &mut self.buffer)?;
        let event = Event::read(&self.buffer).ok().map(Rc::new);
        if self.parsed.len() >= MOST_PARSED {
            self.parsed.clear();
        }
        self.broken = self.broken.saturating_add(u64::from(event.is_none()));
        self.parsed.insert(text, event.clone());
        Ok(event)
    }
}

/// How sure it is that the event, whose name and time fit, is the alert's.
fn sure(alert: &Alert, event: &Event) -> Sure {
    let same_id = alert.said.id.is_some() && alert.said.id == event.dns.id;
    let same_name = alert.said.name.is_none() || alert.said.name.as_deref() == event.name();
    if same_name && (same_id || alert.said.id.is_none()) && same_flow(alert, event) {
        return if same_id && alert.said.name.is_some() { Sure::Exact } else { Sure::Flow };
    }
    if same_id && same_name { Sure::IdName } else { Sure::Name }
}

/// Whether one end of the alert's connection is who asked, and the other, where it is told, who was asked.
fn same_flow(alert: &Alert, event: &Event) -> bool {
    let Some(client) = &event.client else { return false };
    let asks = |end: &End| end.address == client.ip && end.port.is_some() && end.port == client.port;
    let is_server = |end: &End| event.server.as_ref().is_some_and(|server| server.ip == end.address);
    match &alert.said.ends {
        [Some(one), Some(other)] => (asks(one) && is_server(other)) || (asks(other) && is_server(one)),
        [Some(end), None] | [None, Some(end)] => asks(end),
        [None, None] => false,
    }
}

/// How far the alert's clock is ahead, if this is its event; `None`: it has none.
fn ahead(alert: &Alert, event: &Event) -> Option<i64> {
    Some(alert.said.when?.after(if alert.said.of_response { event.end() } else { event.time() }))
}

fn distance(alert: &Alert, event: &Event, skew: i64) -> u64 {
    ahead(alert, event).map_or(0, |ahead| ahead.abs_diff(skew))
}

/// How far a hit is from the alert's time, ns.
fn apart(alert: &Alert, hit: &Hit, skew: i64) -> u64 {
    alert.said.when.map_or(0, |when| when.after(hit.time).abs_diff(skew))
}

/// The hits of a key within the times.
fn of_key(hits: &[Hit], key: u32, span: Option<(i64, i64)>) -> &[Hit] {
    let (from, to) = span.unwrap_or((i64::MIN, i64::MAX));
    let start = hits.partition_point(|hit| (hit.key, hit.time) < (key, from));
    let end = hits.partition_point(|hit| (hit.key, hit.time) <= (key, to));
    hits.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
