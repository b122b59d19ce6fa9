//! UDP (RFC 768) and TCP (RFC 9293), as far as DNS needs them.

use dns_monitor_common::counter::Counter;
use etherparse::{IpNumber, TcpHeaderSlice, UdpHeaderSlice};

use super::{
    CaptureReason,
    network::{Fragment, Network},
};
use crate::sample::{Content, Transport};

const UDP: u32 = 8;
const FIN_SYN_RST: u8 = 7;

/// What the transport says.
pub(super) struct Segment<'a> {
    pub(super) transport: Transport,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    pub(super) content: Content,
    /// Payload bytes on the wire.
    pub(super) length: u32,
    pub(super) payload: &'a [u8],
}

/// Dispatches on the protocol.
pub(super) fn parse<'a>(network: &Network<'a>, ports: &[u16]) -> Result<Segment<'a>, CaptureReason> {
    let segment = match (network.protocol, network.fragment) {
        (IpNumber::UDP, Some(fragment)) if fragment.offset > 0 => following_fragment(network, fragment),
        (IpNumber::UDP, fragment) => udp(network, fragment, ports),
        (IpNumber::TCP, Some(_)) => Err(Counter::TcpFragment),
        (IpNumber::TCP, None) => tcp(network, ports),
        _ => Err(Counter::OtherProtocol),
    }?;
    Ok(segment)
}

fn udp<'a>(network: &Network<'a>, fragment: Option<Fragment>, ports: &[u16]) -> Result<Segment<'a>, Counter> {
    let header = UdpHeaderSlice::from_slice(network.rest).map_err(|_| Counter::BadTransport)?;
    let (source_port, destination_port) = (header.source_port(), header.destination_port());
    if !ports.contains(&source_port) && !ports.contains(&destination_port) {
        return Err(Counter::OtherPort);
    }
    // A first fragment carries the length of the whole datagram: what is here, IP says.
    let (total, content) = match fragment {
        None => (u32::from(header.length()), Content::Datagram),
        Some(Fragment { id, more, .. }) => {
            (network.length.unwrap_or_default(), Content::Fragment { id, offset: 0, more })
        }
    };
    let length = total.checked_sub(UDP).ok_or(Counter::BadTransport)?;
    if length == 0 {
        return Err(Counter::EmptyDatagram);
    }
    let payload = first(network.rest, header.slice().len(), length);
    Ok(Segment { transport: Transport::Udp, source_port, destination_port, content, length, payload })
}

/// No header here: the first fragment has the ports.
fn following_fragment<'a>(network: &Network<'a>, fragment: Fragment) -> Result<Segment<'a>, Counter> {
    let Fragment { id, offset, more } = fragment;
    // Offsets come in units of eight bytes, so this one is at least behind the UDP header.
    let offset = offset.saturating_sub(UDP as u16);
    let length = network.length.filter(|length| *length > 0).ok_or(Counter::EmptyDatagram)?;
    Ok(Segment {
        transport: Transport::Udp,
        source_port: 0,
        destination_port: 0,
        content: Content::Fragment { id, offset, more },
        length,
        payload: first(network.rest, 0, length),
    })
}

fn tcp<'a>(network: &Network<'a>, ports: &[u16]) -> Result<Segment<'a>, Counter> {
    let header = TcpHeaderSlice::from_slice(network.rest).map_err(|_| Counter::BadTransport)?;
    let (source_port, destination_port) = (header.source_port(), header.destination_port());
    if !ports.contains(&source_port) && !ports.contains(&destination_port) {
        return Err(Counter::OtherPort);
    }
    let present = u32::try_from(network.rest.len()).map_err(|_| Counter::Oversize)?;
    let header_length = u32::try_from(header.slice().len()).map_err(|_| Counter::BadTransport)?;
    let length = network.length.unwrap_or(present).checked_sub(header_length).ok_or(Counter::BadTransport)?;
    let flags = header.slice().get(13).copied().unwrap_or_default();
    if length == 0 && flags & FIN_SYN_RST == 0 {
        return Err(Counter::TcpWithoutData);
    }
    Ok(Segment {
        transport: Transport::Tcp,
        source_port,
        destination_port,
        content: Content::Segment { sequence: header.sequence_number(), flags },
        length,
        payload: first(network.rest, header.slice().len(), length),
    })
}

/// `length` bytes from `offset`, or as many as there are.
fn first(bytes: &[u8], offset: usize, length: u32) -> &[u8] {
    let bytes = bytes.get(offset..).unwrap_or_default();
    usize::try_from(length).ok().and_then(|length| bytes.get(..length)).unwrap_or(bytes)
}
