//! IPv4 (RFC 791), IPv6 (RFC 8200) and its extension headers.

use dns_monitor_common::{
    counter::Counter,
    sample::{SampleHeader, flag},
};

use crate::packet::{Header, Packet};

const IPV4: usize = 20;
const IPV6: usize = 40;
/// IPv6 extension headers that are followed.
const MAX_EXTENSIONS: usize = 6;

/// What the network layer says.
#[derive(Clone, Copy)]
pub struct Network {
    pub addresses: Addresses,
    /// The transport's protocol number.
    pub protocol: u8,
    /// Bytes behind the IP headers; 0 where the header does not say (GSO above 64 KiB).
    pub length: u32,
    /// Where this fragment belongs in the packet it was cut from, bytes.
    pub fragment_offset: u16,
    /// Identification, which all fragments of a packet share.
    pub fragment_id: u32,
    /// [`flag::FRAGMENT`] and [`flag::MORE_FRAGMENTS`], [`flag::IPV6`].
    pub flags: u16,
}

/// The header that holds the addresses, kept so that they are read only for packets we take.
#[derive(Clone, Copy)]
pub enum Addresses {
    V4(Header<IPV4>),
    V6(Header<IPV6>),
}

/// Dispatches on the EtherType.
#[inline(always)]
pub fn parse(packet: &mut Packet, ether_type: u16) -> Result<Network, Counter> {
    match ether_type {
        0x0800 => ipv4(packet),
        0x86dd => ipv6(packet),
        _ => Err(Counter::NotIp),
    }
}

#[inline(always)]
fn ipv4(packet: &mut Packet) -> Result<Network, Counter> {
    let Some(header) = packet.header::<IPV4>() else { return Err(Counter::BadIp) };
    let version: u8 = header.get(0);
    let header_length = ((version & 0x0f) as usize) << 2;
    if version >> 4 != 4 || header_length < IPV4 {
        return Err(Counter::BadIp);
    }
    let total = header.be16(2) as u32;
    if total != 0 && total <= header_length as u32 {
        return Err(Counter::BadIp);
    }
    packet.skip(header_length);
    let mut network = Network {
        addresses: Addresses::V4(header),
        protocol: header.get(9),
        length: total.saturating_sub(header_length as u32),
        fragment_offset: 0,
        fragment_id: 0,
        flags: 0,
    };
    let fragment = header.be16(6);
    network.fragment((fragment & 0x1fff) << 3, fragment & 0x2000 != 0, header.be16(4) as u32);
    Ok(network)
}

#[inline(always)]
fn ipv6(packet: &mut Packet) -> Result<Network, Counter> {
    let Some(header) = packet.header::<IPV6>() else { return Err(Counter::BadIp) };
    if header.get::<u8>(0) >> 4 != 6 {
        return Err(Counter::BadIp);
    }
    packet.skip(IPV6);
    let mut network = Network {
        addresses: Addresses::V6(header),
        protocol: header.get(6),
        length: header.be16(4) as u32,
        fragment_offset: 0,
        fragment_id: 0,
        flags: flag::IPV6,
    };
    for _ in 0..MAX_EXTENSIONS {
        if !extension(packet, &mut network)? {
            return Ok(network);
        }
    }
    if is_extension(network.protocol) { Err(Counter::DeepExtensions) } else { Ok(network) }
}

#[inline(always)]
fn is_extension(protocol: u8) -> bool {
    matches!(protocol, 0 | 43 | 44 | 51 | 60 | 135 | 139 | 140)
}

/// Moves past one extension header; false where `protocol` is none.
#[inline(always)]
fn extension(packet: &mut Packet, network: &mut Network) -> Result<bool, Counter> {
    // Behind the first fragment's header comes payload, whatever it looks like.
    if !is_extension(network.protocol) || network.fragment_offset != 0 {
        return Ok(false);
    }
    let Some(header) = packet.header::<8>() else { return Err(Counter::BadIp) };
    let units = header.get::<u8>(1) as usize;
    let length = match network.protocol {
        44 => {
            let fragment = header.be16(2);
            network.fragment(fragment & 0xfff8, fragment & 1 != 0, header.be32(4));
            8
        }
        51 => (units + 2) << 2,
        _ => (units + 1) << 3,
    };
    packet.skip(length);
    network.protocol = header.get(0);
    if network.length != 0 {
        // Nothing left is as bad as less: 0 would mean that the header does not say.
        if network.length <= length as u32 {
            return Err(Counter::BadIp);
        }
        network.length -= length as u32;
    }
    Ok(true)
}

impl Network {
    #[inline(always)]
    fn fragment(&mut self, offset: u16, more: bool, id: u32) {
        if offset == 0 && !more {
            return; // whole, or an atomic fragment (RFC 6946)
        }
        self.fragment_offset = offset;
        self.fragment_id = id;
        self.flags |= flag::FRAGMENT;
        if more {
            self.flags |= flag::MORE_FRAGMENTS;
        }
    }

    #[inline(always)]
    pub fn is_fragment(&self) -> bool {
        self.flags & flag::FRAGMENT != 0
    }

    /// Writes the addresses into a sample, 8 bytes at a time.
    #[inline(always)]
    pub fn write_addresses(&self, sample: &mut SampleHeader) {
        let (source, destination) = match self.addresses {
            Addresses::V4(header) => ([header.get::<u32>(12) as u64, 0], [header.get::<u32>(16) as u64, 0]),
            Addresses::V6(header) => ([header.get(8), header.get(16)], [header.get(24), header.get(32)]),
        };
        sample.source = words(source);
        sample.destination = words(destination);
    }
}

#[inline(always)]
fn words(words: [u64; 2]) -> [u8; 16] {
    // SAFETY: both are 16 plain bytes. (A loop of byte moves would cost 32 instructions.)
    unsafe { core::mem::transmute(words) }
}
