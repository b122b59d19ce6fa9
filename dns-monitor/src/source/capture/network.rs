//! IPv4 (RFC 791), IPv6 (RFC 8200) and its extension headers.

use std::net::IpAddr;

use dns_monitor_common::counter::Counter;
use etherparse::{
    IpNumber, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice, Ipv6RawExtHeaderSlice,
};

use super::CaptureReason;

/// IPv6 extension headers that are followed, as in the kernel programs.
const MAX_EXTENSIONS: usize = 6;

/// Where a fragment belongs in the packet that was cut.
#[derive(Clone, Copy)]
pub(super) struct Fragment {
    pub(super) id: u32,
    /// Bytes.
    pub(super) offset: u16,
    pub(super) more: bool,
}

/// What the network layer says.
pub(super) struct Network<'a> {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) protocol: IpNumber,
    /// `None` for whole packets, atomic fragments (RFC 6946) too.
    pub(super) fragment: Option<Fragment>,
    /// Bytes behind the IP headers; `None` where the header does not say (GSO above 64 KiB).
    pub(super) length: Option<u32>,
    /// Behind the IP headers; may end early, or late by the link's padding.
    pub(super) rest: &'a [u8],
}

/// Dispatches on the EtherType.
pub(super) fn parse(ether_type: u16, bytes: &[u8]) -> Result<Network<'_>, CaptureReason> {
    match ether_type {
        0x0800 => ipv4(bytes),
        0x86dd => ipv6(bytes),
        _ => Err(Counter::NotIp.into()),
    }
}

fn ipv4(bytes: &[u8]) -> Result<Network<'_>, CaptureReason> {
    let header = Ipv4HeaderSlice::from_slice(bytes).map_err(|_| Counter::BadIp)?;
    let length = match header.total_len() {
        0 => None,
        _ => Some(payload_length(header.payload_len().ok().map(u32::from))?),
    };
    let offset = header.fragments_offset().byte_offset();
    let mut network = Network {
        source: IpAddr::V4(header.source_addr()),
        destination: IpAddr::V4(header.destination_addr()),
        protocol: header.protocol(),
        fragment: None,
        length,
        rest: bytes.get(header.slice().len()..).unwrap_or_default(),
    };
    network.cut(u32::from(header.identification()), offset, header.more_fragments());
    Ok(network)
}

fn ipv6(bytes: &[u8]) -> Result<Network<'_>, CaptureReason> {
    let header = Ipv6HeaderSlice::from_slice(bytes).map_err(|_| Counter::BadIp)?;
    let mut network = Network {
        source: IpAddr::V6(header.source_addr()),
        destination: IpAddr::V6(header.destination_addr()),
        protocol: header.next_header(),
        fragment: None,
        length: Some(u32::from(header.payload_length())).filter(|length| *length > 0),
        rest: bytes.get(header.slice().len()..).unwrap_or_default(),
    };
    for _ in 0..MAX_EXTENSIONS {
        if !network.skip_extension()? {
            return Ok(network);
        }
    }
    if is_extension(network.protocol) { Err(Counter::DeepExtensions.into()) } else { Ok(network) }
}

/// A packet without a byte behind its IP headers is as bad as one with fewer.
fn payload_length(length: Option<u32>) -> Result<u32, Counter> {
    length.filter(|length| *length > 0).ok_or(Counter::BadIp)
}

fn is_extension(protocol: IpNumber) -> bool {
    matches!(protocol, IpNumber::IPV6_FRAGMENTATION_HEADER | IpNumber::AUTHENTICATION_HEADER)
        || Ipv6RawExtHeaderSlice::header_type_supported(protocol)
}

impl Network<'_> {
    /// Moves past one extension header; false where there is none.
    fn skip_extension(&mut self) -> Result<bool, CaptureReason> {
        // Behind the first fragment's header comes payload, whatever it looks like.
        let is_follower = self.fragment.is_some_and(|fragment| fragment.offset > 0);
        if is_follower || !is_extension(self.protocol) {
            return Ok(false);
        }
        let (next, length) = match self.protocol {
            IpNumber::IPV6_FRAGMENTATION_HEADER => {
                let header = Ipv6FragmentHeaderSlice::from_slice(self.rest).map_err(|_| Counter::BadIp)?;
                let offset = header.fragment_offset().byte_offset();
                self.cut(header.identification(), offset, header.more_fragments());
                (header.next_header(), header.slice().len())
            }
            IpNumber::AUTHENTICATION_HEADER => {
                // The library refuses those without a sequence number; the kernel programs do not look.
                let [next, words, ..] = self.rest.first_chunk::<8>().ok_or(Counter::BadIp)?;
                (IpNumber(*next), (usize::from(*words).saturating_add(2)).saturating_mul(4))
            }
            _ => {
                let header = Ipv6RawExtHeaderSlice::from_slice(self.rest).map_err(|_| Counter::BadIp)?;
                (header.next_header(), header.slice().len())
            }
        };
        self.protocol = next;
        self.rest = self.rest.get(length..).unwrap_or_default();
        if let Some(total) = self.length {
            let length = u32::try_from(length).map_err(|_| Counter::BadIp)?;
            self.length = Some(payload_length(total.checked_sub(length))?);
        }
        Ok(true)
    }

    fn cut(&mut self, id: u32, offset: u16, more: bool) {
        if offset > 0 || more {
            self.fragment = Some(Fragment { id, offset, more });
        }
    }
}
