//! dnstap: each message of a lookup in a Protocol Buffers message of its own, with its length before it (Frame Streams).
//!
//! 1. `message`: what is said of a DNS message;
//! 2. `policy`: what was done with it;
//! 3. `protobuf`: how that is written.

mod message;
mod policy;
mod protobuf;
#[cfg(test)]
pub(super) mod tests;

use self::message::Half;
use super::{Event, Observer};

/// `Dnstap`, the outermost message.
mod field {
    pub(super) const IDENTITY: u32 = 1;
    pub(super) const VERSION: u32 = 2;
    pub(super) const EXTRA: u32 = 3;
    pub(super) const MESSAGE: u32 = 14;
    pub(super) const TYPE: u32 = 15;
}

/// `Dnstap.Type`: the only one.
const MESSAGE: u64 = 1;

/// Writes the messages of lookups.
pub struct Encoder {
    /// Identity and version, encoded.
    head: Vec<u8>,
    message: Vec<u8>,
    policy: Vec<u8>,
    extra: Vec<u8>,
}

impl Encoder {
    /// `identity` is what the messages call this resolver; without it they call it by the observer's host name.
    pub fn new(observer: &Observer, identity: Option<&str>) -> Self {
        let mut head = Vec::new();
        if let Some(identity) = identity.or(observer.hostname.as_deref()) {
            protobuf::bytes(field::IDENTITY, identity.as_bytes(), &mut head);
        }
        let version = concat!("dns-monitor ", env!("CARGO_PKG_VERSION"));
        protobuf::bytes(field::VERSION, version.as_bytes(), &mut head);
        Self { head, message: Vec::new(), policy: Vec::new(), extra: Vec::new() }
    }

    /// Appends the query and the response, as far as they were seen, each with its length before it (4 bytes,
    /// big-endian); returns how many they are. `extra` has the id of the event, the same in both.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> u64 {
        policy::write(event, &mut self.policy);
        self.extra.clear();
        event.id.write(&mut self.extra);
        let halves = [Half::query(event), Half::response(event)];
        halves.iter().flatten().fold(0, |count, half| {
            self.message.clear();
            half.write(&self.policy, &mut self.message);
            self.frame(out);
            count + 1
        })
    }

    fn frame(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&self.head);
        protobuf::bytes(field::EXTRA, &self.extra, out);
        protobuf::bytes(field::MESSAGE, &self.message, out);
        protobuf::number(field::TYPE, MESSAGE, out);
        let length = out.len().saturating_sub(start).saturating_sub(4);
        // A DNS message has at most 64 KiB, and what is said of it far less.
        let length = u32::try_from(length).unwrap_or_default();
        if let Some(place) = out.get_mut(start..start.saturating_add(4)) {
            place.copy_from_slice(&length.to_be_bytes());
        }
    }
}
