use std::net::SocketAddr;

use dns_monitor::identity::{
    assignment::Source,
    feed::feed,
    ptr::{Ptr, PtrReason},
};
use dns_monitor_tests::{address::Addresses, named::Named, topology::add_addresses, wait, zones::Zone};

use super::{Hosts, wait_assigned};

const SERVER: Addresses = Addresses::new(250, 53);

fn zones() -> [Zone; 2] {
    let head =
        "$TTL 600\n@ SOA ns.lab.example. hostmaster.lab.example. 1 3600 600 86400 60\n@ NS ns.lab.example.\n";
    [
        // The second is an alias, as where a network is delegated in parts (RFC 2317).
        Zone {
            origin: "0.53.10.in-addr.arpa.",
            text: format!(
                "{head}10 PTR Laptop-17.lab.example.\n11 CNAME 11.0-31\n11.0-31 PTR laptop-18.lab.example.\n"
            ),
        },
        Zone {
            origin: "0.0.0.0.0.0.0.0.0.0.0.0.3.5.d.f.ip6.arpa.",
            text: format!("{head}a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 PTR laptop-6.lab.example.\n"),
        },
    ]
}

#[test]
fn private_addresses_have_the_names_of_their_zones() {
    let hosts = Hosts::new();
    let resolver = hosts.resolver();
    add_addresses(resolver, "lo", SERVER).unwrap();
    let mut named = Named::authoritative(resolver, &hosts.file("reverse"), SERVER, &zones()).unwrap();
    let server = SocketAddr::new(SERVER.v4.into(), 53);
    wait::until("the reverse zone is served", || {
        named.check()?;
        let mut dig = resolver.command("dig");
        let output =
            dig.args(["+short", "+tries=1", "+timeout=1", "@10.53.250.53", "-x", "10.53.0.10"]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).contains("Laptop").then_some(()))
    })
    .unwrap();
    let (feed, learned) = feed();
    let mut ptr = resolver.inside(|| Ptr::start(server, feed)).unwrap().unwrap();
    for (address, name) in [
        ("10.53.0.10", "laptop-17.lab.example"),
        ("10.53.0.11", "laptop-18.lab.example"),
        ("fd53::a", "laptop-6.lab.example"),
    ] {
        ptr.ask(address.parse().unwrap(), 5);
        let assigned = wait_assigned(&learned, |_| true);
        assert_eq!((assigned.address.to_string().as_str(), assigned.name.as_deref()), (address, Some(name)));
        assert_eq!((assigned.from, assigned.mac, assigned.source), (5, None, Source::Ptr));
    }
    for (address, reason) in [("10.53.0.12", PtrReason::NoName), ("10.99.0.1", PtrReason::NoAnswer)] {
        ptr.ask(address.parse().unwrap(), 5);
        wait::until(address, || Ok((ptr.tally().count(reason) == 1).then_some(()))).unwrap();
    }
    let queries = named.query_log().unwrap();
    for address in ["192.0.2.1", "2001:db8::1", "10.53.0.10", "10.53.0.12"] {
        ptr.ask(address.parse().unwrap(), 6);
    }
    ptr.ask("10.53.0.13".parse().unwrap(), 6);
    wait::until(
        "the last one is asked for",
        || Ok((ptr.tally().count(PtrReason::NoName) == 2).then_some(())),
    )
    .unwrap();
    let later = named.query_log().unwrap();
    let new = later.strip_prefix(&queries).unwrap();
    assert_eq!(new.lines().count(), 1, "public addresses and those that are known are not asked for:\n{new}");
    // Every query came from the address that we call our own.
    for line in later.lines().filter(|line| line.contains("12.0.53.10.in-addr.arpa")) {
        let from = line.split(' ').find_map(|word| word.split_once('#')).unwrap();
        assert!(ptr.is_own(from.0.parse().unwrap(), from.1.parse().unwrap()), "{line}");
    }
}
