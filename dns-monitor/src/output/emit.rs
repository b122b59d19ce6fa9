//! Lookups become numbered events, for every output that wants them.

use std::{mem, time::Instant};

pub use super::past::Books;
use super::{form::Form, lane::Lane, past::Past};
use crate::{
    event::{
        Event, Id, Observer,
        encoder::Encoder,
        gap::{Gap, Hole, Lost},
    },
    identity::directory::Who,
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

/// Outputs that come and go while events pass.
#[derive(Default)]
pub struct Change {
    /// Names of those whose lanes are closed; what is queued is still written.
    pub gone: Vec<String>,
    /// Those that come, some of them in the place of one that goes.
    pub new: Vec<Lane>,
}

/// Numbers events, and has them encoded and handed over in batches.
pub struct Emitter {
    lanes: Vec<Lane>,
    past: Past,
    encoders: Vec<Shared>,
    observer: Observer,
    pressure: Pressure,
    start: Option<u64>,
    sequence: u64,
    interfaces: Vec<(u32, String)>,
    /// What was lost before the outputs, as last told.
    lost: Lost,
}

/// A hole that is to be told, and as which event.
#[derive(Clone, Debug)]
pub struct Owed {
    /// What.
    pub hole: Hole,
    /// When it was over, ns since the Unix epoch.
    pub time: u64,
    /// The event's.
    pub id: Id,
}

impl Emitter {
    /// An emitter into these lanes.
    pub fn new(lanes: Vec<Lane>, observer: &Observer, pressure: Pressure) -> Self {
        let mut emitter = Self {
            lanes,
            past: Past::default(),
            encoders: Vec::new(),
            observer: observer.clone(),
            pressure,
            start: observer.start,
            sequence: 0,
            interfaces: Vec::new(),
            lost: Lost::default(),
        };
        emitter.share();
        emitter
    }

    /// Closes lanes and opens others, between two events.
    pub fn change(&mut self, change: Change) {
        let Change { gone, new } = change;
        let mut new: Vec<Option<Lane>> = new.into_iter().map(Some).collect();
        let mut lanes = Vec::with_capacity(self.lanes.len());
        for mut lane in mem::take(&mut self.lanes) {
            if !gone.iter().any(|name| name == lane.name()) {
                lanes.push(lane);
                continue;
            }
            let same = |new: &&mut Option<Lane>| new.as_ref().is_some_and(|new| new.name() == lane.name());
            let successor = new.iter_mut().find(same).and_then(Option::take);
            lane.close(Pressure::Drop);
            lanes.extend(successor.map(|mut successor| {
                successor.succeed(&mut lane);
                successor
            }));
            self.past.take(lane);
        }
        lanes.extend(new.into_iter().flatten().map(|mut lane| {
            lane.set_before(self.lost);
            lane
        }));
        self.lanes = lanes;
        self.share();
    }

    /// Gives each lane its encoder; those that want the same have one.
    fn share(&mut self) {
        let mut known = mem::take(&mut self.encoders);
        for lane in &mut self.lanes {
            let form = &lane.form;
            let mut here = self.encoders.iter_mut().enumerate();
            if let Some((at, shared)) = here.find(|(_, shared)| shared.form == *form) {
                lane.encoder = at;
                shared.lanes += 1;
                continue;
            }
            let shared = match known.iter().position(|shared| shared.form == *form) {
                Some(at) => Ok(Shared { lanes: 1, ..known.swap_remove(at) }),
                None => form.encoder(&self.observer).map(|encoder| Shared::new(form.clone(), encoder)),
            };
            // Refused when the lane was made, if at all. Rather nothing than too much.
            lane.encoder = if shared.is_ok() { self.encoders.len() } else { usize::MAX };
            self.encoders.extend(shared);
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
        let Self { lanes, encoders, interfaces, pressure, .. } = self;
        let index = first.datagram.packet.interface;
        let interface = interfaces.iter().find(|(at, _)| *at == index).map(|(_, name)| name.as_str());
        let Some(event) = Event::new(lookup, judgement, who, id, interface) else { return };
        for lane in lanes {
            if lane.wants(&event)
                && let Some(shared) = encoders.get_mut(lane.encoder)
            {
                lane.take(&event, *pressure, |out| shared.encode(&event, out));
            }
        }
        self.sequence += 1;
    }

    /// A lookup of the agent's own is no event.
    pub fn leave_out(&mut self) {
        self.lanes.iter_mut().for_each(Lane::leave_out);
    }

    /// Has every output told, with the next report, that nothing was seen for a while; filters have no say in it.
    pub fn owe(&mut self, hole: Hole) {
        let owed = Owed { time: hole.to, id: self.id(hole.to), hole };
        self.lanes.iter_mut().for_each(|lane| lane.owe(&owed));
        self.sequence += 1;
    }

    /// Says in the stream of each output what was lost since the last time, if anything was; filters have no say in it.
    /// `time` is now, ns since the Unix epoch; `kernel` and `decode` are counts since the start.
    pub fn report(&mut self, time: u64, kernel: u64, decode: u64) {
        let id = self.id(time);
        let mut said = false;
        self.lost = Lost { kernel, decode, sink: 0 };
        self.past.settle(&mut self.lanes);
        let Self { lanes, encoders, pressure, .. } = self;
        for lane in lanes {
            lane.set_time(time, *pressure);
            let Some(shared) = encoders.get_mut(lane.encoder) else { continue };
            let lost = Lost { kernel, decode, sink: lane.lost() };
            lane.tell_holes(lost, *pressure, |owed, gap, out| {
                shared.encoder.encode_gap(owed.time, owed.id, gap, out)
            });
            let encode = |gap: &Gap<'_>, out: &mut Vec<u8>| shared.encoder.encode_gap(time, id, gap, out);
            said |= lane.report(lost, *pressure, encode);
        }
        self.sequence += u64::from(said);
    }

    /// Hands over what there is, unless the writer has work: it will not be idle for long, and a slow reader
    /// must not fill the queue with small batches.
    pub fn flush(&mut self) {
        for lane in &mut self.lanes {
            lane.flush(self.pressure);
        }
    }

    /// Hands over what there is and says that nothing more comes.
    pub fn close(&mut self) {
        for lane in &mut self.lanes {
            lane.close(self.pressure);
        }
    }

    /// Whether the readers of the events are gone, all of them, and none will come.
    pub fn is_broken(&self) -> bool {
        !self.lanes.is_empty() && self.lanes.iter().all(Lane::is_broken)
    }

    /// The books of every output, those that were ended behind the others.
    pub fn books(&self) -> Vec<Books> {
        let books = |lane: &Lane| Books { name: lane.name().to_owned(), tally: lane.tally() };
        let mut all: Vec<Books> = self.lanes.iter().map(books).collect();
        self.past.add_to(&mut all);
        all
    }

    /// The next event's; `time` is its own, ns since the Unix epoch.
    fn id(&mut self, time: u64) -> Id {
        Id { start: *self.start.get_or_insert(time), sequence: self.sequence }
    }
}

/// An encoder, for all lanes that want the same.
struct Shared {
    form: Form,
    encoder: Encoder,
    /// How many they are. For one alone nothing is copied.
    lanes: usize,
    /// The event at hand, encoded.
    bytes: Vec<u8>,
    lines: u64,
    /// Which event that is.
    sequence: Option<u64>,
}

impl Shared {
    fn new(form: Form, encoder: Encoder) -> Self {
        Self { form, encoder, lanes: 1, bytes: Vec::new(), lines: 0, sequence: None }
    }

    /// Appends the event, encoded once however many lanes ask for it.
    fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> u64 {
        if self.lanes == 1 {
            return self.encoder.encode(event, out);
        }
        if self.sequence != Some(event.id.sequence) {
            self.bytes.clear();
            self.lines = self.encoder.encode(event, &mut self.bytes);
            self.sequence = Some(event.id.sequence);
        }
        out.extend_from_slice(&self.bytes);
        self.lines
    }
}
