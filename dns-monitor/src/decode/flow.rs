//! What packets must share to be pieces of the same datagram or stream.

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;

use crate::sample::{Direction, Packet, words};

/// A map that remembers who came first. Seeded at random: its keys come from strangers.
pub(super) type Table<V> = LinkedHashMap<Flow, V, RandomState>;

/// One way of a conversation, as plain words: hashing them is most of a segment's cost.
///
/// Where it was seen is part of it: the same packet seen on two interfaces is two samples
/// here as it is for whole datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Flow {
    source: [u64; 2],
    destination: [u64; 2],
    place: u64,
    label: u32,
}

impl Flow {
    /// A TCP stream, told from others of its hosts by its ports.
    pub(super) fn stream(packet: &Packet) -> Self {
        let ports = u32::from(packet.source_port) << 16 | u32::from(packet.destination_port);
        let way = match packet.direction {
            Direction::In => 0,
            Direction::Out => 1 << 31,
        };
        Self::new(packet, way, ports)
    }

    /// A fragmented datagram, told by its IP identification. Followers carry no ports, and where a
    /// capture tells the direction from these, only the first fragment knows it.
    pub(super) fn datagram(packet: &Packet, id: u32) -> Self {
        Self::new(packet, 0, id)
    }

    fn new(packet: &Packet, way: u64, label: u32) -> Self {
        // VLAN ids have twelve bits; one more tells "none" from 0.
        let vlan = |id: Option<u16>| id.map_or(0, |id| u64::from(id & 0xfff) | 0x1000);
        let place =
            u64::from(packet.interface) << 32 | way | vlan(packet.outer_vlan) << 13 | vlan(packet.inner_vlan);
        Self { source: words(packet.source), destination: words(packet.destination), place, label }
    }
}
