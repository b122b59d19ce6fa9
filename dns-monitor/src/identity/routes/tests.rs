//! The kernel's tables in, networks on the link out.
#![allow(clippy::unwrap_used, reason = "tests")]

use netlink_packet_route::route::RouteHeader;

use super::*;

fn link(index: u32, attributes: Vec<LinkAttribute>) -> RouteNetlinkMessage {
    let mut link = LinkMessage::default();
    link.header.index = index;
    link.attributes = attributes;
    RouteNetlinkMessage::NewLink(link)
}

/// A VLAN on top of another interface.
fn vlan(index: u32, below: u32) -> RouteNetlinkMessage {
    let kind = LinkAttribute::LinkInfo(vec![LinkInfo::Kind(InfoKind::Vlan)]);
    link(index, vec![LinkAttribute::Link(below), kind])
}

fn route(network: &str, interface: u32, more: Vec<RouteAttribute>) -> RouteMessage {
    let (address, length) = network.split_once('/').unwrap();
    let mut route = RouteMessage::default();
    route.header = RouteHeader {
        destination_prefix_length: length.parse().unwrap(),
        kind: RouteType::Unicast,
        ..RouteHeader::default()
    };
    let address: IpAddr = address.parse().unwrap();
    route.attributes = vec![RouteAttribute::Destination(address.into()), RouteAttribute::Oif(interface)];
    route.attributes.extend(more);
    route
}

fn gateway(address: &str) -> Vec<RouteAttribute> {
    vec![RouteAttribute::Gateway(address.parse::<IpAddr>().unwrap().into())]
}

#[test]
fn routes_without_a_gateway_are_networks_on_the_link() {
    let mut local = route("10.0.0.1/32", 2, Vec::new());
    local.header.kind = RouteType::Local;
    for (what, route, expected) in [
        ("a network", route("10.0.0.0/24", 2, Vec::new()), Some("10.0.0.0/24")),
        ("an IPv6 network", route("fd53::/64", 2, Vec::new()), Some("fd53::/64")),
        ("a gateway beside a /32", route("10.9.9.1/32", 2, Vec::new()), Some("10.9.9.1/32")),
        ("behind a gateway", route("10.1.0.0/16", 2, gateway("10.0.0.254")), None),
        ("behind an IPv6 gateway", route("fd54::/64", 2, gateway("fe80::1")), None),
        ("all zeros is no gateway", route("fd53::/64", 2, gateway("::")), Some("fd53::/64")),
        ("the default of a tunnel", route("0.0.0.0/0", 2, Vec::new()), None),
        ("several ways", route("10.1.0.0/16", 2, vec![RouteAttribute::MultiPath(Vec::new())]), None),
        ("an address of our own", local, None),
    ] {
        let expected = expected.map(|network| (2, network.parse().unwrap()));
        assert_eq!(network(&route), expected, "{what}");
        let message = RouteNetlinkMessage::DelRoute(route);
        assert_eq!(matters(&message), expected.is_some(), "{what}");
    }
    assert!(matters(&link(2, Vec::new())));
}

#[test]
fn interfaces_on_one_wire_are_one_group() {
    // 1 lo; 2 eth0 with 3 eth0.10 and on that 4 eth0.10.20; 5 br0 with ports 6 and 7, and 8 br0.5; 9 a veth; 10 a
    // tunnel over eth0.
    let links = [
        link(1, Vec::new()),
        vlan(4, 3),
        link(2, Vec::new()),
        vlan(3, 2),
        link(6, vec![LinkAttribute::Controller(5)]),
        link(7, vec![LinkAttribute::Controller(5)]),
        link(5, Vec::new()),
        vlan(8, 5),
        link(9, vec![LinkAttribute::Link(2), LinkAttribute::LinkNetNsId(1)]),
        link(
            10,
            vec![LinkAttribute::Link(2), LinkAttribute::LinkInfo(vec![LinkInfo::Kind(InfoKind::Vxlan)])],
        ),
    ];
    let routes = [("10.2.0.0/24", 4), ("10.5.0.0/24", 5), ("10.8.0.0/24", 8), ("10.9.0.0/24", 9)];
    let routes = routes.map(|(network, on)| RouteNetlinkMessage::NewRoute(route(network, on, Vec::new())));
    let on_link = on_link(&links, &routes);
    for (interface, reached) in [
        (1, None),
        (2, Some([true, false, false, false])),
        (3, Some([true, false, false, false])),
        (4, Some([true, false, false, false])),
        (5, Some([false, true, true, false])),
        (6, Some([false, true, true, false])),
        (7, Some([false, true, true, false])),
        (8, Some([false, true, true, false])),
        (10, None),
    ] {
        let addresses = ["10.2.0.1", "10.5.0.1", "10.8.0.1", "10.9.0.1"];
        let found = addresses.map(|address| on_link.reaches(interface, true, address.parse().unwrap()));
        assert_eq!(found, reached.map_or([None; 4], |reached| reached.map(Some)), "{interface}");
    }
    assert_eq!(on_link.reaches(9, false, "10.2.0.1".parse().unwrap()), Some(false));
    assert_eq!(on_link.reaches(9, true, "10.2.0.1".parse().unwrap()), None);
}
