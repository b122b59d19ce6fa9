//! Messages as data: what came when, which lookups were made of it, and what the books say.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a panic is a failed test")]

mod alike;
mod blocked;
mod bounds;
mod joined;
mod random;
mod roles;
mod time;

use std::net::IpAddr;

use super::*;
use crate::sample::{Direction, Packet, Transport};

const US: u64 = 1_000;
const MS: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
/// The tests begin here, so that times may also go back.
const START: u64 = 1_700_000_000 * SECOND;
const QR: u8 = 0x80;

/// One message, before it is bytes.
#[derive(Clone, Debug)]
struct Message {
    time: u64,
    direction: Direction,
    transport: Transport,
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
    id: u16,
    flags: u8,
    /// Labels separated by dots; `None`: no question.
    name: Option<String>,
    /// So many bytes are there; the rest never was.
    length: Option<usize>,
    /// Zeros behind the question.
    padding: usize,
    /// What the kernel programs did with it.
    done: Option<Done>,
}

/// What happens to the tracker.
#[derive(Clone, Debug)]
enum Step {
    Push(Message),
    /// Nothing but time, ns after the start.
    Expire(u64),
}

/// A query of a client, at the start; `id` and question.
fn query(id: u16, name: &str) -> Message {
    Message {
        time: START,
        direction: Direction::In,
        transport: Transport::Udp,
        source: (IpAddr::from([192, 0, 2, 1]), 40_000),
        destination: (IpAddr::from([192, 0, 2, 53]), 53),
        id,
        flags: 0,
        name: Some(name.to_owned()),
        length: None,
        padding: 0,
        done: None,
    }
}

/// The resolver's response to it.
fn response(id: u16, name: &str) -> Message {
    let query = query(id, name);
    Message {
        direction: Direction::Out,
        source: query.destination,
        destination: query.source,
        flags: QR,
        ..query
    }
}

impl Message {
    /// Later, or earlier, than the start by so many ns.
    fn at(self, time: i64) -> Self {
        Self { time: START.saturating_add_signed(time), ..self }
    }

    /// The other way: what the resolver asks, or is told.
    fn turned(self) -> Self {
        let direction = match self.direction {
            Direction::In => Direction::Out,
            Direction::Out => Direction::In,
        };
        Self { direction, ..self }
    }

    fn tcp(self) -> Self {
        Self { transport: Transport::Tcp, ..self }
    }

    fn judged(self, done: Done) -> Self {
        Self { done: Some(done), ..self }
    }

    fn without_question(self) -> Self {
        Self { name: None, ..self }
    }

    fn bytes(&self) -> Vec<u8> {
        let questions = u8::from(self.name.is_some());
        let mut bytes = self.id.to_be_bytes().to_vec();
        bytes.extend([self.flags, 0, 0, questions, 0, 0, 0, 0, 0, 0]);
        if let Some(name) = &self.name {
            for label in name.split('.') {
                bytes.push(label.len() as u8);
                bytes.extend(label.bytes());
            }
            bytes.extend([0, 0, 1, 0, 1]);
        }
        bytes.resize(bytes.len() + self.padding, 0);
        bytes.truncate(self.length.unwrap_or(usize::MAX));
        bytes
    }

    /// Pushes it; lookups tell messages apart by their interface.
    fn push(&self, tracker: &mut Tracker, number: usize, emit: impl FnMut(&Lookup<'_>)) {
        let packet = Packet {
            time: self.time,
            interface: number as u32,
            direction: self.direction,
            transport: self.transport,
            source: self.source.0,
            destination: self.destination.0,
            source_port: self.source.1,
            destination_port: self.destination.1,
            judged: self.done.map(|done| Judged { generation: 1, done, candidate: 5, line: 17 }),
            ..Packet::example()
        };
        let bytes = self.bytes();
        tracker.push(Datagram { packet, length: bytes.len() as u32, bytes: &bytes }, emit);
    }
}

impl From<Message> for Step {
    fn from(message: Message) -> Self {
        Self::Push(message)
    }
}

/// The number of a message.
fn number(seen: &Seen<'_>) -> usize {
    seen.datagram.packet.interface as usize
}

/// `client Answered 0+1 in 500`: role, end, query + response by number, duration in ns.
fn line(lookup: &Lookup<'_>) -> String {
    let part =
        |seen: &Option<Seen<'_>>| seen.as_ref().map_or("-".to_owned(), |seen| number(seen).to_string());
    let (query, response) = (part(&lookup.query), part(&lookup.response));
    let duration = lookup.duration().map_or_else(String::new, |ns| format!(" in {ns}"));
    format!("{} {:?} {query}+{response}{duration}", lookup.role.name(), lookup.end)
}

struct Case {
    what: &'static str,
    steps: Vec<Step>,
    /// The lookups, before the tracker is told to finish.
    lookups: &'static [&'static str],
    /// Those that it gives then.
    rest: &'static [&'static str],
    /// The books before that.
    books: &'static str,
}

fn tracker(max_waiting: usize) -> Tracker {
    Tracker::new(&Track { max_waiting, ..Track::default() }, &[53])
}

fn run(max_waiting: usize, cases: Vec<Case>) {
    for Case { what, steps, lookups, rest, books } in cases {
        let (mut tracker, mut lines) = (tracker(max_waiting), Vec::new());
        for (number, step) in steps.iter().enumerate() {
            match step {
                Step::Push(message) => message.push(&mut tracker, number, |lookup| lines.push(line(lookup))),
                Step::Expire(time) => tracker.expire(START + time, |lookup| lines.push(line(lookup))),
            }
        }
        assert_eq!(lines, lookups, "{what}");
        assert_eq!(tracker.tally().to_string(), books, "{what}");
        lines.clear();
        tracker.finish(|lookup| lines.push(line(lookup)));
        assert_eq!(lines, rest, "{what}, at the end");
        assert_finished(&tracker, what);
    }
}

/// Nothing is left behind, and every message has its fate.
fn assert_finished(tracker: &Tracker, what: &str) {
    let tally = tracker.tally();
    assert_eq!(tally.held(), 0, "{what}: {tally}");
    assert_eq!(tally.seen(), tally.emitted() + tally.filtered() + tally.lost(), "{what}");
    for table in [&tracker.waiting, &tracker.early] {
        assert_eq!((table.len(), table.bytes()), (0, 0), "{what}");
    }
}

/// Steps from messages and lapses of time.
macro_rules! steps {
    ($($step:expr),* $(,)?) => { vec![$(super::Step::from($step)),*] };
}
use steps;
