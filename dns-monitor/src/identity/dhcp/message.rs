//! What one DHCP message says.

mod v4;
mod v6;

use std::net::IpAddr;

use etherparse::{SlicedPacket, TransportSlice};

use super::DhcpReason;
use crate::sample::Mac;

/// A packet from the IP header on.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The MAC that sent it over our link.
    pub sender: Option<Mac>,
}

/// Who a client is to its server: its MAC in DHCP, its DUID in DHCPv6.
pub type Client = Box<[u8]>;

/// Addresses of one message; more are not read.
pub const MAX_ADDRESSES: usize = 16;

/// A message that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A client wants an address, or to keep it.
    Asked {
        /// The client.
        client: Client,
        /// The server answers under the same number.
        transaction: u32,
        /// What the client calls itself.
        name: Option<Box<str>>,
        /// Its MAC.
        mac: Option<Mac>,
    },
    /// A server gives addresses to a client.
    Granted {
        /// The client.
        client: Client,
        /// As the client had it.
        transaction: u32,
        /// For how long, seconds; `None`: for ever; 0: no longer.
        addresses: Vec<(IpAddr, Option<u32>)>,
        /// What the server calls the client.
        name: Option<Box<str>>,
        /// Its MAC.
        mac: Option<Mac>,
    },
    /// A client gives addresses back, or says that another machine has them.
    Released {
        /// The client.
        client: Client,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
}

/// Reads a packet.
///
/// # Errors
/// Why it does not matter.
pub fn read(packet: &Packet<'_>) -> Result<Message, DhcpReason> {
    let sliced = SlicedPacket::from_ip(packet.bytes).map_err(|_| DhcpReason::Malformed)?;
    let Some(TransportSlice::Udp(udp)) = sliced.transport else { return Err(DhcpReason::NotDhcp) };
    let ports = (udp.source_port(), udp.destination_port());
    match ports {
        (v4::SERVER | v4::CLIENT, v4::SERVER | v4::CLIENT) => v4::read(ports, udp.payload()),
        (_, v6::SERVER | v6::CLIENT) => {
            // Behind a relay the sender is the relay.
            let from_client = v6::is_link_local(packet.bytes);
            v6::read(ports, udp.payload(), packet.sender.filter(|_| from_client))
        }
        _ => Err(DhcpReason::NotDhcp),
    }
}

/// The 32-bit time of both protocols: all ones is for ever.
fn lifetime(bytes: [u8; 4]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes)).filter(|seconds| *seconds != u32::MAX)
}

/// Whether one machine can have the address, and others know it.
fn is_host(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            !v4.is_unspecified() && !v4.is_broadcast() && !v4.is_multicast() && !v4.is_loopback()
        }
        IpAddr::V6(v6) => {
            !v6.is_unspecified() && !v6.is_multicast() && !v6.is_loopback() && !v6.is_unicast_link_local()
        }
    }
}
