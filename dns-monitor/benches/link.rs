//! What it costs to tell a machine's MAC from a router's, in ns a lookup: the least of some rounds. Prints a Markdown
//! table.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::{
    hint::black_box,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::Instant,
};

use dns_monitor::{
    identity::link::{Link, OnLink, Wire},
    rules::condition::network::Prefix,
    sample::{Direction, Mac, Packet, Transport},
    track::lookup::Peer,
};

/// Packets in a round.
const PACKETS: usize = 1 << 16;
const ROUNDS: usize = 40;
const ETH0: u32 = 2;

fn main() {
    println!("| clients | live, ns | replay, ns |\n|---|---:|---:|");
    let host = |number: usize| (v4(number), mac(number));
    let six = |number: usize| (v6(number), mac(number));
    for (what, packets) in [
        ("1 on the link", packets(|_| host(7))),
        ("200 on the link, IPv4", packets(|number| host(scatter(number) % 200))),
        ("200 on the link, IPv6", packets(|number| six(scatter(number) % 200))),
        ("10,000 on the link", packets(|number| host(scatter(number) % 10_000))),
        ("60,000 behind one router", packets(|number| (far(scatter(number) % 60_000), mac(0)))),
        ("flood of MACs, each once", packets(|number| host(number << 8 | 1))),
    ] {
        println!(
            "| {what} | {:.1} | {:.1} |",
            least(&packets, on_link()),
            least(&packets, OnLink::default())
        );
    }
}

/// Two networks of the interface, one on a VLAN, and link-local addresses.
fn on_link() -> OnLink {
    let network = |address: IpAddr, length| Prefix::around(address, length);
    let networks =
        [network(v4(0), 8), network(v4(1 << 23), 16), network(v6(0), 64), network(LOCAL.into(), 64)];
    OnLink::new([Wire {
        interfaces: vec![ETH0, 3],
        networks: networks.into_iter().flatten().collect(),
        vlans: true,
    }])
}

const LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);

fn least(packets: &[(Packet, Peer)], on_link: OnLink) -> f64 {
    let mut link = Link::default();
    link.set_on_link(on_link);
    let mut least = f64::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for (packet, peer) in packets {
            black_box(link.mac(packet, peer));
        }
        least = least.min(start.elapsed().as_nanos() as f64 / packets.len() as f64);
    }
    least
}

fn packets(client: impl Fn(usize) -> (IpAddr, Mac)) -> Vec<(Packet, Peer)> {
    let packet = |number| {
        let (source, mac) = client(number);
        let packet = Packet {
            time: 1_764_000_000_000_000_000 + number as u64,
            interface: ETH0,
            direction: Direction::In,
            transport: Transport::Udp,
            source,
            destination: v4(53),
            source_port: 1024,
            destination_port: 53,
            source_mac: Some(mac),
            destination_mac: Some([2; 6]),
            outer_vlan: None,
            inner_vlan: None,
            judged: None,
        };
        (packet, Peer { ip: source, port: 1024, mac: Some(mac) })
    };
    (0..PACKETS).map(packet).collect()
}

/// The same numbers in an order that no cache expects.
fn scatter(number: usize) -> usize {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

fn v4(number: usize) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0000 | number as u32 & 0xff_ffff).into()
}

fn far(number: usize) -> IpAddr {
    Ipv4Addr::from_bits(0xac10_0000 | number as u32 & 0xf_ffff).into()
}

fn v6(number: usize) -> IpAddr {
    Ipv6Addr::from_bits(0xfd53 << 112 | number as u128).into()
}

fn mac(number: usize) -> Mac {
    let [.., a, b, c, d] = number.to_be_bytes();
    [2, 0, a, b, c, d]
}
