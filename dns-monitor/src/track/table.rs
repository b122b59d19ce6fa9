//! Messages that wait for their other half, oldest first.

use std::{mem, net::IpAddr};

use foldhash::fast::RandomState;
use hashlink::{LinkedHashMap, linked_hash_map::Entry};

use super::{
    lookup::Seen,
    role::{Kind, Part, Role},
};
use crate::sample::{Datagram, Packet, Transport};

/// Buffers kept for the next messages.
const MAX_SPARE: usize = 4096;

/// What both halves of a lookup share, as plain words. The question is compared apart: a response may lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
}

fn words(address: IpAddr) -> [u64; 2] {
    match address {
        // Outside 2000::/3 and unlike any mapped address: no IPv6 host has it.
        IpAddr::V4(address) => [u64::MAX, u64::from(address.to_bits())],
        IpAddr::V6(address) => [(address.to_bits() >> 64) as u64, address.to_bits() as u64],
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
    /// Its event is out; only responses to its repeats are still expected.
    pub answered: bool,
    /// Another message with the same key but another question: an id that was reused early.
    next: Option<Box<Held>>,
}

impl Held {
    /// The message, decoded again: cheaper than to keep what borrows from itself.
    pub fn seen(&self) -> Seen<'_> {
        Seen::new(Datagram { packet: self.packet, length: self.length, bytes: &self.bytes })
    }

    /// When it came, ns since the Unix epoch.
    pub fn since(&self) -> u64 {
        self.packet.time
    }
}

/// Messages by key, in the order in which they came.
#[derive(Default)]
pub struct Table {
    chains: LinkedHashMap<Key, Held, RandomState>,
    messages: usize,
    bytes: usize,
    spare: Vec<Vec<u8>>,
}

impl Table {
    /// How many messages wait.
    pub fn len(&self) -> usize {
        self.messages
    }

    /// How many bytes they have.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Keeps a copy of a message.
    pub fn hold(&mut self, key: Key, seen: &Seen<'_>, kind: Kind) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.extend_from_slice(seen.datagram.bytes);
        let Datagram { packet, length, .. } = seen.datagram;
        self.push(key, Held { packet, length, bytes, kind, repeats: 0, answered: false, next: None });
    }

    /// Puts a message behind all others.
    pub fn push(&mut self, key: Key, mut held: Held) {
        self.messages += 1;
        self.bytes += held.bytes.len();
        match self.chains.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(held);
            }
            Entry::Occupied(mut entry) => {
                held.next = entry.get_mut().next.take();
                entry.get_mut().next = Some(Box::new(held));
            }
        }
    }

    /// The first message of this key that fits.
    pub fn find(&mut self, key: &Key, fits: impl Fn(&Held) -> bool) -> Option<&mut Held> {
        let mut held = self.chains.get_mut(key)?;
        while !fits(held) {
            held = held.next.as_deref_mut()?;
        }
        Some(held)
    }

    /// Takes the first message of this key that fits.
    pub fn take(&mut self, key: &Key, fits: impl Fn(&Held) -> bool) -> Option<Held> {
        if self.messages == 0 {
            return None;
        }
        let Entry::Occupied(mut entry) = self.chains.entry(*key) else { return None };
        let taken = if fits(entry.get()) {
            match entry.get_mut().next.take() {
                Some(next) => mem::replace(entry.get_mut(), *next),
                None => entry.remove(),
            }
        } else {
            unlink(&mut entry.get_mut().next, fits)?
        };
        self.forget(&taken);
        Some(taken)
    }

    /// The oldest message.
    pub fn oldest(&self) -> Option<&Held> {
        self.chains.front().map(|(_, held)| held)
    }

    /// Takes the oldest message.
    pub fn pop(&mut self) -> Option<Held> {
        let (key, mut held) = self.chains.pop_front()?;
        if let Some(next) = held.next.take() {
            self.chains.insert(key, *next);
        }
        self.forget(&held);
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

    fn forget(&mut self, held: &Held) {
        self.messages -= 1;
        self.bytes -= held.bytes.len();
    }
}

fn unlink(mut link: &mut Option<Box<Held>>, fits: impl Fn(&Held) -> bool) -> Option<Held> {
    while !link.as_deref().is_some_and(&fits) {
        link = &mut link.as_mut()?.next;
    }
    let mut held = *link.take()?;
    *link = held.next.take();
    Some(held)
}
