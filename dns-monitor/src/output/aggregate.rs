//! Lookups that are alike become one event, which says how many it stands for.
//!
//! Alike are those of one client for one name and type, with the same response code and verdict. The first is encoded and
//! kept; those that follow within the window are counted. Then the count, and when the first and the last were, are put
//! into its text: `dns_monitor.count`, `event.start` and `event.end`.

use std::{net::IpAddr, time::Duration};

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;

use crate::{
    config::{Schema, nanoseconds},
    decode::name::MAX_WIRE_LENGTH,
    event::{Event, json, time::Clock},
    rules::verdict::Verdict,
    track::role::Role,
};

/// What an entry takes beside its text and name, about.
const ENTRY: usize = 200;

/// Events do not come so much out of order, ns: lookups wait for a minute at most.
const JUMP: u64 = 120 * 1_000_000_000;

/// Events that wait for others like them.
pub struct Aggregator {
    /// ns.
    window: u64,
    /// The most bytes that may wait.
    room: usize,
    /// In the order of their first lookups.
    waiting: LinkedHashMap<Key, Entry, RandomState>,
    bytes: usize,
    /// The latest time that was seen.
    now: u64,
    clock: Clock,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    role: Role,
    client: IpAddr,
    /// On the wire, lower case.
    name: Box<[u8]>,
    /// QTYPE; `None`: no question.
    qtype: Option<u16>,
    rcode: Option<u16>,
    verdict: &'static str,
}

struct Entry {
    text: Vec<u8>,
    lines: u64,
    lookups: u64,
    first: u64,
    last: u64,
}

impl Aggregator {
    /// Within `window`, in at most `room` bytes.
    pub fn new(window: Duration, room: usize) -> Self {
        Self {
            window: nanoseconds(window),
            room,
            waiting: LinkedHashMap::default(),
            bytes: 0,
            now: 0,
            clock: Clock::default(),
        }
    }

    /// Whether events of a schema can say for how many they stand.
    pub const fn knows(schema: Option<Schema>) -> bool {
        matches!(schema, Some(Schema::Ecs))
    }

    /// Takes an event; true where it was counted with another. Else `encode` appends its text, and says how many lines it
    /// is.
    pub fn add(&mut self, event: &Event<'_>, encode: impl FnOnce(&mut Vec<u8>) -> u64) -> bool {
        let Some(time) = event.lookup.first().map(|seen| seen.time()) else { return true };
        let key = Key::of(event);
        if let Some(entry) = self.waiting.get_mut(&key) {
            entry.lookups += 1;
            entry.first = entry.first.min(time);
            entry.last = entry.last.max(time);
            return true;
        }
        let mut text = Vec::new();
        let lines = encode(&mut text);
        self.bytes += key.name.len() + text.len() + ENTRY;
        self.waiting.insert(key, Entry { text, lines, lookups: 1, first: time, last: time });
        false
    }

    /// Time goes on, ns since the Unix epoch; events come a little out of order. Where it goes back by far, a clock was set.
    pub fn set_time(&mut self, now: u64) {
        let is_set_back = now.saturating_add(JUMP) < self.now;
        self.now = if is_set_back { now } else { self.now.max(now) };
    }

    /// Appends the oldest event to `out` where its window is over, or too many wait; how many lines it is.
    pub fn take_due(&mut self, out: &mut Vec<u8>) -> Option<u64> {
        let (_, oldest) = self.waiting.front()?;
        let is_over = oldest.first.saturating_add(self.window) <= self.now
            // Of a time that will not come soon.
            || self.now.saturating_add(JUMP) < oldest.first;
        (is_over || self.bytes > self.room).then(|| self.take(out)).flatten()
    }

    /// Appends the oldest event to `out`, however old; how many lines it is.
    pub fn take(&mut self, out: &mut Vec<u8>) -> Option<u64> {
        let (key, entry) = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(key.name.len() + entry.text.len() + ENTRY);
        self.write(&entry, out);
        Some(entry.lines)
    }

    /// Events that wait.
    pub fn held(&self) -> u64 {
        self.waiting.len() as u64
    }

    /// The text of the first, with what is known of all.
    fn write(&mut self, entry: &Entry, out: &mut Vec<u8>) {
        // Quotes within values are escaped: these can only be keys.
        let sequence = end_of(&entry.text, br#","sequence":"#).map(|at| at + digits(&entry.text, at));
        let monitor = end_of(&entry.text, br#","dns_monitor":{"#);
        let (Some(sequence), Some(monitor), 2..) = (sequence, monitor, entry.lookups) else {
            return out.extend_from_slice(&entry.text);
        };
        let part = |from: usize, to: usize| entry.text.get(from..to).unwrap_or_default();
        out.extend_from_slice(part(0, sequence));
        json::raw(out, r#","start":""#);
        self.clock.write(entry.first, out);
        json::raw(out, r#"","end":""#);
        self.clock.write(entry.last, out);
        json::raw(out, "\"");
        out.extend_from_slice(part(sequence, monitor));
        json::raw(out, r#""count":"#);
        json::number(out, entry.lookups);
        json::raw(out, ",");
        out.extend_from_slice(part(monitor, entry.text.len()));
    }
}

impl Key {
    fn of(event: &Event<'_>) -> Self {
        let question = event.question();
        let mut buffer = [0; MAX_WIRE_LENGTH];
        let name = question.as_ref().map(|question| question.name.canonical(&mut buffer));
        Self {
            role: event.lookup.role,
            client: event.client.ip,
            name: name.unwrap_or_default().into(),
            qtype: question.map(|question| question.qtype),
            rcode: event.rcode(),
            verdict: Verdict::name(event.verdict()),
        }
    }
}

fn end_of(text: &[u8], key: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, key).map(|at| at + key.len())
}

fn digits(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count()
}
