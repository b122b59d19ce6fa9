use dns_monitor::identity::{assignment::Source, feed::feed, neighbours::Neighbours};
use dns_monitor_tests::{
    address::{self, Network},
    wait::PATIENCE,
};

use super::{Hosts, ip, mac, read_mac, wait_assigned};

#[test]
fn the_neighbour_table_is_told_and_then_its_changes() {
    let hosts = Hosts::new();
    let resolver = hosts.resolver();
    let (client, real) = (address::client(0, Network::Plain), mac(hosts.client(0)));
    ip(resolver, &format!("neigh replace {} lladdr 02:00:00:00:00:77 dev eth0 nud reachable", client.v6));
    let (feed, learned) = feed();
    let neighbours = resolver.inside(|| Neighbours::start(feed)).unwrap().unwrap();

    let before = wait_assigned(&learned, |assigned| assigned.address == client.v6);
    assert_eq!(before.mac, Some(read_mac("02:00:00:00:00:77")), "it was in the table before");
    assert_eq!((before.source, before.until, before.name), (Source::Neighbour, None, None));

    ip(resolver, &format!("neigh replace {} lladdr 02:00:00:00:00:78 dev eth0 nud reachable", client.v6));
    let changed = wait_assigned(&learned, |assigned| assigned.address == client.v6);
    assert_eq!(changed.mac, Some(read_mac("02:00:00:00:00:78")));
    assert!(changed.from > before.from, "{} {}", changed.from, before.from);

    // ARP of its own accord.
    let server = address::resolver(Network::Plain).v4;
    hosts
        .client(0)
        .inside(|| std::net::UdpSocket::bind("0.0.0.0:0")?.send_to(b"x", (server, 9)))
        .unwrap()
        .unwrap();
    let found = wait_assigned(&learned, |assigned| assigned.address == client.v4);
    assert_eq!(found.mac, Some(real));
    drop(neighbours);
    assert_eq!(learned.next(PATIENCE), None, "the thread has ended, and with it the feed");
}
