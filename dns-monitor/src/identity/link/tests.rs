//! Sightings in, MACs out.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Link, LinkReason, MAX_IPV4, MAX_IPV6, MAX_MACS, MAX_ROUTERS, OnLink, ROUTER_FOR, WINDOW, Wire};
use crate::{
    sample::{Mac, Packet},
    track::lookup::Peer,
};

const HOST: Mac = [2, 0, 0, 0, 0, 1];
const ROUTER: Mac = [2, 0, 0, 0, 0, 2];

fn on_link(networks: &[(u32, &str)]) -> OnLink {
    let wire = |interface: u32| {
        let of_it = networks.iter().filter(|(on, _)| *on == interface);
        let networks = of_it.map(|(_, network)| network.parse().unwrap()).collect();
        Wire { interfaces: vec![interface], networks, vlans: false }
    };
    OnLink::new((1..=4).rev().map(wire))
}

/// Asks for the MAC of the source of a packet.
fn see(link: &mut Link, time: u64, interface: u32, ip: IpAddr, mac: Mac) -> Option<Mac> {
    let packet = Packet {
        time,
        interface,
        source: ip,
        destination: v4(53),
        source_mac: Some(mac),
        ..Packet::example()
    };
    link.mac(&packet, &Peer { ip, port: 1024, mac: Some(mac) })
}

fn v4(number: usize) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0000 + u32::try_from(number).unwrap()).into()
}

fn v6(number: usize) -> IpAddr {
    Ipv6Addr::from_bits((0xfd53 << 112) + u128::try_from(number).unwrap()).into()
}

fn mac(number: usize) -> Mac {
    let [.., a, b, c, d] = number.to_be_bytes();
    [2, 1, a, b, c, d]
}

/// A link that knows of one router.
fn with_router(time: u64) -> Link {
    let mut link = Link::default();
    for number in 0..=MAX_IPV4 {
        see(&mut link, time, 1, v4(number), ROUTER);
    }
    assert_eq!(see(&mut link, time, 1, v4(0), ROUTER), None);
    link
}

#[test]
fn what_is_not_on_the_link_came_through_a_router() {
    let mut link = Link::default();
    link.set_on_link(on_link(&[
        (1, "10.53.0.0/24"),
        (1, "fd53::/64"),
        (1, "fe80::/64"),
        (1, "10.53.0.128/25"),
        (2, "10.54.0.0/16"),
        (3, "192.0.2.1"),
        (3, "2001:db8::/32"),
        (4, "0.0.0.0/0"),
    ]));
    for (number, (interface, address, expected)) in [
        (1, "10.53.0.10", true),
        (1, "::ffff:10.53.0.10", true),
        (1, "fd53::10", true),
        (1, "fe80::10", true),
        (1, "10.53.1.10", false),
        (1, "10.54.0.10", false),
        (1, "fd53:0:0:1::10", false),
        (2, "10.54.255.10", true),
        (2, "10.53.0.10", false),
        (2, "fd53::10", false),
        (3, "192.0.2.1", true),
        (3, "192.0.2.2", false),
        (3, "2001:db8:ffff::1", true),
        (3, "2001:db9::1", false),
        (4, "198.51.100.1", true),
        (4, "2001:db8::1", false),
        (9, "198.51.100.1", true), // of an interface without networks nothing is known
    ]
    .into_iter()
    .enumerate()
    {
        let mac = mac(number);
        let found = see(&mut link, 0, interface, address.parse().unwrap(), mac);
        assert_eq!(found, expected.then_some(mac), "{address} on {interface}");
    }
    assert_eq!(link.tally().count(LinkReason::OffLink), 8);
    assert_eq!((link.tally().emitted(), link.tally().held()), (9, 0));
}

#[test]
fn interfaces_on_one_wire_share_its_networks() {
    let networks = ["10.1.0.0/16", "10.2.0.0/16"].map(|network| network.parse().unwrap()).to_vec();
    let wire = |interfaces, networks, vlans| Wire { interfaces, networks, vlans };
    let on_link = OnLink::new([
        wire(vec![5, 2], networks.clone(), true),
        wire(vec![3], Vec::new(), true),
        wire(vec![7], networks, false),
    ]);
    let (near, far) = (v4(0x2_0001), v4(0x3_0001));
    for (interface, tagged, address, expected) in [
        (2, false, near, Some(true)),
        (2, true, near, Some(true)),
        (5, false, near, Some(true)),
        (5, false, far, Some(false)),
        (5, true, far, Some(false)),
        (7, false, far, Some(false)),
        (7, true, near, Some(true)),
        (7, true, far, None), // the host has no VLAN there: nothing is known of what is behind the tag
        (3, false, near, None),
        (4, false, near, None),
    ] {
        assert_eq!(on_link.reaches(interface, tagged, address), expected, "{interface} {tagged} {address}");
    }
}

#[test]
fn a_mac_of_many_addresses_is_a_routers() {
    let privacy =
        ["fe80::1", "fd53::1", "fd53::a1", "fd53::a2", "2001:db8::1", "2001:db8::a1", "2001:db8::a2"];
    let mixed = |fours, sixes| (0..fours).map(v4).chain((0..sixes).map(v6)).collect::<Vec<_>>();
    for (what, addresses, expected) in [
        ("one address", vec![v4(1); 100], true),
        ("secondary addresses", mixed(MAX_IPV4, 0), true),
        ("one more", mixed(MAX_IPV4 + 1, 0), false),
        ("dual stack, temporary addresses", privacy.map(|text| text.parse().unwrap()).to_vec(), true),
        ("all that a host may have", mixed(MAX_IPV4, MAX_IPV6), true),
        ("one IPv6 address more", mixed(1, MAX_IPV6 + 1), false),
        ("IPv4 in its IPv6 form is the same", [v4(1), "::ffff:10.0.0.1".parse().unwrap()].repeat(9), true),
    ] {
        let mut link = Link::default();
        let (last, before) = addresses.split_last().unwrap();
        for address in before {
            assert_eq!(see(&mut link, 0, 1, *address, HOST), Some(HOST), "{what}: {address}");
        }
        assert_eq!(see(&mut link, 0, 1, *last, HOST), expected.then_some(HOST), "{what}");
        assert_eq!(
            see(&mut link, 0, 1, addresses[0], HOST),
            expected.then_some(HOST),
            "{what}: the first again"
        );
        assert_eq!(see(&mut link, 0, 1, v4(99), ROUTER), Some(ROUTER), "{what}: another MAC");
    }
}

#[test]
fn the_internet_gives_the_router_away_and_on_the_link_it_stays_one() {
    let mut link = Link::default();
    link.set_on_link(on_link(&[(1, "10.0.0.0/8")]));
    for server in ["198.51.100.1", "198.51.100.2", "203.0.113.1", "192.0.2.1"] {
        assert_eq!(see(&mut link, 0, 1, server.parse().unwrap(), ROUTER), None);
    }
    // Proxy ARP, or a forged source.
    assert_eq!(see(&mut link, 0, 1, v4(1), ROUTER), None);
    assert_eq!(link.tally().count(LinkReason::Router), 1);
}

#[test]
fn addresses_that_come_one_after_another_do_not_make_a_router() {
    let mut link = Link::default();
    for number in 0..1000 {
        let time = WINDOW / 2 * number as u64;
        assert_eq!(see(&mut link, time, 1, v4(number), HOST), Some(HOST), "{number}");
    }
}

#[test]
fn a_router_stays_one_for_a_day_at_least() {
    let mut link = with_router(5);
    assert_eq!(see(&mut link, 5 + ROUTER_FOR - 1, 1, v4(0), ROUTER), None);
    // A day with three addresses: it is none any more.
    assert_eq!(see(&mut link, 5 + ROUTER_FOR, 1, v4(0), ROUTER), Some(ROUTER));

    let mut link = with_router(5);
    for number in 0..=MAX_IPV4 {
        see(&mut link, 6, 1, v4(number), ROUTER);
    }
    assert_eq!(see(&mut link, 5 + ROUTER_FOR, 1, v4(0), ROUTER), None, "a day with four: another one");
    assert_eq!(see(&mut link, 5 + 2 * ROUTER_FOR, 1, v4(0), ROUTER), Some(ROUTER));
}

#[test]
fn time_that_goes_backwards_changes_nothing() {
    let mut link = with_router(ROUTER_FOR);
    assert_eq!(see(&mut link, 0, 1, v4(0), ROUTER), None);
    assert_eq!(see(&mut link, 0, 1, v4(0), HOST), Some(HOST));
}

#[test]
fn a_flood_of_macs_is_bounded_and_leaves_the_routers() {
    let mut link = with_router(0);
    for number in 0..2 * MAX_MACS {
        assert_eq!(see(&mut link, 1, 1, v4(number), mac(number)), Some(mac(number)));
    }
    assert_eq!(link.tally().count(LinkReason::ForgottenMac), MAX_MACS as u64);
    assert_eq!(see(&mut link, 1, 1, v4(0), ROUTER), None);
}

#[test]
fn a_flood_of_routers_leaves_the_one_that_is_used() {
    let mut link = with_router(0);
    for number in 0..2 * MAX_ROUTERS {
        for address in 0..=MAX_IPV4 {
            see(&mut link, 1, 1, v4(address), mac(number));
        }
        assert_eq!(see(&mut link, 1, 1, v4(0), ROUTER), None, "{number}");
    }
    assert_eq!(link.tally().count(LinkReason::ForgottenRouter), MAX_ROUTERS as u64 + 1);
}

#[test]
fn some_macs_are_no_machines() {
    for (what, mac, expected) in [
        ("a machine", HOST, true),
        ("loopback", [0; 6], false),
        ("broadcast", [0xff; 6], false),
        ("a group", [1, 0, 0x5e, 0, 0, 1], false),
        ("VRRP for IPv4", [0, 0, 0x5e, 0, 1, 7], false),
        ("VRRP for IPv6", [0, 0, 0x5e, 0, 2, 7], false),
        ("of the same block", [0, 0, 0x5e, 0, 3, 7], true),
    ] {
        assert_eq!(see(&mut Link::default(), 0, 1, v4(1), mac).is_some(), expected, "{what}");
    }
}
