//! DHCP and DHCPv6: any packet says something that can be written down, or is refused.
//!
//! The first byte says what the rest is: bits 0-1 the ports, as a UDP payload; bit 2 a packet from the IP header on.
#![no_main]

use dns_monitor::identity::dhcp::message::{MAX_ADDRESSES, Message, Packet, read};
use etherparse::PacketBuilder;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((control, payload)) = data.split_first() else { return };
    let packet = match control & 7 {
        0 => v4(68, 67, payload),
        1 => v4(67, 68, payload),
        2 => v6(546, 547, payload),
        3 => v6(547, 546, payload),
        _ => payload.to_vec(),
    };
    let Ok(message) = read(&Packet { bytes: &packet, sender: Some([2; 6]) }) else { return };
    let (addresses, name) = match message {
        Message::Asked { name, .. } => (0, name),
        Message::Granted { addresses, name, .. } => (addresses.len(), name),
        Message::Released { addresses, .. } => (addresses.len(), None),
    };
    assert!(addresses <= MAX_ADDRESSES);
    assert!(name.is_none_or(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())));
});

fn v4(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).udp(from, to);
    let mut packet = Vec::new();
    builder.write(&mut packet, payload).expect("a fuzzed payload is no longer than a datagram");
    packet
}

fn v6(from: u16, to: u16, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv6([0xfd; 16], [0xfd; 16], 64).udp(from, to);
    let mut packet = Vec::new();
    builder.write(&mut packet, payload).expect("a fuzzed payload is no longer than a datagram");
    packet
}
