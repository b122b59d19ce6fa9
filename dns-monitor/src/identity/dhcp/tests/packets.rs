//! DHCP packets from the IP header on.

use std::net::IpAddr;

use data_encoding::HEXLOWER;
use etherparse::PacketBuilder;

use crate::sample::Mac;

pub const LAPTOP: Mac = [2, 0, 0, 0, 0, 12];
pub const OTHER: Mac = [2, 0, 0, 0, 0, 13];

/// From where to where.
type Way = ((&'static str, u16), (&'static str, u16));

pub const CLIENT_SAYS: Way = (("0.0.0.0", 68), ("255.255.255.255", 67));
pub const SERVER_SAYS: Way = (("10.1.0.53", 67), ("10.1.0.105", 68));
pub const RELAY_SAYS: Way = (("10.2.0.1", 67), ("10.1.0.53", 67));
pub const TO_RELAY: Way = (("10.1.0.53", 67), ("10.2.0.1", 67));
pub const ASK6: Way = (("fe80::ff:fe00:c", 546), ("ff02::1:2", 547));
pub const SAY6: Way = (("fe80::ff:fe00:53", 547), ("fe80::ff:fe00:c", 546));
pub const RELAY6: Way = (("fd02::1", 547), ("fd01::53", 547));
pub const TO_RELAY6: Way = (("fd01::53", 547), ("fd02::1", 547));

/// REQUEST of `udhcpc -x hostname:laptop-17`.
pub const UDHCPC: &str = "350103 32040a010069 36040a010035 39020240 37070103060c0f1c2a 0c096c6170746f702d3137 3c0c756468637020312e33352e30 3d070102000000000c ff";
/// What dnsmasq says to it.
pub const ACK: &str = "350105 36040a010035 330400000e10 3a0400000708 3b0400000c4e 0104ffffff00 1c040a0100ff 03040a010035 0f0b6c61622e6578616d706c65 ff00";
/// REQUEST of `udhcpc -F laptop-18.lab.example`.
pub const UDHCPC_FQDN: &str = "350103 32040a010069 36040a010035 39020240 37070103060c0f1c2a 3c0c756468637020312e33352e30 3d070102000000000c 5118010000 6c6170746f702d31382e6c61622e6578616d706c65 ff";
/// What dnsmasq says to it: host name and FQDN.
pub const ACK_FQDN: &str = "350105 36040a010035 330400000e10 3a0400000708 3b0400000c4e 0104ffffff00 1c040a0100ff 03040a010035 0f0b6c61622e6578616d706c65 0c096c6170746f702d3138 511801ffff 6c6170746f702d31382e6c61622e6578616d706c65 ff";
/// REQUEST of dhclient.
pub const DHCLIENT: &str = "350103 36040a010035 32040a010069 0c086c6170746f702d36 5117000000 6c6170746f702d362e6c61622e6578616d706c65 3707011c02030f060c ff";
/// What dnsmasq says to it.
pub const ACK_DHCLIENT: &str = "350105 36040a010035 330400000e10 3a0400000708 3b0400000c4e 0104ffffff00 1c040a0100ff 03040a010035 0f0b6c61622e6578616d706c65 0c086c6170746f702d36 511703ffff 6c6170746f702d362e6c61622e6578616d706c65 ff";
/// REQUEST of `dhclient -6`.
pub const REQUEST6: &str = "03d70197 0001000e00010001329b285f02000000000c 0002000e00010001329b285a020000000053 0006000400170018 000800020000 0027001700086c6170746f702d36036c6162076578616d706c6500 000300280000000c00000e1000001518 00050018fd01000000000000000000000000010300001c2000001d4c";
/// What dnsmasq says to it.
pub const REPLY6: &str = "07d70197 0001000e00010001329b285f02000000000c 0002000e00010001329b285a020000000053 000300280000000c0000070800000c4e 00050018fd01000000000000000000000000010300000e100000 0e10 000d0009000073756363657373 0027001703086c6170746f702d36036c6162076578616d706c6500";

/// A UDP packet.
pub fn udp(from: (&str, u16), to: (&str, u16), payload: &[u8]) -> Vec<u8> {
    let builder = match (from.0.parse().unwrap(), to.0.parse().unwrap()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            PacketBuilder::ipv4(source.octets(), destination.octets(), 64)
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            PacketBuilder::ipv6(source.octets(), destination.octets(), 64)
        }
        _ => unreachable!(),
    };
    let mut packet = Vec::new();
    builder.udp(from.1, to.1).write(&mut packet, payload).unwrap();
    packet
}

/// Bytes written in hexadecimal with spaces.
fn bytes(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.replace(' ', "").as_bytes()).unwrap()
}

/// A DHCP message of transaction 1; a server gives 10.1.0.105.
pub fn v4((from, to): Way, op: u8, mac: Mac, options: &str) -> Vec<u8> {
    let mut message = vec![op, 1, 6, 0, 0, 0, 0, 1];
    message.resize(16, 0);
    message.extend(if op == 1 { [0; 4] } else { [10, 1, 0, 105] });
    message.resize(28, 0);
    message.extend(mac);
    message.resize(236, 0);
    message.extend([99, 130, 83, 99]);
    udp(from, to, &[message, bytes(options)].concat())
}

/// A DHCPv6 message.
pub fn v6((from, to): Way, message: &str) -> Vec<u8> {
    udp(from, to, &bytes(message))
}

/// A message in a RELAY-FORW (12) or RELAY-REPL (13).
pub fn relayed(kind: u8, message: &str) -> String {
    format!("{kind:02x}00{}0009{:04x}{message}", "00".repeat(32), bytes(message).len())
}

/// Where the message begins in a packet.
const MESSAGE: usize = 28;

fn changed(mut packet: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    packet[MESSAGE + at..][..bytes.len()].copy_from_slice(bytes);
    packet
}

pub fn transaction(packet: Vec<u8>, number: u8) -> Vec<u8> {
    changed(packet, 7, &[number])
}

pub fn ciaddr(packet: Vec<u8>, address: [u8; 4]) -> Vec<u8> {
    changed(packet, 12, &address)
}

pub fn yiaddr(packet: Vec<u8>, address: [u8; 4]) -> Vec<u8> {
    changed(packet, 16, &address)
}

pub fn cookie(packet: Vec<u8>) -> Vec<u8> {
    changed(packet, 236, &[99, 130, 83, 98])
}
