//! How an output is, and what the operator is told of it: each change once.

use std::{
    mem::{Discriminant, discriminant},
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    log,
    output::{
        gauge::{Condition, Gauge},
        sink::SinkError,
    },
};

/// How often refusals are told.
const REFUSALS: Duration = Duration::from_secs(60);

/// How an output is.
pub struct State {
    name: String,
    gauge: Arc<Gauge>,
    /// Since when, and in what way, nothing is taken; nothing before the first try.
    down: Option<(Instant, Discriminant<SinkError>)>,
    was_up: bool,
    /// Refusals that were not told yet, and when some were.
    refused: u64,
    told: Option<Instant>,
}

impl State {
    pub fn new(name: &str, gauge: &Arc<Gauge>) -> Self {
        Self {
            name: name.to_owned(),
            gauge: Arc::clone(gauge),
            down: None,
            was_up: false,
            refused: 0,
            told: None,
        }
    }

    /// A batch was taken.
    pub fn up(&mut self) {
        let name = &self.name;
        match self.down.take() {
            Some((since, _)) => {
                let seconds = since.elapsed().as_secs_f32();
                log::info(format_args!("output {name}: delivers again, after {seconds:.1} s"));
            }
            None if !self.was_up => log::info(format_args!("output {name}: delivers")),
            None => return,
        }
        self.was_up = true;
        self.gauge.set_condition(Condition::Delivers);
    }

    /// A batch was not taken.
    pub fn down(&mut self, error: &SinkError) {
        let kind = discriminant(error);
        let since = match self.down {
            Some((_, known)) if known == kind => return,
            Some((since, _)) => since,
            None => Instant::now(),
        };
        self.down = Some((since, kind));
        self.gauge.set_condition(Condition::Waits { since, because: error.to_string() });
        log::warn(format_args!("output {}: {error}; trying again", self.name));
    }

    /// Some of a batch will never be taken.
    pub fn refused(&mut self, events: u64, reason: Option<&str>) {
        self.refused += events;
        if self.told.is_some_and(|told| told.elapsed() < REFUSALS) {
            return;
        }
        let reason = reason.unwrap_or("it does not say why");
        log::warn(format_args!("output {}: {} events refused: {reason}", self.name, self.refused));
        (self.refused, self.told) = (0, Some(Instant::now()));
    }
}
