//! UDP (RFC 768) and TCP (RFC 9293), as far as DNS needs them.

use dns_monitor_common::{counter::Counter, sample::protocol};

use super::network::Network;
use crate::{maps::is_dns, packet::Packet};

const UDP: usize = 8;
const TCP: usize = 20;
/// TCP flags (RFC 9293 §3.1).
pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
/// Segments with one of these are taken without data, too.
pub const FIN_SYN_RST: u8 = 0x07;

/// What the transport says; the cursor is at the payload.
#[derive(Clone, Copy)]
pub struct Transport {
    /// Host order; 0 in fragments after the first.
    pub source_port: u16,
    /// Host order; 0 in fragments after the first.
    pub destination_port: u16,
    /// Payload bytes on the wire; `None` where only the frame's own length tells.
    pub length: Option<u32>,
    /// TCP: sequence number.
    pub sequence: u32,
    /// TCP: flags byte.
    pub flags: u8,
    /// Offset of a following fragment in the UDP payload, bytes.
    pub fragment_offset: u16,
}

/// Dispatches on the protocol.
#[inline(always)]
pub fn parse(packet: &mut Packet, network: &Network) -> Result<Transport, Counter> {
    match network.protocol {
        protocol::UDP if network.fragment_offset != 0 => following_fragment(network),
        protocol::UDP => udp(packet, network),
        protocol::TCP if network.is_fragment() => Err(Counter::TcpFragment),
        protocol::TCP => tcp(packet, network),
        _ => Err(Counter::OtherProtocol),
    }
}

#[inline(always)]
fn udp(packet: &mut Packet, network: &Network) -> Result<Transport, Counter> {
    let Some(header) = packet.header::<UDP>() else { return Err(Counter::BadTransport) };
    let (source_port, destination_port) = (header.be16(0), header.be16(2));
    if !is_dns(source_port) && !is_dns(destination_port) {
        return Err(Counter::OtherPort);
    }
    packet.skip(UDP);
    // A first fragment carries the length of the whole datagram: what is here, IP says.
    let total = if network.is_fragment() { network.length } else { header.be16(4) as u32 };
    let Some(length) = total.checked_sub(UDP as u32) else { return Err(Counter::BadTransport) };
    if length == 0 {
        return Err(Counter::EmptyDatagram);
    }
    Ok(Transport {
        source_port,
        destination_port,
        length: Some(length),
        sequence: 0,
        flags: 0,
        fragment_offset: 0,
    })
}

/// No header here: the agent looks for the first fragment, which had the ports.
#[inline(always)]
fn following_fragment(network: &Network) -> Result<Transport, Counter> {
    // Offsets come in units of eight bytes, so this one is at least behind the UDP header.
    let fragment_offset = network.fragment_offset - UDP as u16;
    if network.length == 0 {
        return Err(Counter::EmptyDatagram);
    }
    let length = Some(network.length);
    Ok(Transport { source_port: 0, destination_port: 0, length, sequence: 0, flags: 0, fragment_offset })
}

#[inline(always)]
fn tcp(packet: &mut Packet, network: &Network) -> Result<Transport, Counter> {
    let Some(header) = packet.header::<TCP>() else { return Err(Counter::BadTransport) };
    let (source_port, destination_port) = (header.be16(0), header.be16(2));
    if !is_dns(source_port) && !is_dns(destination_port) {
        return Err(Counter::OtherPort);
    }
    let header_length = ((header.get::<u8>(12) >> 4) as usize) << 2;
    if header_length < TCP {
        return Err(Counter::BadTransport);
    }
    packet.skip(header_length);
    let length = match network.length {
        0 => None,
        total => {
            let Some(length) = total.checked_sub(header_length as u32) else {
                return Err(Counter::BadTransport);
            };
            Some(length)
        }
    };
    let flags = header.get(13);
    if length == Some(0) && flags & FIN_SYN_RST == 0 {
        return Err(Counter::TcpWithoutData);
    }
    Ok(Transport {
        source_port,
        destination_port,
        length,
        sequence: header.be32(4),
        flags,
        fragment_offset: 0,
    })
}
