//! The way to one output: what it wants, the batch at hand, its queue and its books.

use std::collections::VecDeque;

use super::{
    OutputReason,
    aggregate::Aggregator,
    emit::{Owed, Pressure},
    filter::{Filter, Sampler},
    form::Form,
    queue::{Batch, Queue},
};
use crate::{
    config::Output,
    event::{
        Event,
        gap::{Gap, Lost},
        privacy::settings::{PrivacyError, Settings},
    },
    ledger::Tally,
};

/// So many holes wait at most for room to be told; the oldest go first, and count as events that found no room.
const MAX_OWED: usize = 64;

/// The way to one output.
pub struct Lane {
    name: String,
    pub(super) form: Form,
    /// Which of the emitter's encoders.
    pub(super) encoder: usize,
    filter: Option<Filter>,
    sampler: Option<Sampler>,
    aggregator: Option<Box<Aggregator>>,
    queue: Queue,
    pub(super) batch: Batch,
    reported: Lost,
    /// What an output before this one, of the same name, has lost and not told.
    inherited: u64,
    own: u64,
    owed: VecDeque<Owed>,
    forgotten: u64,
    filtered: u64,
    sampled: u64,
    aggregated: u64,
}

impl Lane {
    /// The way to `output`, through `queue`.
    pub fn new(output: &Output, colored: bool, queue: Queue) -> Self {
        Self {
            name: output.name.clone(),
            form: Form::of(output, colored),
            encoder: 0,
            filter: Filter::new(&output.filter),
            sampler: output.sample.map(Sampler::new),
            aggregator: output.aggregate.map(|window| Box::new(Aggregator::new(window, output.queue_bytes))),
            batch: queue.batch(),
            queue,
            reported: Lost::default(),
            inherited: 0,
            own: 0,
            owed: VecDeque::new(),
            forgotten: 0,
            filtered: 0,
            sampled: 0,
            aggregated: 0,
        }
    }

    /// It comes while others are there: what was lost before is not its concern.
    pub(super) fn set_before(&mut self, before: Lost) {
        self.reported = Lost { sink: 0, ..before };
    }

    /// It takes the place of another, of the same name.
    pub(super) fn succeed(&mut self, other: &mut Self) {
        self.owed = std::mem::take(&mut other.owed);
        self.set_before(other.reported);
        self.inherit(other.lost().saturating_sub(other.reported.sink));
    }

    /// What the one before it has lost, and cannot tell any more.
    pub(super) fn inherit(&mut self, lost: u64) {
        self.inherited = self.inherited.saturating_add(lost);
    }

    /// The same, but events say no more of people than these settings let them.
    ///
    /// # Errors
    /// [`PrivacyError`]: settings that cannot be used.
    pub fn with_privacy(mut self, privacy: Settings) -> Result<Self, PrivacyError> {
        self.form = self.form.with_privacy(privacy)?;
        Ok(self)
    }

    /// Of the output.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the output gets this event; counts it if not.
    pub(super) fn wants(&mut self, event: &Event<'_>) -> bool {
        if self.filter.as_ref().is_some_and(|filter| !filter.wants(event)) {
            self.filtered += 1;
            return false;
        }
        if self.sampler.as_ref().is_some_and(|sampler| !sampler.takes(event)) {
            self.sampled += 1;
            return false;
        }
        true
    }

    /// A lookup of the agent's own is no event.
    pub(super) fn leave_out(&mut self) {
        self.own = self.own.saturating_add(1);
    }

    /// Takes an event; `encode` appends its text, and says how many lines it is.
    pub(super) fn take(
        &mut self,
        event: &Event<'_>,
        pressure: Pressure,
        encode: impl FnOnce(&mut Vec<u8>) -> u64,
    ) {
        let Some(aggregator) = &mut self.aggregator else {
            let lines = encode(&mut self.batch.bytes);
            return self.count(lines, pressure);
        };
        // What is over now counts no more.
        aggregator.set_time(event.lookup.first().map_or(0, |seen| seen.time()));
        self.take_due(pressure);
        let added = self.aggregator.as_mut().is_some_and(|aggregator| aggregator.add(event, encode));
        self.aggregated += u64::from(added);
        self.take_due(pressure);
    }

    /// Time goes on, ns since the Unix epoch.
    pub(super) fn set_time(&mut self, now: u64, pressure: Pressure) {
        if let Some(aggregator) = &mut self.aggregator {
            aggregator.set_time(now);
            self.take_due(pressure);
        }
    }

    fn take_due(&mut self, pressure: Pressure) {
        while let Some(aggregator) = &mut self.aggregator
            && let Some(lines) = aggregator.take_due(&mut self.batch.bytes)
        {
            self.count(lines, pressure);
        }
    }

    /// So many lines were appended to the batch.
    fn count(&mut self, lines: u64, pressure: Pressure) {
        self.batch.add(lines);
        if self.batch.bytes.len() >= self.queue.batch_bytes() {
            self.hand_over(pressure);
        }
    }

    /// Has a hole told with the next report.
    pub(super) fn owe(&mut self, hole: &Owed) {
        if self.owed.len() >= MAX_OWED && self.owed.pop_front().is_some() {
            self.forgotten += 1;
        }
        self.owed.push_back(hole.clone());
    }

    /// Appends the holes that are to be told, each with what is new of the losses, as long as there is room.
    pub(super) fn tell_holes(
        &mut self,
        lost: Lost,
        pressure: Pressure,
        mut encode: impl FnMut(&Owed, &Gap<'_>, &mut Vec<u8>) -> u64,
    ) {
        while let Some(owed) = self.owed.pop_front() {
            let new = lost.since(&self.reported).unwrap_or_default();
            let gap = Gap { lost: new, hole: Some(&owed.hole) };
            if !self.is_broken() && !self.say(pressure, |out| encode(&owed, &gap, out)) {
                return self.owed.push_front(owed);
            }
            self.reported = lost;
        }
    }

    /// Appends what is new of the losses; says whether there was something to say, and room for it.
    pub(super) fn report(
        &mut self,
        lost: Lost,
        pressure: Pressure,
        encode: impl FnOnce(&Gap<'_>, &mut Vec<u8>) -> u64,
    ) -> bool {
        let Some(new) = lost.since(&self.reported).filter(|_| !self.is_broken()) else { return false };
        let said = self.say(pressure, |out| encode(&Gap { lost: new, hole: None }, out));
        if said {
            self.reported = lost;
        }
        said
    }

    /// Appends a gap and hands it over; without room nothing is said.
    fn say(&mut self, pressure: Pressure, encode: impl FnOnce(&mut Vec<u8>) -> u64) -> bool {
        let start = self.batch.bytes.len();
        let lines = encode(&mut self.batch.bytes);
        if pressure == Pressure::Drop && !self.queue.has_room(self.batch.bytes.len()) {
            self.batch.bytes.truncate(start); // the next report will say it all
            return false;
        }
        self.batch.add(lines);
        self.hand_over(pressure);
        true
    }

    pub(super) fn flush(&mut self, pressure: Pressure) {
        if self.queue.is_idle() {
            self.hand_over(pressure);
        }
    }

    fn hand_over(&mut self, pressure: Pressure) {
        if self.batch.events == 0 {
            return;
        }
        let empty = self.queue.batch();
        let batch = std::mem::replace(&mut self.batch, empty);
        match pressure {
            Pressure::Drop => self.queue.offer(batch),
            Pressure::Wait => self.queue.put(batch, None),
            Pressure::Until(deadline) => self.queue.put(batch, Some(deadline)),
        }
    }

    pub(super) fn close(&mut self, pressure: Pressure) {
        while let Some(aggregator) = &mut self.aggregator
            && let Some(lines) = aggregator.take(&mut self.batch.bytes)
        {
            self.count(lines, pressure);
        }
        self.hand_over(pressure);
        self.queue.close();
    }

    /// Whether the reader is gone, and no other will come.
    pub(super) fn is_broken(&self) -> bool {
        self.queue.is_broken()
    }

    /// Events that the output should have got and did not.
    pub(super) fn lost(&self) -> u64 {
        self.queue.tally().lost().saturating_add(self.inherited).saturating_add(self.forgotten)
    }

    /// Whether it is closed, and nobody is left behind its queue.
    pub(super) fn is_ended(&self) -> bool {
        self.queue.is_ended()
    }

    /// The books, in events; what is in the batch at hand is held.
    pub(super) fn tally(&self) -> Tally<OutputReason> {
        let mut tally = self.queue.tally();
        let waiting = self.aggregator.as_ref().map_or(0, |aggregator| aggregator.held());
        tally.see(self.batch.events + self.filtered + self.sampled + self.aggregated + self.own + waiting);
        tally.end(OutputReason::Own, self.own);
        tally.see(self.forgotten);
        tally.end(OutputReason::QueueFull, self.forgotten);
        tally.end(OutputReason::Aggregated, self.aggregated);
        tally.end(OutputReason::Filtered, self.filtered);
        tally.end(OutputReason::Sampled, self.sampled);
        tally
    }
}
