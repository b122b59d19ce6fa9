//! Whether collectors are looked up by the resolver that is watched: whoever runs it should know.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
};

use nix::ifaddrs::getifaddrs;

use crate::{config::Output, log};

/// The stub of systemd-resolved, which is no resolver but asks one.
const STUBS: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 0, 0, 53), Ipv4Addr::new(127, 0, 0, 54)];
const UPSTREAM: &str = "/run/systemd/resolve/resolv.conf";

/// Warns where a collector has a name, and this host asks itself about names.
pub fn warn(outputs: &[Output]) {
    let names: Vec<_> = outputs.iter().flat_map(named).collect();
    if names.is_empty() {
        return;
    }
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let mut servers = servers(&read("/etc/resolv.conf"));
    if servers.iter().any(|server| STUBS.iter().any(|stub| server == stub)) {
        servers = self::servers(&read(UPSTREAM));
    }
    let own = own();
    let is_own = |address: &IpAddr| address.is_loopback() || own.contains(address);
    if let Some(server) = servers.into_iter().find(is_own) {
        for told in warnings(&names, &read("/etc/hosts"), server) {
            log::warn(format_args!("{told}"));
        }
    }
}

/// The outputs whose collector has a name: both.
fn named(output: &Output) -> Vec<(&str, String)> {
    output.needs().names.into_iter().map(|host| (output.name.as_str(), host)).collect()
}

/// What to say of names that the hosts file does not have.
fn warnings(names: &[(&str, String)], hosts: &str, server: IpAddr) -> Vec<String> {
    let known = |host: &str| {
        let lines = hosts.lines().map(|line| line.split('#').next().unwrap_or_default());
        lines.flat_map(|line| line.split_whitespace().skip(1)).any(|name| name.eq_ignore_ascii_case(host))
    };
    let told = |(output, host): &(&str, String)| {
        format!(
            "output {output}: {host} is looked up at {server}, which is this host: where that is the resolver that is \
             watched, its events wait while it fails, and the lookups are events too. Give an address, or put the name \
             into /etc/hosts"
        )
    };
    names.iter().filter(|(_, host)| !known(host)).map(told).collect()
}

/// The servers of a resolv.conf; this host where it names none (resolv.conf(5)).
fn servers(text: &str) -> Vec<IpAddr> {
    let server = |line: &str| {
        let mut words = line.split_whitespace();
        let address = words.next().filter(|word| *word == "nameserver").and(words.next())?;
        address.split('%').next()?.parse().ok()
    };
    let servers: Vec<_> = text.lines().filter_map(server).collect();
    if servers.is_empty() { vec![Ipv4Addr::LOCALHOST.into()] } else { servers }
}

/// Addresses of this host's interfaces.
fn own() -> Vec<IpAddr> {
    let Ok(interfaces) = getifaddrs() else { return Vec::new() };
    let address = |storage: nix::sys::socket::SockaddrStorage| {
        let v4 = storage.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
        v4.or_else(|| storage.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
    };
    interfaces.filter_map(|interface| address(interface.address?)).collect()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{servers, warnings};

    #[test]
    fn servers_are_read_as_the_c_library_reads_them() {
        let cases: [(&str, &[&str]); 4] = [
            ("", &["127.0.0.1"]),
            (
                "search a\n# nameserver 192.0.2.9\nnameserver 192.0.2.53\n nameserver\t::1 # x\n",
                &["192.0.2.53", "::1"],
            ),
            ("nameserver fe80::1%eth0\n", &["fe80::1"]),
            ("nameserver\nnameservers 192.0.2.1\n", &["127.0.0.1"]),
        ];
        for (text, expected) in cases {
            let expected: Vec<IpAddr> = expected.iter().filter_map(|text| text.parse().ok()).collect();
            assert_eq!(servers(text), expected, "{text}");
        }
    }

    #[test]
    fn what_the_hosts_file_has_is_not_looked_up() {
        let names = [("siem", "siem.example".to_owned()), ("lake", "Lake.example".to_owned())];
        let hosts = "192.0.2.1 x # siem.example\n192.0.2.2 y lake.example\n";
        let told = warnings(&names, hosts, [127, 0, 0, 1].into());
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("output siem: siem.example is looked up at 127.0.0.1,"), "{told:?}");
    }
}
