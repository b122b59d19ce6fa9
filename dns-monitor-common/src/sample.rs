//! One sample: a fixed header, then the captured payload, back to back in the ring buffer.
//!
//! The header has no padding and only integers, so that the agent reads it field by field
//! from bytes; nothing is ever transmuted. Integers are in the CPU's byte order, addresses
//! in network order. A sample never crosses machines.

use core::mem::size_of;

/// What the kernel programs know of a packet that may carry DNS.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SampleHeader {
    /// `CLOCK_MONOTONIC`, ns, when the program saw the packet.
    pub time: u64,
    /// Source address, network order; IPv4 in the first four bytes, the rest zero.
    pub source: [u8; 16],
    /// Destination address, as `source`.
    pub destination: [u8; 16],
    /// Ethernet source.
    pub source_mac: [u8; 6],
    /// Ethernet destination.
    pub destination_mac: [u8; 6],
    /// Index of the interface whose program took the sample.
    pub interface: u32,
    /// The CPU that took the sample, and so the ring it is in.
    pub cpu: u32,
    /// +1 for every sample this CPU meant to submit: a hole means a full ring.
    pub sequence: u32,
    /// TCP: sequence number of the first captured byte. Fragments: the IP identification.
    pub stream: u32,
    /// Payload bytes on the wire that this sample stands for; more than `captured` when cut. Of a segment
    /// that makes several samples each stands for its own bytes.
    pub length: u32,
    /// Source port, 0 in fragments after the first.
    pub source_port: u16,
    /// Destination port, 0 in fragments after the first.
    pub destination_port: u16,
    /// Payload bytes that follow this header.
    pub captured: u16,
    /// Offset of the payload in the reassembled UDP payload, in bytes; 0 in whole datagrams.
    pub fragment_offset: u16,
    /// VLAN id of the outer 802.1Q or 802.1ad tag where [`flag::VLAN`] is set.
    pub outer_vlan: u16,
    /// VLAN id of the inner tag where [`flag::INNER_VLAN`] is set.
    pub inner_vlan: u16,
    /// Bits of [`flag`].
    pub flags: u16,
    /// IP protocol: [`protocol::TCP`] or [`protocol::UDP`].
    pub protocol: u8,
    /// TCP flags byte (RFC 9293 §3.1), 0 for UDP.
    pub tcp_flags: u8,
    /// The line of the list that hit, where it is known; 0: unknown.
    pub line: u32,
    /// The [`Candidate`](crate::rule::Candidate) that decided; 0: none.
    pub candidate: u16,
    /// What was done with the packet: one of [`action`](crate::rule::action).
    pub action: u8,
    /// The [`generation`](crate::rule::RuleSet::generation) of the rules that were asked, where
    /// [`flag::JUDGED`] is set.
    pub generation: u8,
}

/// Length of [`SampleHeader`] in the ring, bytes.
pub const HEADER_LENGTH: usize = size_of::<SampleHeader>();

/// The most payload bytes one sample holds, whatever the configuration says.
pub const MAX_CAPTURE: usize = 4096;

/// The most samples a TCP super-packet (GSO, GRO: up to 64 KiB) is cut into.
pub const MAX_PIECES: usize = 17;

/// Bits of [`SampleHeader::flags`].
pub mod flag {
    /// Seen on its way out (TC egress); clear: on its way in (XDP or TC ingress).
    pub const EGRESS: u16 = 1 << 0;
    /// Addresses are IPv6.
    pub const IPV6: u16 = 1 << 1;
    /// `outer_vlan` holds a tag.
    pub const VLAN: u16 = 1 << 2;
    /// `inner_vlan` holds a tag.
    pub const INNER_VLAN: u16 = 1 << 3;
    /// Part of a fragmented IP packet.
    pub const FRAGMENT: u16 = 1 << 4;
    /// More fragments follow this one.
    pub const MORE_FRAGMENTS: u16 = 1 << 5;
    /// The name was looked up in the rules.
    pub const JUDGED: u16 = 1 << 6;
}

/// IP protocol numbers that carry DNS.
pub mod protocol {
    /// RFC 9293.
    pub const TCP: u8 = 6;
    /// RFC 768.
    pub const UDP: u8 = 17;
}

const _: () = assert!(HEADER_LENGTH == 96, "the layout has no padding: time to shuffle the fields");
