//! Lookups become numbered, encoded events in batches.

use std::time::Instant;

use super::{
    OutputReason,
    queue::{Batch, Queue},
};
use crate::{
    config::{Format, resolved::Stdout},
    event::{Event, Id, Observer, encoder::Encoder, gap::Lost},
    identity::directory::Who,
    ledger::Tally,
    rules::verdict::Judgement,
    track::lookup::Lookup,
};

/// Whether the source can wait for a slow reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressure {
    /// It cannot: what does not fit is lost, and counted.
    Drop,
    /// It can.
    Wait,
    /// It can for a while: nothing comes any more, but what has come should be read.
    Until(Instant),
}

/// Numbers events, encodes them, hands them over in batches.
pub struct Emitter {
    encoder: Encoder,
    queue: Queue,
    batch: Batch,
    pressure: Pressure,
    start: Option<u64>,
    sequence: u64,
    interfaces: Vec<(u32, String)>,
    reported: Lost,
    own: u64,
}

impl Emitter {
    /// An emitter into `queue`; `colored` matters to text alone.
    pub fn new(
        stdout: &Stdout,
        observer: &Observer,
        colored: bool,
        queue: Queue,
        pressure: Pressure,
    ) -> Self {
        let encoder = match stdout.format {
            Format::Json => Encoder::new(stdout.schema, observer),
            Format::Text => Encoder::text(colored),
        };
        let batch = queue.batch();
        Self {
            encoder,
            queue,
            batch,
            pressure,
            start: observer.start,
            sequence: 0,
            interfaces: Vec::new(),
            reported: Lost::default(),
            own: 0,
        }
    }

    /// How the source numbers its interfaces.
    pub fn set_interfaces(&mut self, interfaces: Vec<(u32, String)>) {
        self.interfaces = interfaces;
    }

    /// From now on the source can wait, or can no longer.
    pub fn set_pressure(&mut self, pressure: Pressure) {
        self.pressure = pressure;
    }

    /// One event for one lookup and the judgement on it.
    pub fn emit(&mut self, lookup: &Lookup<'_>, judgement: &Judgement<'_>, who: &Who<'_>) {
        let Some(first) = lookup.first() else { return };
        let id = self.id(first.time());
        let index = Some(first.datagram.packet.interface);
        let interface =
            self.interfaces.iter().find(|(at, _)| Some(*at) == index).map(|(_, name)| name.as_str());
        let Some(event) = Event::new(lookup, judgement, who, id, interface) else { return };
        let lines = self.encoder.encode(&event, &mut self.batch.bytes);
        self.count(lines);
    }

    /// A lookup of the agent's own is no event.
    pub fn leave_out(&mut self) {
        self.own = self.own.saturating_add(1);
    }

    /// Says in the stream what was lost since the last time, if anything was. `time` is now, ns since
    /// the Unix epoch; `kernel` and `decode` are counts since the start.
    pub fn report(&mut self, time: u64, kernel: u64, decode: u64) {
        let lost = Lost { kernel, decode, sink: self.queue.tally().lost() };
        let Some(new) = lost.since(&self.reported).filter(|_| !self.is_broken()) else { return };
        let start = self.batch.bytes.len();
        let id = self.id(time);
        let lines = self.encoder.encode_gap(time, id, &new, &mut self.batch.bytes);
        if self.pressure == Pressure::Drop && !self.queue.has_room(self.batch.bytes.len()) {
            return self.batch.bytes.truncate(start); // the next report will say it all
        }
        self.reported = lost;
        self.count(lines);
        self.hand_over();
    }

    /// Hands over what there is, unless the writer has work: it will not be idle for long, and a slow reader
    /// must not fill the queue with small batches.
    pub fn flush(&mut self) {
        if self.queue.is_idle() {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        if self.batch.events == 0 {
            return;
        }
        let empty = self.queue.batch();
        let batch = std::mem::replace(&mut self.batch, empty);
        match self.pressure {
            Pressure::Drop => self.queue.offer(batch),
            Pressure::Wait => self.queue.put(batch, None),
            Pressure::Until(deadline) => self.queue.put(batch, Some(deadline)),
        }
    }

    /// Hands over what there is and says that nothing more comes.
    pub fn close(&mut self) {
        self.hand_over();
        self.queue.close();
    }

    /// Whether the reader of the events is gone.
    pub fn is_broken(&self) -> bool {
        self.queue.is_broken()
    }

    /// The books, in events; what is in the batch at hand is held.
    pub fn tally(&self) -> Tally<OutputReason> {
        let mut tally = self.queue.tally();
        tally.see(self.batch.events.saturating_add(self.own));
        tally.end(OutputReason::Own, self.own);
        tally
    }

    /// The next event's; `time` is its own, ns since the Unix epoch.
    fn id(&mut self, time: u64) -> Id {
        Id { start: *self.start.get_or_insert(time), sequence: self.sequence }
    }

    fn count(&mut self, lines: u64) {
        self.sequence += 1;
        self.batch.events += lines;
        if self.batch.bytes.len() >= self.queue.batch_bytes() {
            self.hand_over();
        }
    }
}
