use std::net::IpAddr;

use dns_monitor::{
    identity::{
        link::{Link, LinkReason, OnLink},
        routes::Routes,
    },
    source::kernel::interface,
};
use dns_monitor_tests::{
    address::{self, Family, Network},
    wait,
};

use super::{Hosts, ip, mac};

const FAR: &str = "192.0.2.9";

/// Waits until the interface reaches the address as expected.
fn wait_reaches(routes: &Routes, interface: u32, address: &str, expected: bool) -> OnLink {
    let address: IpAddr = address.parse().unwrap();
    wait::until("the change of the routes is seen", || {
        Ok(routes.take().filter(|on_link| on_link.reaches(interface, address) == Some(expected)))
    })
    .unwrap()
}

#[test]
fn networks_on_the_link_are_known_and_followed() {
    let hosts = Hosts::new();
    let resolver = hosts.resolver();
    let (eth0, lo) =
        resolver.inside(|| (interface::index("eth0").unwrap(), interface::index("lo").unwrap())).unwrap();
    let routes = resolver.inside(Routes::start).unwrap().unwrap();
    let first = routes.take().unwrap();
    assert_eq!(routes.take(), None, "nothing has changed");
    for (network, family) in Network::ALL.into_iter().flat_map(|n| [Family::V4, Family::V6].map(|f| (n, f))) {
        // Packets of a VLAN are seen on eth0.
        let client = address::client(0, network).of(family);
        assert_eq!(first.reaches(eth0, client), Some(true), "{client}");
    }
    assert_eq!(first.reaches(eth0, FAR.parse().unwrap()), Some(false));
    assert_eq!(first.reaches(eth0, "fe80::1".parse().unwrap()), Some(true));
    assert_eq!(first.reaches(lo, "::1".parse().unwrap()), Some(true));

    ip(resolver, "route add 192.0.2.0/24 via 10.53.0.10");
    ip(resolver, "address add 198.51.100.1/24 dev eth0");
    let second = wait_reaches(&routes, eth0, "198.51.100.9", true);
    assert_eq!(second.reaches(eth0, FAR.parse().unwrap()), Some(false), "behind a gateway");
    ip(resolver, "address del 198.51.100.1/24 dev eth0");
    wait_reaches(&routes, eth0, "198.51.100.9", false);
    ip(resolver, "link set eth0.100 down");
    let vlan = address::client(0, Network::Vlan).v4.to_string();
    wait_reaches(&routes, eth0, &vlan, false);
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
    assert_eq!(link.mac(1, eth0, client.v4.into(), host), Some(host));
    assert_eq!(link.mac(1, eth0, client.v6.into(), host), Some(host));
    assert_eq!(link.mac(1, eth0, FAR.parse().unwrap(), router), None);
    assert_eq!(link.tally().count(LinkReason::OffLink), 1);
}
