//! Queries as real frames with right checksums, and what of an answer is to be right.

use etherparse::{
    LinkSlice, NetSlice, PacketBuilder, PacketBuilderStep, SingleVlanHeader, SlicedPacket, TcpHeader,
    TransportSlice, UdpHeader, VlanId, VlanSlice,
};

use super::frame::{DESTINATION_MAC, SOURCE_MAC};

const CLIENT: u16 = 40_000;
const DNS: u16 = 53;
const V4: ([u8; 4], [u8; 4]) = ([192, 0, 2, 1], [192, 0, 2, 53]);
const V6: ([u8; 16], [u8; 16]) =
    (*b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", *b"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x53");
/// Sequence and acknowledgement numbers of every segment.
pub const NUMBERS: (u32, u32) = (0xffff_fff0, 77);

/// The way a query comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// IPv6, or IPv4.
    pub v6: bool,
    /// How many VLAN tags.
    pub tags: u8,
}

impl Network {
    pub const ALL: [Self; 6] = [
        Self { v6: false, tags: 0 },
        Self { v6: true, tags: 0 },
        Self { v6: false, tags: 1 },
        Self { v6: true, tags: 1 },
        Self { v6: false, tags: 2 },
        Self { v6: true, tags: 2 },
    ];

    /// Where the IP header begins.
    pub fn ip_at(self) -> usize {
        14 + 4 * usize::from(self.tags)
    }

    fn builder(self) -> PacketBuilderStep<etherparse::IpHeaders> {
        let link = PacketBuilder::ethernet2(SOURCE_MAC, DESTINATION_MAC);
        let id = |id| VlanId::try_new(id).unwrap();
        let (v4, v6) = (V4, V6);
        match (self.tags, self.v6) {
            (0, false) => link.ipv4(v4.0, v4.1, 63),
            (0, true) => link.ipv6(v6.0, v6.1, 63),
            (1, false) => link.single_vlan(id(100)).ipv4(v4.0, v4.1, 63),
            (1, true) => link.single_vlan(id(100)).ipv6(v6.0, v6.1, 63),
            (_, false) => link.double_vlan(id(100), id(200)).ipv4(v4.0, v4.1, 63),
            (_, true) => link.double_vlan(id(100), id(200)).ipv6(v6.0, v6.1, 63),
        }
    }

    /// A query over UDP.
    pub fn udp(self, message: &[u8]) -> Vec<u8> {
        let mut frame = vec![];
        self.builder().udp(CLIENT, DNS).write(&mut frame, message).unwrap();
        frame
    }

    /// A query over TCP, its length in front, with options in the header.
    pub fn tcp(self, message: &[u8]) -> Vec<u8> {
        let mut frame = vec![];
        let payload = [&(message.len() as u16).to_be_bytes()[..], message].concat();
        let (sequence, acknowledged) = NUMBERS;
        self.builder()
            .tcp(CLIENT, DNS, sequence, 1000)
            .ack(acknowledged)
            .psh()
            .options_raw(&[1; 12])
            .unwrap()
            .write(&mut frame, &payload)
            .unwrap();
        frame
    }
}

/// Panics where link or network is not that of the query turned round, or a checksum is wrong; gives the transport.
pub fn turned<'a>(network: Network, frame: &'a [u8]) -> SlicedPacket<'a> {
    let packet = SlicedPacket::from_ethernet(frame).unwrap();
    let Some(LinkSlice::Ethernet2(link)) = &packet.link else { panic!("{:?}", packet.link) };
    assert_eq!((link.source(), link.destination()), (DESTINATION_MAC, SOURCE_MAC), "{network:?}");
    let tags: Vec<u16> = match packet.vlan() {
        None => vec![],
        Some(VlanSlice::SingleVlan(tag)) => vec![tag.to_header().vlan_id.value()],
        Some(VlanSlice::DoubleVlan(tags)) => {
            let id = |header: SingleVlanHeader| header.vlan_id.value();
            vec![id(tags.to_header().outer), id(tags.to_header().inner)]
        }
    };
    assert_eq!(tags, &[100, 200][..usize::from(network.tags)], "{network:?}");
    match &packet.net {
        Some(NetSlice::Ipv4(ip)) => {
            let header = ip.header().to_header();
            assert_eq!((header.source, header.destination), (V4.1, V4.0));
            assert_eq!((header.time_to_live, header.header_checksum), (64, header.calc_header_checksum()));
        }
        Some(NetSlice::Ipv6(ip)) => {
            let header = ip.header().to_header();
            assert_eq!((header.source, header.destination, header.hop_limit), (V6.1, V6.0, 64));
        }
        other => panic!("{other:?}"),
    }
    packet
}

/// A checksum as it stands, and as it is when it is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum {
    pub shown: u16,
    pub finished: u16,
}

impl Checksum {
    fn assert_finished(self) {
        assert_eq!(self.shown, self.finished);
    }
}

/// The message of a UDP answer whose checksum is right.
pub fn answer(network: Network, frame: &[u8]) -> Vec<u8> {
    let (message, checksum) = datagram(network, frame);
    checksum.assert_finished();
    message
}

/// The message of a UDP answer, and its checksum.
pub fn datagram(network: Network, frame: &[u8]) -> (Vec<u8>, Checksum) {
    let packet = turned(network, frame);
    let Some(TransportSlice::Udp(udp)) = &packet.transport else { panic!("{:?}", packet.transport) };
    let header: UdpHeader = udp.to_header();
    assert_eq!((header.source_port, header.destination_port), (DNS, CLIENT));
    let payload = udp.payload();
    let finished = match &packet.net {
        Some(NetSlice::Ipv4(ip)) => header.calc_checksum_ipv4(&ip.header().to_header(), payload),
        Some(NetSlice::Ipv6(ip)) => header.calc_checksum_ipv6(&ip.header().to_header(), payload),
        other => panic!("{other:?}"),
    };
    (payload.to_vec(), Checksum { shown: header.checksum, finished: finished.unwrap() })
}

/// The header of a TCP reset whose checksum is right.
pub fn reset(network: Network, frame: &[u8]) -> TcpHeader {
    let (header, checksum) = segment(network, frame);
    checksum.assert_finished();
    header
}

/// The header of a TCP reset, and its checksum.
pub fn segment(network: Network, frame: &[u8]) -> (TcpHeader, Checksum) {
    let packet = turned(network, frame);
    let Some(TransportSlice::Tcp(tcp)) = &packet.transport else { panic!("{:?}", packet.transport) };
    assert!(tcp.payload().is_empty(), "{network:?}");
    let header = tcp.to_header();
    assert_eq!((header.source_port, header.destination_port), (DNS, CLIENT));
    let finished = match &packet.net {
        Some(NetSlice::Ipv4(ip)) => header.calc_checksum_ipv4(&ip.header().to_header(), &[]),
        Some(NetSlice::Ipv6(ip)) => header.calc_checksum_ipv6(&ip.header().to_header(), &[]),
        other => panic!("{other:?}"),
    };
    let shown = header.checksum;
    (header, Checksum { shown, finished: finished.unwrap() })
}
