//! Events by HTTP POST (RFC 9110): plain NDJSON, or what a well-known collector wants.
//!
//! 1. [`preset`]: what a collector wants to be sent, and what its answers mean: one file each;
//! 2. [`request`]: which events go in one request;
//! 3. [`client`]: one request and its reply;
//! 4. [`outcome`]: what a reply means;
//! 5. [`Http`]: all events of a batch.

mod client;
#[cfg(fuzzing)]
pub mod fuzz;
mod outcome;
mod preset;
mod request;
#[cfg(test)]
mod tests;

use self::{
    client::Client,
    outcome::{Fate, Outcome},
    preset::Preset,
    request::Requests,
};
use super::{
    Events, Receipt, SinkError, Stop,
    connection::Patience,
    fault::{broken, busy, garbage, unauthorised},
    progress::{Memory, Progress},
};
use crate::config::output::{self, Web};

/// A collector that takes requests.
pub struct Http {
    client: Client,
    preset: Preset,
    max_bytes: usize,
    max_events: usize,
    memory: Memory,
}

/// One delivery under way.
struct Delivery<'a> {
    lines: Vec<&'a [u8]>,
    progress: Progress,
    /// Why some events have to come again.
    again: Option<SinkError>,
}

impl Http {
    /// Not connected yet. `host` is this host's name, for collectors that want one.
    #[must_use]
    pub fn new(settings: &output::Http, host: Option<&str>) -> Self {
        Self::with(&settings.web, Preset::new(&settings.preset, host))
    }

    /// OpenTelemetry logs.
    #[must_use]
    pub fn otlp(settings: &output::Otlp, host: Option<&str>) -> Self {
        Self::with(&settings.web, Preset::otlp(host))
    }

    fn with(web: &Web, preset: Preset) -> Self {
        let client = Client::new(web, preset.url(&web.url), preset.headers(), preset.scheme());
        let (max_bytes, max_events) = (web.max_bytes, web.max_events);
        Self { client, preset, max_bytes, max_events, memory: Memory::default() }
    }

    /// Posts the events. After an error, the same events are expected again, and only those that are not settled are
    /// sent again.
    ///
    /// # Errors
    /// See [`SinkError`]. Events that the collector refuses are no error.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let lines: Vec<_> = events.iter().collect();
        let progress = self.memory.resume(events, lines.len());
        let mut delivery = Delivery { lines, progress, again: None };
        let done = self.post_all(&mut delivery, stop);
        match done.and(delivery.again.map_or(Ok(()), Err)) {
            Ok(()) => Ok(delivery.progress.receipt()),
            Err(error) => {
                self.memory.keep(events, delivery.progress);
                Err(error)
            }
        }
    }

    fn post_all(&mut self, delivery: &mut Delivery<'_>, stop: &Stop) -> Result<(), SinkError> {
        let open = delivery.progress.open();
        let mut requests = Requests::new(open, &delivery.lines, self.max_bytes, self.max_events);
        while let Some(request) = requests.next() {
            let outcome = self.post(&delivery.lines, &request, stop)?;
            let to = self.client.to();
            match outcome {
                Outcome::Halve(reason) => {
                    if let Some(whole) = requests.halve(request) {
                        delivery.settle(&whole, Outcome::Refused(reason), to);
                    }
                }
                Outcome::Later { after, reason } => return Err(busy(to, after, reason)),
                Outcome::Misplaced(reason) => return Err(unauthorised(to, reason)),
                Outcome::Garbage(reason) => return Err(garbage(to, reason)),
                outcome => delivery.settle(&request, outcome, to),
            }
        }
        Ok(())
    }

    fn post(&mut self, lines: &[&[u8]], request: &[usize], stop: &Stop) -> Result<Outcome, SinkError> {
        let patience = Patience::new(self.client.timeout(), stop);
        patience.check().map_err(|error| broken(self.client.to(), error.kind(), &error.to_string()))?;
        let lines: Vec<&[u8]> = request.iter().filter_map(|at| lines.get(*at).copied()).collect();
        let preset = &self.preset;
        let reply = self.client.post(stop, |body| preset.body(&lines, body))?;
        match (preset.read(&reply, lines.len()), preset) {
            (Outcome::Ticket(ticket), Preset::Splunk(splunk)) => {
                self.client.redeem(ticket, splunk, &patience, stop)
            }
            (outcome, _) => Ok(outcome),
        }
    }
}

impl Delivery<'_> {
    fn settle(&mut self, request: &[usize], outcome: Outcome, to: &str) {
        let progress = &mut self.progress;
        match outcome {
            Outcome::Taken => request.iter().for_each(|at| progress.take(*at)),
            Outcome::TakenBut { refused, reason } => progress.take_but(request, refused, &reason),
            Outcome::Refused(reason) => {
                request.iter().for_each(|at| progress.refuse(*at, || reason.clone()));
            }
            Outcome::Each(fates) => {
                for (at, fate) in request.iter().zip(fates) {
                    match fate {
                        Fate::Taken => progress.take(*at),
                        Fate::Refused(reason) => progress.refuse(*at, || reason),
                        Fate::Later(reason) => _ = self.again.get_or_insert_with(|| busy(to, None, reason)),
                        Fate::Misplaced(reason) => {
                            _ = self.again.get_or_insert_with(|| unauthorised(to, reason));
                        }
                    }
                }
            }
            // They settle nothing.
            Outcome::Halve(_)
            | Outcome::Ticket(_)
            | Outcome::Later { .. }
            | Outcome::Misplaced(_)
            | Outcome::Garbage(_) => {}
        }
    }
}
