//! Messages that wait for their other half, oldest first.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
};

use foldhash::fast::RandomState;
use hashlink::{LinkedHashMap, linked_hash_map::Entry};

use super::{
    cause::Token,
    lookup::Seen,
    role::{Kind, Part, Role},
};
use crate::sample::{Datagram, Packet, Transport, words};

/// Buffers kept for the next messages.
const MAX_SPARE: usize = 4096;
/// Messages that may wait with the same key: each has another question, as where an id is reused early.
/// Few, because all are looked at for each message of their key.
pub const MAX_ALIKE: usize = 16;
/// Where a key says which of these it is.
const PLACE: u32 = 20;

/// What both halves of a lookup share, as plain words. The question is compared apart: a response may lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    client: [u64; 2],
    server: [u64; 2],
    ports: u32,
    label: u32,
}

impl Key {
    /// The key of a message of this kind and id.
    pub fn new(packet: &Packet, kind: Kind, id: u16) -> Self {
        let source = (words(packet.source), packet.source_port);
        let destination = (words(packet.destination), packet.destination_port);
        let (client, server) = match kind.part {
            Part::Query => (source, destination),
            Part::Response => (destination, source),
        };
        let transport = match packet.transport {
            Transport::Udp => 0,
            Transport::Tcp => 1 << 16,
        };
        let role = match kind.role {
            Role::Client => 0,
            Role::Resolver => 1 << 17,
        };
        Self {
            client: client.0,
            server: server.0,
            ports: u32::from(client.1) << 16 | u32::from(server.1),
            label: role | transport | u32::from(id),
        }
    }

    /// The keys of messages that are alike; this one is the first.
    fn places(self) -> impl Iterator<Item = Self> {
        (0..MAX_ALIKE as u32).map(move |place| Self { label: self.label | place << PLACE, ..self })
    }

    fn first_place(self) -> Self {
        Self { label: self.label & ((1 << PLACE) - 1), ..self }
    }
}

/// Word by word: what is derived would hash lengths too.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for word in self.client.into_iter().chain(self.server) {
            state.write_u64(word);
        }
        state.write_u64(u64::from(self.ports) << 32 | u64::from(self.label));
    }
}

/// One message that waits.
pub struct Held {
    packet: Packet,
    length: u32,
    bytes: Vec<u8>,
    /// What the message is.
    pub kind: Kind,
    /// How often the same query came again.
    pub repeats: u32,
    /// What a client's query is to those of the resolver.
    pub token: Token,
    /// Its event is out; only responses to its repeats are still expected.
    pub answered: bool,
}

impl Held {
    /// The message, decoded again: cheaper than to keep what borrows from itself.
    pub fn seen(&self) -> Seen<'_> {
        Seen::new(Datagram { packet: self.packet, length: self.length, bytes: &self.bytes })
    }

    /// Whether it has the question of another message, see [`Seen::asks`]. Nearly every server echoes the
    /// question byte for byte, and then nothing needs to be decoded.
    pub fn asks(&self, other: &Seen<'_>) -> bool {
        other.echoes(&self.bytes) || self.seen().asks(other)
    }

    /// When it came, ns since the Unix epoch.
    pub fn since(&self) -> u64 {
        self.packet.time
    }
}

/// Messages by key, in the order in which they came.
#[derive(Default)]
pub struct Table {
    messages: LinkedHashMap<Key, Held, RandomState>,
    /// How many messages are in further places of a key; nearly always there are none.
    alike: HashMap<Key, usize, RandomState>,
    bytes: usize,
    spare: Vec<Vec<u8>>,
}

impl Table {
    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// How many bytes they have.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Keeps a copy of a message. What had to go for it, because too many are alike, is returned.
    #[must_use]
    pub fn hold(&mut self, key: Key, seen: &Seen<'_>, kind: Kind, token: Token) -> Option<Held> {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.extend_from_slice(seen.datagram.bytes);
        let Datagram { packet, length, .. } = seen.datagram;
        self.push(key, Held { packet, length, bytes, kind, repeats: 0, token, answered: false })
    }

    /// Puts a message behind all others. What had to go for it is returned.
    #[must_use]
    pub fn push(&mut self, key: Key, held: Held) -> Option<Held> {
        self.bytes += held.bytes.len();
        if let Entry::Vacant(entry) = self.messages.entry(key) {
            entry.insert(held);
            return None;
        }
        let crowded = self.alike.get(&key).is_some_and(|further| further + 1 >= MAX_ALIKE);
        let gone = if crowded { self.take(&key, |_| true) } else { None };
        let free = key.places().find(|place| !self.messages.contains_key(place)).unwrap_or(key);
        if free != key {
            *self.alike.entry(key).or_default() += 1;
        }
        self.messages.insert(free, held);
        gone
    }

    /// The message of this key that fits.
    pub fn find(&mut self, key: &Key, fits: impl Fn(&Held) -> bool) -> Option<&mut Held> {
        let place = self.place(key, &fits)?;
        self.messages.get_mut(&place).filter(|held| fits(held))
    }

    /// Takes the message of this key that fits: the oldest where several do, but one whose event is out only
    /// where there is no other.
    pub fn take(&mut self, key: &Key, fits: impl Fn(&Held) -> bool) -> Option<Held> {
        if self.messages.is_empty() {
            return None;
        }
        let place = self.place(key, &fits)?;
        let Entry::Occupied(entry) = self.messages.entry(place) else { return None };
        if !fits(entry.get()) {
            return None;
        }
        let held = entry.remove();
        self.forget(place, &held);
        Some(held)
    }

    /// The message that came first.
    pub fn oldest(&self) -> Option<&Held> {
        self.messages.front().map(|(_, held)| held)
    }

    /// Takes the message that came first.
    pub fn pop(&mut self) -> Option<Held> {
        let (place, held) = self.messages.pop_front()?;
        self.forget(place, &held);
        Some(held)
    }

    /// Keeps the buffer of a message that is done with.
    pub fn recycle(&mut self, held: Held) {
        let mut bytes = held.bytes;
        if self.spare.len() < MAX_SPARE && bytes.capacity() <= 512 {
            bytes.clear();
            self.spare.push(bytes);
        }
    }

    /// Where to look. Where no message shares the key it is its first place, fit or not.
    #[inline]
    fn place(&self, key: &Key, fits: impl Fn(&Held) -> bool) -> Option<Key> {
        if self.alike.is_empty() || !self.alike.contains_key(key) {
            return Some(*key);
        }
        let held = |place: Key| Some((place, self.messages.get(&place).filter(|held| fits(held))?));
        let all = key.places().filter_map(held);
        all.min_by_key(|(_, held)| (held.answered, held.since())).map(|(place, _)| place)
    }

    fn forget(&mut self, place: Key, held: &Held) {
        self.bytes -= held.bytes.len();
        let key = place.first_place();
        if place == key {
            return;
        }
        if let Some(further) = self.alike.get_mut(&key) {
            *further -= 1;
            if *further == 0 {
                self.alike.remove(&key);
            }
        }
    }
}
