//! Small captures, made packet by packet.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, reason = "test support")]

use etherparse::PacketBuilder;

/// A pcap file header: microseconds, Ethernet.
pub const HEADER: &[u8] = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
const SECONDS: u32 = 1_700_000_000;
const CLIENT: [u8; 4] = [192, 0, 2, 1];
const SERVER: [u8; 4] = [192, 0, 2, 53];

/// When, in microseconds, and the frame.
pub type Packet = (u32, Vec<u8>);

/// A pcap file of these packets.
pub fn capture(packets: &[Packet]) -> Vec<u8> {
    let mut file = HEADER.to_vec();
    for (time, frame) in packets {
        let length = (frame.len() as u32).to_le_bytes();
        let (seconds, fraction) = (SECONDS + time / 1_000_000, time % 1_000_000);
        file.extend([seconds.to_le_bytes(), fraction.to_le_bytes(), length, length].concat());
        file.extend(frame);
    }
    file
}

/// A query for the root's A record.
pub fn query(id: u16, time: u32) -> Packet {
    (time, udp(CLIENT, SERVER, (40_000, 53), &message(id, 1)))
}

/// A query and, one millisecond later, its response.
pub fn exchange(id: u16, time: u32) -> [Packet; 2] {
    [query(id, time), (time + 1000, udp(SERVER, CLIENT, (53, 40_000), &message(id, 0x81)))]
}

/// A TCP stream whose middle is in no packet.
pub fn hole() -> Vec<Packet> {
    let message = |id| [&[0, 17], &message(id, 1)[..]].concat();
    let segment = |time, sequence, syn: bool, payload: &[u8]| {
        let tcp = ethernet().ipv4(CLIENT, SERVER, 64).tcp(40_000, 53, sequence, 65_535);
        let builder = if syn { tcp.syn() } else { tcp.ack(1).psh() };
        let mut frame = Vec::new();
        builder.write(&mut frame, payload).unwrap();
        (time, frame)
    };
    vec![
        segment(0, 99, true, b""),
        segment(1, 100, false, &message(1)),
        // Of the second message, bytes 119 to 137, only ten are there.
        segment(2, 119, false, &message(2)[..10]),
        segment(3, 138, false, &message(3)),
        segment(9, 157, false, &message(4)),
    ]
}

fn message(id: u16, flags: u8) -> [u8; 17] {
    let [high, low] = id.to_be_bytes();
    [high, low, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]
}

fn udp(from: [u8; 4], to: [u8; 4], ports: (u16, u16), message: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    ethernet().ipv4(from, to, 64).udp(ports.0, ports.1).write(&mut frame, message).unwrap();
    frame
}

fn ethernet() -> etherparse::PacketBuilderStep<etherparse::Ethernet2Header> {
    PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
}
