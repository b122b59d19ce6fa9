//! `Message`: a DNS message as it crossed the NIC, and where and when.

use std::net::IpAddr;

use super::protobuf::{bytes, fixed32, number};
use crate::{
    event::Event,
    sample::Transport,
    track::{
        lookup::{Peer, Seen},
        role::{Part, Role},
    },
};

mod field {
    pub(super) const TYPE: u32 = 1;
    pub(super) const FAMILY: u32 = 2;
    pub(super) const PROTOCOL: u32 = 3;
    pub(super) const QUERY_ADDRESS: u32 = 4;
    pub(super) const RESPONSE_ADDRESS: u32 = 5;
    pub(super) const QUERY_PORT: u32 = 6;
    pub(super) const RESPONSE_PORT: u32 = 7;
    pub(super) const QUERY_SECONDS: u32 = 8;
    pub(super) const QUERY_NS: u32 = 9;
    pub(super) const QUERY: u32 = 10;
    pub(super) const RESPONSE_SECONDS: u32 = 12;
    pub(super) const RESPONSE_NS: u32 = 13;
    pub(super) const RESPONSE: u32 = 14;
    pub(super) const POLICY: u32 = 15;
}

const SECOND: u64 = 1_000_000_000;

/// One message of a lookup.
pub(super) struct Half<'e> {
    event: &'e Event<'e>,
    part: Part,
    seen: &'e Seen<'e>,
}

impl<'e> Half<'e> {
    /// The query, where it was seen.
    pub(super) fn query(event: &'e Event<'e>) -> Option<Self> {
        Some(Self { event, part: Part::Query, seen: event.lookup.query.as_ref()? })
    }

    /// The response, where it was seen, or made in the resolver's place.
    pub(super) fn response(event: &'e Event<'e>) -> Option<Self> {
        Some(Self { event, part: Part::Response, seen: event.lookup.response.as_ref()? })
    }

    pub(super) fn write(&self, policy: &[u8], out: &mut Vec<u8>) {
        let Self { event, seen, part } = self;
        number(field::TYPE, kind(event.lookup.role, *part), out);
        number(field::FAMILY, if event.client.ip.is_ipv4() { 1 } else { 2 }, out);
        let protocol = match seen.datagram.packet.transport {
            Transport::Udp => 1,
            Transport::Tcp => 2,
        };
        number(field::PROTOCOL, protocol, out);
        peer(&event.client, field::QUERY_ADDRESS, field::QUERY_PORT, out);
        peer(&event.server, field::RESPONSE_ADDRESS, field::RESPONSE_PORT, out);
        if let Some(query) = &event.lookup.query {
            time(query.time(), field::QUERY_SECONDS, field::QUERY_NS, out);
        }
        match part {
            Part::Query => bytes(field::QUERY, seen.datagram.bytes, out),
            Part::Response => {
                time(seen.time(), field::RESPONSE_SECONDS, field::RESPONSE_NS, out);
                bytes(field::RESPONSE, seen.datagram.bytes, out);
            }
        }
        if !policy.is_empty() {
            bytes(field::POLICY, policy, out);
        }
    }
}

/// `Message.Type`.
const fn kind(role: Role, part: Part) -> u64 {
    match (role, part) {
        (Role::Resolver, Part::Query) => 3,
        (Role::Resolver, Part::Response) => 4,
        (Role::Client, Part::Query) => 5,
        (Role::Client, Part::Response) => 6,
    }
}

fn peer(peer: &Peer, address: u32, port: u32, out: &mut Vec<u8>) {
    match peer.ip {
        IpAddr::V4(ip) => bytes(address, &ip.octets(), out),
        IpAddr::V6(ip) => bytes(address, &ip.octets(), out),
    }
    number(port, u64::from(peer.port), out);
}

fn time(time: u64, seconds: u32, ns: u32, out: &mut Vec<u8>) {
    number(seconds, time / SECOND, out);
    fixed32(ns, u32::try_from(time % SECOND).unwrap_or_default(), out);
}
