//! Messages become lookups: the query and its response joined, or what there is of them.
//!
//! 1. [`role`]: which of the four messages of a resolver host a message is;
//! 2. [`lookup`]: what one lookup is to everything behind this folder;
//! 3. [`table`]: the messages that wait for their other half;
//! 4. [`cause`]: which lookups of clients made the resolver ask.

pub mod cause;
pub mod lookup;
pub mod role;
mod table;

use self::{
    cause::{Causes, Token},
    lookup::{End, Lookup, Seen},
    role::{Kind, Part, Ports, Role},
    table::{Held, Key, Table},
};
use crate::{
    config::{nanoseconds, resolved::Track},
    ledger::{Tally, reasons},
    rules::verdict::{Done, Judged},
    sample::Datagram,
};

reasons! {
    /// Why messages are in no event of their own.
    TrackReason {
        /// The same query again while its response is awaited: part of the event of the first.
        Retransmission "retransmission" Filtered,
        /// The answer to such a query, after the lookup's event.
        RepeatedResponse "repeated-response" Filtered,
    }
}

/// A response up to this much older than its query is still its response: the clocks of CPUs and of
/// capture interfaces differ, ns.
const SKEW: u64 = 100_000;
/// How long a response without a query waits for one that was overtaken, ns.
const EARLY: u64 = 10_000_000;
/// Responses that may wait so.
const MAX_EARLY: usize = 65_536;
/// Bytes of messages that may wait; in ordinary traffic the number of lookups is the tighter bound.
const MAX_BYTES: usize = 64 << 20;

/// Joins messages to lookups. Its only clock is the time of the messages, and what [`Tracker::expire`] is told.
pub struct Tracker {
    ports: Ports,
    timeout: u64,
    max_waiting: usize,
    waiting: Table,
    early: Table,
    causes: Causes,
    tally: Tally<TrackReason>,
}

impl Tracker {
    /// An empty table; `ports` mean DNS.
    pub fn new(track: &Track, ports: &[u16]) -> Self {
        Self {
            ports: Ports::new(ports),
            timeout: nanoseconds(track.response_timeout),
            max_waiting: track.max_waiting.max(1),
            waiting: Table::default(),
            early: Table::default(),
            causes: Causes::new(track.max_remembered),
            tally: Tally::default(),
        }
    }

    /// The books, in messages.
    pub fn tally(&self) -> &Tally<TrackReason> {
        &self.tally
    }

    /// How the resolver's lookups were explained.
    pub fn causes(&self) -> &Causes {
        &self.causes
    }

    /// Takes a message and gives the lookups that it ends.
    pub fn push(&mut self, datagram: Datagram<'_>, mut emit: impl FnMut(&Lookup<'_>)) {
        self.tally.see(1);
        self.expire(datagram.packet.time, &mut emit);
        let seen = Seen::new(datagram);
        let kind = self.ports.kind(&seen);
        let Ok(message) = &seen.message else {
            return self.alone(seen, kind, End::Undecodable, &mut emit);
        };
        if kind.contradicted {
            return self.alone(seen, kind, End::WrongWay, &mut emit);
        }
        let key = Key::new(&seen.datagram.packet, kind, message.header.id);
        match kind.part {
            Part::Query => self.query(key, seen, kind, &mut emit),
            Part::Response => self.response(key, seen, kind, &mut emit),
        }
    }

    /// Emits the lookups whose time is up at `now`, ns since the Unix epoch.
    pub fn expire(&mut self, now: u64, mut emit: impl FnMut(&Lookup<'_>)) {
        while self.early.oldest().is_some_and(|held| now.saturating_sub(held.since()) >= EARLY) {
            self.end_early(&mut emit);
        }
        while self.waiting.oldest().is_some_and(|held| now.saturating_sub(held.since()) >= self.timeout) {
            self.end_waiting(End::TimedOut, &mut emit);
        }
    }

    /// Emits everything that still waits: the agent stops.
    pub fn finish(&mut self, mut emit: impl FnMut(&Lookup<'_>)) {
        while self.early.oldest().is_some() {
            self.end_early(&mut emit);
        }
        while self.waiting.oldest().is_some() {
            self.end_waiting(End::Stopped, &mut emit);
        }
    }

    fn query(&mut self, key: Key, query: Seen<'_>, kind: Kind, emit: &mut impl FnMut(&Lookup<'_>)) {
        if is_blocked(&query) {
            return self.alone(query, kind, End::Blocked, emit); // each time it is sent again, too
        }
        let oldest = query.time().saturating_sub(SKEW);
        if let Some(held) = self.early.take(&key, |held| held.since() >= oldest && held.asks(&query)) {
            self.tally.emit(2);
            let token = self.asked(&query, kind);
            self.tell(Lookup::joined(kind.role, query, held.seen()), token, emit);
            return self.early.recycle(held);
        }
        if let Some(held) = self.waiting.find(&key, |held| !held.answered && held.seen().repeats(&query)) {
            held.repeats += 1;
            return self.tally.end(TrackReason::Retransmission, 1);
        }
        let token = self.asked(&query, kind);
        if let Some(held) = self.waiting.hold(key, &query, kind, token) {
            self.drop_waiting(held, End::Evicted, emit);
        }
        while self.waiting.len() > self.max_waiting || self.waiting.bytes() > MAX_BYTES {
            self.end_waiting(End::Evicted, emit);
        }
    }

    fn response(&mut self, key: Key, response: Seen<'_>, kind: Kind, emit: &mut impl FnMut(&Lookup<'_>)) {
        let newest = response.time().saturating_add(SKEW);
        let answers = |held: &Held| held.since() <= newest && held.asks(&response);
        let Some(mut held) = self.waiting.take(&key, answers) else {
            if let Some(held) = self.early.hold(key, &response, kind, Token::NONE) {
                self.drop_early(held, emit);
            }
            while self.early.len() > MAX_EARLY || self.early.bytes() > MAX_BYTES {
                self.end_early(emit);
            }
            return;
        };
        if held.answered {
            held.repeats -= 1;
            self.tally.end(TrackReason::RepeatedResponse, 1);
        } else {
            self.tally.emit(2);
            self.tell(Lookup::joined(kind.role, held.seen(), response), held.token, emit);
        }
        if held.repeats == 0 {
            return self.waiting.recycle(held);
        }
        held.answered = true;
        if let Some(held) = self.waiting.push(key, held) {
            self.drop_waiting(held, End::Evicted, emit);
        }
    }

    fn asked(&mut self, query: &Seen<'_>, kind: Kind) -> Token {
        match kind.role {
            Role::Client => self.causes.asked(query),
            Role::Resolver => {
                self.causes.seeks(query);
                Token::NONE
            }
        }
    }

    /// Emits a lookup with what explains it.
    fn tell(&mut self, lookup: Lookup<'_>, token: Token, emit: &mut impl FnMut(&Lookup<'_>)) {
        let given_up = lookup.query.as_ref().map_or(0, Seen::time).saturating_add(self.timeout);
        let cause = self.causes.ended(&lookup, token, given_up);
        emit(&Lookup { cause, ..lookup });
    }

    fn alone(&mut self, seen: Seen<'_>, kind: Kind, end: End, emit: &mut impl FnMut(&Lookup<'_>)) {
        self.tally.emit(1);
        self.tell(Lookup::alone(kind, seen, end), Token::NONE, emit);
    }

    fn end_early(&mut self, emit: &mut impl FnMut(&Lookup<'_>)) {
        if let Some(held) = self.early.pop() {
            self.drop_early(held, emit);
        }
    }

    fn end_waiting(&mut self, end: End, emit: &mut impl FnMut(&Lookup<'_>)) {
        if let Some(held) = self.waiting.pop() {
            self.drop_waiting(held, end, emit);
        }
    }

    fn drop_early(&mut self, held: Held, emit: &mut impl FnMut(&Lookup<'_>)) {
        self.alone(held.seen(), held.kind, End::Unasked, emit);
        self.early.recycle(held);
    }

    fn drop_waiting(&mut self, held: Held, end: End, emit: &mut impl FnMut(&Lookup<'_>)) {
        if !held.answered {
            self.tally.emit(1);
            self.tell(Lookup::alone(held.kind, held.seen(), end), held.token, emit);
        }
        self.waiting.recycle(held);
    }
}

/// Whether the resolver never gets the query, so that no response will come.
fn is_blocked(query: &Seen<'_>) -> bool {
    matches!(query.datagram.packet.judged, Some(Judged { done: Done::Blocked(_) | Done::Reset, .. }))
}

#[cfg(test)]
mod tests;
