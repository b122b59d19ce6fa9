//! Queries of any client, as the resolver's interface sees them.

use std::net::IpAddr;

use super::frame::{Frame, PSH_ACK};

const PORT: u16 = 40_000;
const DNS: u16 = 53;
const TAG: u16 = 0x8100;
/// Where the frame has the client's MAC, and IP headers the client's address.
const MAC_AT: usize = 6;
const V4_AT: usize = 12;
const V6_AT: usize = 8;

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    pub address: IpAddr,
    pub mac: [u8; 6],
    pub vlan: Option<u16>,
}

impl Client {
    /// A query over UDP, without a checksum.
    pub fn udp(&self, message: &[u8]) -> Vec<u8> {
        self.frame(Frame::holding(message).udp(PORT, DNS))
    }

    /// A query over TCP, its length in front.
    pub fn tcp(&self, message: &[u8]) -> Vec<u8> {
        let length = u16::try_from(message.len()).unwrap().to_be_bytes();
        self.frame(Frame::holding(&[&length, message].concat()).tcp(PORT, DNS, PSH_ACK, 0))
    }

    fn frame(&self, transport: Frame) -> Vec<u8> {
        let packet = match self.address {
            IpAddr::V4(address) => transport.ipv4().set(V4_AT, &address.octets()),
            IpAddr::V6(address) => transport.ipv6().set(V6_AT, &address.octets()),
        };
        let tagged = match self.vlan {
            Some(id) => packet.tag(TAG, id),
            None => packet,
        };
        tagged.ethernet().set(MAC_AT, &self.mac).bytes
    }
}
