//! All events of a batch.

use std::mem;

use super::producer::Producer;
use crate::{
    config::output,
    output::sink::{
        Events, Receipt, SinkError, Stop,
        progress::{Memory, Progress},
    },
};

/// A topic of Kafka.
pub struct Kafka {
    settings: output::Kafka,
    /// The brokers, as librdkafka and errors call them.
    to: String,
    producer: Option<Producer>,
    memory: Memory,
}

impl Kafka {
    /// Not connected yet.
    ///
    /// # Errors
    /// None in this build.
    pub fn new(settings: &output::Kafka) -> Result<Self, SinkError> {
        let brokers: Vec<_> = settings.brokers.iter().map(ToString::to_string).collect();
        let (settings, to) = (settings.clone(), brokers.join(","));
        Ok(Self { settings, to, producer: None, memory: Memory::default() })
    }

    /// Sends every event and waits until all are acknowledged. After an error, the same events are expected again, and only
    /// those that are not settled are sent again.
    ///
    /// # Errors
    /// See [`SinkError`]. Events that no broker will ever take are no error.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let mut memory = mem::take(&mut self.memory);
        let result = memory.deliver(events, |lines, progress| self.send(lines, progress, stop));
        self.memory = memory;
        result
    }

    /// What a batch of several is refused for may be the fault of one of them: then they go one by one.
    fn send(&mut self, lines: &[&[u8]], progress: &mut Progress, stop: &Stop) -> Result<(), SinkError> {
        match self.attempt(lines, progress, stop, false) {
            Err(_) if self.producer.as_ref().is_some_and(|producer| producer.blamed) => {
                self.producer = None;
                let result = self.attempt(lines, progress, stop, true);
                self.producer = None;
                result
            }
            result => result,
        }
    }

    fn attempt(
        &mut self,
        lines: &[&[u8]],
        progress: &mut Progress,
        stop: &Stop,
        alone: bool,
    ) -> Result<(), SinkError> {
        let mut producer = match self.producer.take() {
            Some(producer) => producer,
            None => Producer::new(&self.settings, &self.to, alone)?,
        };
        let result = producer.send(lines, progress, stop);
        // A new one reads passwords and certificates again.
        let is_misplaced = matches!(result, Err(SinkError::Unauthorised { .. }));
        self.producer = (!is_misplaced && !producer.is_done()).then_some(producer);
        result
    }
}
