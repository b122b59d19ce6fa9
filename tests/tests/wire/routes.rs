use std::net::IpAddr;

use dns_monitor::{
    identity::{
        link::{Link, LinkReason, OnLink},
        routes::Routes,
    },
    sample::{Direction, Mac, Packet, Transport},
    source::kernel::interface,
    track::lookup::Peer,
};
use dns_monitor_tests::{
    address::{self, Family, Network},
    wait,
};

use super::{Hosts, ip, mac};

const FAR: &str = "192.0.2.9";

/// A packet of a query.
fn packet(interface: u32, source: IpAddr, mac: Mac) -> Packet {
    Packet {
        time: 1,
        interface,
        direction: Direction::In,
        transport: Transport::Udp,
        source,
        destination: address::resolver(Network::Plain).v4.into(),
        source_port: 1024,
        destination_port: 53,
        source_mac: Some(mac),
        destination_mac: None,
        outer_vlan: None,
        inner_vlan: None,
        judged: None,
    }
}

/// Waits until the interface reaches the address as expected.
fn wait_reaches(routes: &Routes, interface: u32, address: &str, expected: bool) -> OnLink {
    let address: IpAddr = address.parse().unwrap();
    wait::until("the change of the routes is seen", || {
        Ok(routes.take().filter(|on_link| on_link.reaches(interface, false, address) == Some(expected)))
    })
    .unwrap()
}

#[test]
fn networks_on_the_link_are_known_and_followed() {
    let hosts = Hosts::new();
    let resolver = hosts.resolver();
    let eth0 = resolver.inside(|| interface::index("eth0").unwrap()).unwrap();
    let routes = resolver.inside(Routes::start).unwrap().unwrap();
    let first = routes.take().unwrap();
    assert_eq!(routes.take(), None, "nothing has changed");
    for family in [Family::V4, Family::V6] {
        let client = |network| address::client(0, network).of(family);
        assert_eq!(first.reaches(eth0, false, client(Network::Plain)), Some(true));
        // The VLANs of the laboratory are none to the kernel.
        assert_eq!(first.reaches(eth0, true, client(Network::Vlan)), None);
        assert_eq!(first.reaches(eth0, false, client(Network::Vlan)), Some(false));
    }
    assert_eq!(first.reaches(eth0, false, FAR.parse().unwrap()), Some(false));
    assert_eq!(first.reaches(eth0, false, "fe80::1".parse().unwrap()), Some(true));

    ip(resolver, "route add 192.0.2.0/24 via 10.53.0.10");
    ip(resolver, "address add 198.51.100.1/24 dev eth0");
    let second = wait_reaches(&routes, eth0, "198.51.100.9", true);
    assert_eq!(second.reaches(eth0, false, FAR.parse().unwrap()), Some(false), "behind a gateway");
    ip(resolver, "address del 198.51.100.1/24 dev eth0");
    wait_reaches(&routes, eth0, "198.51.100.9", false);
    // A change of the link alone: the routes of IPv4 go without a word.
    let client = address::client(0, Network::Plain).v4.to_string();
    ip(resolver, "link set eth0 down");
    wait::until("the networks are gone", || {
        let gone = |on_link: OnLink| on_link.reaches(eth0, false, client.parse().ok()?);
        Ok(routes.take().filter(|on_link| gone(on_link.clone()) != Some(true)))
    })
    .unwrap();
}

#[test]
fn an_interface_on_top_of_another_shares_its_wire() {
    let hosts = Hosts::new();
    let resolver = hosts.resolver();
    let eth0 = resolver.inside(|| interface::index("eth0").unwrap()).unwrap();
    let routes = resolver.inside(Routes::start).unwrap().unwrap();
    ip(resolver, "link add on-top link eth0 type macvlan mode bridge");
    ip(resolver, "address add 198.51.100.1/24 dev on-top");
    ip(resolver, "link set on-top up");
    wait_reaches(&routes, eth0, "198.51.100.9", true);
}

#[test]
fn a_clients_mac_is_its_own_and_a_routers_is_nobodys() {
    let hosts = Hosts::new();
    let resolver = hosts.resolver();
    let eth0 = resolver.inside(|| interface::index("eth0").unwrap()).unwrap();
    let routes = resolver.inside(Routes::start).unwrap().unwrap();
    let mut link = Link::default();
    link.set_on_link(routes.take().unwrap());
    let (host, router) = (mac(hosts.client(0)), mac(hosts.client(1)));
    let client = address::client(0, Network::Plain);
    for (ip, mac, expected) in [
        (IpAddr::from(client.v4), host, Some(host)),
        (IpAddr::from(client.v6), host, Some(host)),
        (FAR.parse().unwrap(), router, None),
    ] {
        assert_eq!(
            link.mac(&packet(eth0, ip, mac), &Peer { ip, port: 1024, mac: Some(mac) }),
            expected,
            "{ip}"
        );
    }
    assert_eq!(link.tally().count(LinkReason::OffLink), 1);
}
