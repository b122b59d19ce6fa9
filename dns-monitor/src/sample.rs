//! What any source delivers: one packet, or a piece of one, that may carry DNS.

use std::net::IpAddr;

use crate::rules::verdict::Judged;

/// Which way a packet crossed the resolver's NIC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Toward the resolver host.
    In,
    /// Away from it.
    Out,
}

/// The transport a message came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// RFC 768.
    Udp,
    /// RFC 9293, two-byte length framing (RFC 1035 §4.2.2).
    Tcp,
}

/// An Ethernet address.
pub type Mac = [u8; 6];

/// Where and when a packet was seen: everything that attribution needs. Ports in host order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet {
    /// When it crossed the NIC, ns since the Unix epoch, UTC.
    pub time: u64,
    /// Index into the source's interface names.
    pub interface: u32,
    /// Which way it went.
    pub direction: Direction,
    /// The transport it went by.
    pub transport: Transport,
    /// Source address.
    pub source: IpAddr,
    /// Destination address.
    pub destination: IpAddr,
    /// Source port; 0 in fragments after the first.
    pub source_port: u16,
    /// Destination port; 0 in fragments after the first.
    pub destination_port: u16,
    /// Ethernet source, where the link has one.
    pub source_mac: Option<Mac>,
    /// Ethernet destination, where the link has one.
    pub destination_mac: Option<Mac>,
    /// VLAN id of the outer 802.1Q or 802.1ad tag.
    pub outer_vlan: Option<u16>,
    /// VLAN id of the inner tag (QinQ).
    pub inner_vlan: Option<u16>,
    /// What the kernel programs made of the query, where they looked its name up.
    pub judged: Option<Judged>,
}

#[cfg(test)]
impl Packet {
    /// That of an ordinary query: what a test is about is changed.
    pub fn example() -> Self {
        Self {
            time: 0,
            interface: 0,
            direction: Direction::In,
            transport: Transport::Udp,
            source: IpAddr::from([192, 0, 2, 1]),
            destination: IpAddr::from([192, 0, 2, 53]),
            source_port: 40_000,
            destination_port: 53,
            source_mac: None,
            destination_mac: None,
            outer_vlan: None,
            inner_vlan: None,
            judged: None,
        }
    }
}

/// What the payload of a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A whole UDP payload: one DNS message.
    Datagram,
    /// Part of a UDP payload, of an IP packet that was fragmented.
    Fragment {
        /// IPv4 identification, or that of the IPv6 fragment header.
        id: u32,
        /// Where the payload belongs in the UDP payload, bytes; the first fragment has 0.
        offset: u16,
        /// Whether fragments follow.
        more: bool,
    },
    /// Data of a TCP stream, or a segment that opens or closes one.
    Segment {
        /// Sequence number of the first payload byte (of the SYN itself where SYN is set).
        sequence: u32,
        /// TCP flags byte: FIN 1, SYN 2, RST 4.
        flags: u8,
    },
}

/// One packet, or a piece of one, as a source delivers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    /// Where and when.
    pub packet: Packet,
    /// What the payload is.
    pub content: Content,
    /// Payload bytes on the wire; more than `payload` holds where the capture cut it.
    pub length: u32,
    /// The captured payload.
    pub payload: &'a [u8],
}

/// One DNS message, whole (or cut by the capture length), whichever way it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Where and when; for TCP and fragments the packet that completed the message.
    pub packet: Packet,
    /// Message bytes on the wire, without the TCP length prefix.
    pub length: u32,
    /// The captured bytes, from the DNS header on.
    pub bytes: &'a [u8],
}

/// An address as two plain words, for keys: hashing and comparing them is cheap.
pub(crate) fn words(address: IpAddr) -> [u64; 2] {
    match address {
        // Outside 2000::/3 and unlike any mapped address: no IPv6 host has it.
        IpAddr::V4(address) => [u64::MAX, u64::from(address.to_bits())],
        IpAddr::V6(address) => [(address.to_bits() >> 64) as u64, address.to_bits() as u64],
    }
}
