//! Kernel bytes become a [`Sample`]: one pure function, fuzzed. Nothing is transmuted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dns_monitor_common::{
    rule::action,
    sample::{HEADER_LENGTH, SampleHeader, flag, protocol},
};
use thiserror::Error;

use crate::{
    rules::{
        action::Block,
        verdict::{Done, Judged},
    },
    sample::{Content, Direction, Packet, Sample, Transport},
};

/// Why bytes of the ring are no sample. It takes a kernel object that is not ours to see one.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SampleError {
    /// Fewer bytes than the header.
    #[error("a sample of {0} bytes is shorter than its header")]
    Short(usize),
    /// The payload is not as long as the header says.
    #[error("a sample says it captured {said} bytes and holds {held}")]
    Length {
        /// What the header says.
        said: usize,
        /// What is there.
        held: usize,
    },
    /// Neither UDP nor TCP.
    #[error("a sample of IP protocol {0}")]
    Protocol(u8),
}

/// What the ring knows about a sample beside its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The CPU that took it.
    pub cpu: u32,
    /// Its number on that CPU.
    pub sequence: u32,
}

/// The kernel's time of a sample, `CLOCK_MONOTONIC` ns, without reading the rest.
pub fn time(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes))
}

/// Reads one sample; `epoch` is the wall clock at monotonic zero, ns.
///
/// # Errors
/// [`SampleError`] where the bytes do not have the layout of [`SampleHeader`].
pub fn parse(bytes: &[u8], epoch: u64) -> Result<(Place, Sample<'_>), SampleError> {
    let Some((header, payload)) = bytes.split_first_chunk::<HEADER_LENGTH>() else {
        return Err(SampleError::Short(bytes.len()));
    };
    let header = read(header);
    let captured = usize::from(header.captured);
    let Some(payload) = payload.get(..captured) else {
        return Err(SampleError::Length { said: captured, held: payload.len() });
    };
    let transport = match header.protocol {
        protocol::UDP => Transport::Udp,
        protocol::TCP => Transport::Tcp,
        other => return Err(SampleError::Protocol(other)),
    };
    let sample = Sample {
        packet: packet(&header, transport, epoch),
        content: content(&header),
        length: header.length,
        payload,
    };
    Ok((Place { cpu: header.cpu, sequence: header.sequence }, sample))
}

fn packet(header: &SampleHeader, transport: Transport, epoch: u64) -> Packet {
    let ipv6 = header.flags & flag::IPV6 != 0;
    Packet {
        time: header.time.wrapping_add(epoch),
        interface: header.interface,
        direction: if header.flags & flag::EGRESS != 0 { Direction::Out } else { Direction::In },
        transport,
        source: address(header.source, ipv6),
        destination: address(header.destination, ipv6),
        source_port: header.source_port,
        destination_port: header.destination_port,
        source_mac: Some(header.source_mac),
        destination_mac: Some(header.destination_mac),
        outer_vlan: (header.flags & flag::VLAN != 0).then_some(header.outer_vlan),
        inner_vlan: (header.flags & flag::INNER_VLAN != 0).then_some(header.inner_vlan),
        judged: (header.flags & flag::JUDGED != 0).then(|| judged(header)),
    }
}

fn judged(header: &SampleHeader) -> Judged {
    Judged {
        generation: header.generation,
        done: done(header.action),
        candidate: header.candidate,
        line: header.line,
    }
}

fn done(code: u8) -> Done {
    let block = Block::from_code(code & !action::WOULD);
    match (code & action::WOULD != 0, block) {
        (true, Some(block)) => Done::Would(block),
        (false, Some(block)) => Done::Blocked(block),
        _ if code == action::RESET => Done::Reset,
        _ => Done::Passed,
    }
}

fn content(header: &SampleHeader) -> Content {
    if header.protocol == protocol::TCP {
        return Content::Segment { sequence: header.stream, flags: header.tcp_flags };
    }
    if header.flags & flag::FRAGMENT != 0 {
        let more = header.flags & flag::MORE_FRAGMENTS != 0;
        return Content::Fragment { id: header.stream, offset: header.fragment_offset, more };
    }
    Content::Datagram
}

fn address(bytes: [u8; 16], ipv6: bool) -> IpAddr {
    if ipv6 {
        return IpAddr::V6(Ipv6Addr::from(bytes));
    }
    let [a, b, c, d, ..] = bytes;
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

/// Field by field, in the order of the layout.
fn read(bytes: &[u8; HEADER_LENGTH]) -> SampleHeader {
    let mut at = Fields(bytes);
    SampleHeader {
        time: u64::from_ne_bytes(at.take()),
        source: at.take(),
        destination: at.take(),
        source_mac: at.take(),
        destination_mac: at.take(),
        interface: u32::from_ne_bytes(at.take()),
        cpu: u32::from_ne_bytes(at.take()),
        sequence: u32::from_ne_bytes(at.take()),
        stream: u32::from_ne_bytes(at.take()),
        length: u32::from_ne_bytes(at.take()),
        source_port: u16::from_ne_bytes(at.take()),
        destination_port: u16::from_ne_bytes(at.take()),
        captured: u16::from_ne_bytes(at.take()),
        fragment_offset: u16::from_ne_bytes(at.take()),
        outer_vlan: u16::from_ne_bytes(at.take()),
        inner_vlan: u16::from_ne_bytes(at.take()),
        flags: u16::from_ne_bytes(at.take()),
        protocol: u8::from_ne_bytes(at.take()),
        tcp_flags: u8::from_ne_bytes(at.take()),
        line: u32::from_ne_bytes(at.take()),
        candidate: u16::from_ne_bytes(at.take()),
        action: u8::from_ne_bytes(at.take()),
        generation: u8::from_ne_bytes(at.take()),
    }
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    #[inline(always)]
    fn take<const LENGTH: usize>(&mut self) -> [u8; LENGTH] {
        // The layout's fields add up to HEADER_LENGTH, so the default is never used (tested).
        let Some((field, rest)) = self.0.split_first_chunk() else { return [0; LENGTH] };
        self.0 = rest;
        *field
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TIME: u64 = 0x0102_0304_0506_0708;
    const JUDGED: Judged =
        Judged { generation: 9, done: Done::Blocked(Block::Nxdomain), candidate: 8, line: 7 };

    fn header(change: impl FnOnce(&mut SampleHeader)) -> SampleHeader {
        let mut header = SampleHeader {
            time: TIME,
            source: [10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            destination: [10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            source_mac: [1; 6],
            destination_mac: [2; 6],
            interface: 3,
            cpu: 4,
            sequence: 5,
            stream: 6,
            length: 3,
            source_port: 1000,
            destination_port: 53,
            captured: 3,
            fragment_offset: 8,
            outer_vlan: 100,
            inner_vlan: 200,
            flags: 0,
            protocol: protocol::UDP,
            tcp_flags: 0x18,
            line: 7,
            candidate: 8,
            action: 0,
            generation: 9,
        };
        change(&mut header);
        header
    }

    fn bytes(header: &SampleHeader, payload: &[u8]) -> Vec<u8> {
        // SAFETY: the layout has no padding and only integers.
        let header: [u8; HEADER_LENGTH] = unsafe { std::mem::transmute(*header) };
        [&header[..], payload].concat()
    }

    #[test]
    fn every_field_is_read_from_its_place() {
        let header = header(|_| {});
        let bytes = bytes(&header, b"abc");
        assert_eq!(read(bytes.first_chunk().unwrap()), header);
        assert_eq!(time(&bytes), Some(TIME));
    }

    #[test]
    fn flags_decide_what_a_sample_is() {
        type Case = (&'static str, fn(&mut SampleHeader), fn(&Sample<'_>) -> bool);
        let cases: &[Case] = &[
            ("in by default", |_| {}, |s| s.packet.direction == Direction::In),
            ("egress", |h| h.flags = flag::EGRESS, |s| s.packet.direction == Direction::Out),
            ("IPv4", |_| {}, |s| s.packet.source == IpAddr::from([10, 0, 0, 1])),
            ("IPv6", |h| h.flags = flag::IPV6, |s| s.packet.source.is_ipv6()),
            ("no tag", |_| {}, |s| s.packet.outer_vlan.is_none()),
            (
                "tags",
                |h| h.flags = flag::VLAN | flag::INNER_VLAN,
                |s| (s.packet.outer_vlan, s.packet.inner_vlan) == (Some(100), Some(200)),
            ),
            (
                "fragment",
                |h| h.flags = flag::FRAGMENT | flag::MORE_FRAGMENTS,
                |s| s.content == Content::Fragment { id: 6, offset: 8, more: true },
            ),
            (
                "segment",
                |h| h.protocol = protocol::TCP,
                |s| s.content == Content::Segment { sequence: 6, flags: 0x18 },
            ),
            ("wall clock", |_| {}, |s| s.packet.time == TIME + 1000),
            ("not judged", |_| {}, |s| s.packet.judged.is_none()),
            (
                "judged",
                |h| (h.flags, h.action) = (flag::JUDGED, action::NXDOMAIN),
                |s| s.packet.judged == Some(JUDGED),
            ),
            (
                "tried",
                |h| (h.flags, h.action) = (flag::JUDGED, action::DROP | action::WOULD),
                |s| s.packet.judged == Some(Judged { done: Done::Would(Block::Drop), ..JUDGED }),
            ),
            (
                "reset",
                |h| (h.flags, h.action) = (flag::JUDGED, action::RESET),
                |s| s.packet.judged == Some(Judged { done: Done::Reset, ..JUDGED }),
            ),
            (
                "an action that is none",
                |h| (h.flags, h.action) = (flag::JUDGED, 0x7f),
                |s| s.packet.judged == Some(Judged { done: Done::Passed, ..JUDGED }),
            ),
        ];
        for (what, change, expected) in cases {
            let bytes = bytes(&header(*change), b"abc");
            let (place, sample) = parse(&bytes, 1000).unwrap();
            assert_eq!(place, Place { cpu: 4, sequence: 5 }, "{what}");
            assert_eq!(sample.payload, b"abc", "{what}");
            assert!(expected(&sample), "{what}: {sample:?}");
        }
    }

    #[test]
    fn short_and_lying_bytes_are_named() {
        let whole = bytes(&header(|_| {}), b"abc");
        for length in 0..HEADER_LENGTH {
            assert_eq!(parse(&whole[..length], 0).unwrap_err(), SampleError::Short(length));
        }
        for held in 0..3 {
            let error = parse(&whole[..HEADER_LENGTH + held], 0).unwrap_err();
            assert_eq!(error, SampleError::Length { said: 3, held });
        }
        let icmp = bytes(&header(|h| h.protocol = 1), b"abc");
        assert_eq!(parse(&icmp, 0).unwrap_err(), SampleError::Protocol(1));
    }
}
