//! One lookup: what everything behind the tracker works on.

use std::net::IpAddr;

use super::{
    cause::told::Cause,
    role::{Kind, Part, Role},
};
use crate::{
    decode::{header::HEADER_LENGTH, malformed::Malformed, message::Message},
    sample::{Datagram, Direction, Mac, Packet},
};

/// Where a header says how many questions follow.
const QDCOUNT: std::ops::Range<usize> = 4..6;

/// A message and where it was seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Where, when, and the bytes.
    pub datagram: Datagram<'a>,
    /// What they say; the error where not even a header is there.
    pub message: Result<Message<'a>, Malformed>,
}

/// How a lookup came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Its response was seen.
    Answered,
    /// No response within the response timeout.
    TimedOut,
    /// The agent stopped while it waited.
    Stopped,
    /// It was the oldest when too many waited.
    Evicted,
    /// The kernel programs kept the query from the resolver. A response is one of theirs.
    Blocked,
    /// A response that no query precedes.
    Unasked,
    /// Less than a DNS header.
    Undecodable,
    /// A query with the QR bit set, or a response without it.
    WrongWay,
}

/// A query with its response, or one of them alone.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// Whose lookup.
    pub role: Role,
    /// The query, where it was seen.
    pub query: Option<Seen<'a>>,
    /// The response, where it was seen.
    pub response: Option<Seen<'a>>,
    /// How it ended.
    pub end: End,
    /// Why it was, or where its answer came from.
    pub cause: Cause<'a>,
}

/// One end of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Address.
    pub ip: IpAddr,
    /// Port, host order.
    pub port: u16,
    /// Ethernet address on our link, where the link has one.
    pub mac: Option<Mac>,
}

impl<'a> Seen<'a> {
    /// Decodes the message's header and question.
    pub fn new(datagram: Datagram<'a>) -> Self {
        let length = datagram.length as usize;
        Self { datagram, message: Message::parse_captured(datagram.bytes, length) }
    }

    /// When it crossed the NIC, ns since the Unix epoch.
    pub fn time(&self) -> u64 {
        self.datagram.packet.time
    }

    /// The machine that sent it.
    pub fn sender(&self) -> Peer {
        source(&self.datagram.packet)
    }

    /// Whether a query and a response have the same question (RFC 5452 §9.1). One without a question, as some
    /// errors come, has that of the other.
    pub fn asks(&self, other: &Seen<'_>) -> bool {
        let (Ok(mine), Ok(theirs)) = (&self.message, &other.message) else { return false };
        let (Some(mine), Some(theirs)) = (&mine.question, &theirs.question) else { return true };
        mine == theirs
    }

    /// Whether the message behind `other` has this question byte for byte, and no further one.
    pub(super) fn echoes(&self, other: &[u8]) -> bool {
        let Ok(Message { question: Some(question), .. }) = &self.message else { return false };
        let end = HEADER_LENGTH + question.name.wire_length() + 4;
        let bytes = self.datagram.bytes;
        bytes.get(QDCOUNT) == other.get(QDCOUNT)
            && bytes.get(HEADER_LENGTH..end).is_some_and(|mine| Some(mine) == other.get(HEADER_LENGTH..end))
    }

    /// Whether one query repeats the other. Without a question it does so only byte for byte: else a broken
    /// query would take the place of a good one.
    pub fn repeats(&self, other: &Seen<'_>) -> bool {
        let has_question = self.message.as_ref().is_ok_and(|message| message.question.is_some());
        let other_has = other.message.as_ref().is_ok_and(|message| message.question.is_some());
        match (has_question, other_has) {
            (true, true) => self.asks(other),
            (false, false) => self.datagram.bytes == other.datagram.bytes,
            _ => false,
        }
    }
}

impl<'a> Lookup<'a> {
    /// A query and its response.
    pub fn joined(role: Role, query: Seen<'a>, response: Seen<'a>) -> Self {
        Self { role, query: Some(query), response: Some(response), end: End::Answered, cause: Cause::Untold }
    }

    /// A message that stays alone.
    pub fn alone(kind: Kind, seen: Seen<'a>, end: End) -> Self {
        let (query, response) = match kind.part {
            Part::Query => (Some(seen), None),
            Part::Response => (None, Some(seen)),
        };
        Self { role: kind.role, query, response, end, cause: Cause::Untold }
    }

    /// The same lookup with a response that nobody saw, sent back where the query came from, at once.
    #[must_use]
    pub fn with_response(&self, bytes: &'a [u8]) -> Self {
        let response = |query: &Seen<'_>| {
            let packet = turned(&query.datagram.packet);
            Seen::new(Datagram { packet, length: bytes.len() as u32, bytes })
        };
        Self { response: self.query.as_ref().map(response), ..*self }
    }

    /// The message that came first: the query, or the lone response.
    pub fn first(&self) -> Option<&Seen<'a>> {
        self.query.as_ref().or(self.response.as_ref())
    }

    /// The machine that asked, then the one that was asked.
    pub fn peers(&self) -> Option<(Peer, Peer)> {
        if let Some(query) = &self.query {
            return Some((source(&query.datagram.packet), destination(&query.datagram.packet)));
        }
        let packet = &self.response.as_ref()?.datagram.packet;
        Some((destination(packet), source(packet)))
    }

    /// From query to response, ns; `None` where one is missing, or was seen by nobody.
    pub fn duration(&self) -> Option<u64> {
        if self.end == End::Blocked {
            return None;
        }
        Some(self.response.as_ref()?.time().saturating_sub(self.query.as_ref()?.time()))
    }
}

/// The packet that goes back.
fn turned(packet: &Packet) -> Packet {
    Packet {
        direction: match packet.direction {
            Direction::In => Direction::Out,
            Direction::Out => Direction::In,
        },
        source: packet.destination,
        destination: packet.source,
        source_port: packet.destination_port,
        destination_port: packet.source_port,
        source_mac: packet.destination_mac,
        destination_mac: packet.source_mac,
        judged: None,
        ..*packet
    }
}

fn source(packet: &Packet) -> Peer {
    Peer { ip: packet.source, port: packet.source_port, mac: packet.source_mac }
}

fn destination(packet: &Packet) -> Peer {
    Peer { ip: packet.destination, port: packet.destination_port, mac: packet.destination_mac }
}
