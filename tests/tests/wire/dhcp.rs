use std::process::Command;

use dns_monitor::identity::{
    assignment::{Change, Source},
    dhcp::{Dhcp, DhcpReason, Taps},
    feed::{Learned, feed},
};
use dns_monitor_tests::{
    address::{self, Network},
    namespace::{Namespace, succeed},
    wait,
};

use super::{Hosts, Running, dnsmasq, mac, wait_assigned, wait_change, write};

/// A DHCP server on `host`, for both families.
fn server(hosts: &Hosts, host: &Namespace) -> Running {
    let leases = format!("--dhcp-leasefile={}", hosts.file("leases").display());
    let ranges = ["--dhcp-range=10.53.0.150,10.53.0.160,1h", "--dhcp-range=fd53::150,fd53::160,64,1h"];
    let server = dnsmasq(
        host,
        &[
            "--port=0",
            "--interface=eth0",
            "--bind-interfaces",
            "--no-ping",
            "--domain=lab.example",
            "--dhcp-authoritative",
            &leases,
            ranges[0],
            ranges[1],
        ],
    );
    wait::until("the DHCP server listens", || {
        let sockets = succeed(host.command("ss").args(["--udp", "--listening", "--numeric"]))?;
        Ok((sockets.contains(":67 ") && sockets.contains(":547 ")).then_some(()))
    })
    .unwrap();
    server
}

fn udhcpc(host: &Namespace, arguments: &[&str]) -> Command {
    let mut command = host.command("udhcpc");
    command.args(["-i", "eth0", "-n", "-q", "-f", "-s", "/bin/true", "-t", "10", "-T", "1"]).args(arguments);
    command
}

fn dhclient(hosts: &Hosts, host: &Namespace, arguments: &[&str]) -> Command {
    let config = write(
        hosts,
        "dhclient.conf",
        "send host-name \"laptop-6\"; send fqdn.fqdn \"laptop-6.lab.example\";\n",
    );
    let files = ["-lf", "-pf"].map(|option| [option.into(), hosts.file(option).display().to_string()]);
    let mut command = host.command("dhclient");
    command.args(["-cf", &config, "-sf", "/bin/true"]).args(files.concat()).args(arguments).arg("eth0");
    command
}

fn start(host: &Namespace) -> (Dhcp, Learned) {
    let (feed, learned) = feed();
    let interfaces = ["eth0".to_owned(), "not-yet".to_owned()];
    (
        host.inside(|| Taps::open(&interfaces).and_then(|taps| Dhcp::start(taps, feed))).unwrap().unwrap(),
        learned,
    )
}

#[test]
fn what_a_dhcp_server_on_this_host_gives_is_known() {
    let hosts = Hosts::new();
    let (resolver, client) = (hosts.resolver(), hosts.client(0));
    let _server = server(&hosts, resolver);
    let (dhcp, learned) = start(resolver);
    let laptop = Some(mac(client));

    succeed(&mut udhcpc(client, &["-x", "hostname:laptop-17"])).unwrap();
    let first = wait_assigned(&learned, |_| true);
    assert_eq!((first.name.as_deref(), first.mac, first.source), (Some("laptop-17"), laptop, Source::Dhcp));
    assert!(first.address.to_string().starts_with("10.53.0.15"), "{}", first.address);
    assert_eq!(first.until, Some(first.from + 3600 * 1_000_000_000));

    succeed(&mut udhcpc(client, &["-F", "laptop-18.lab.example"])).unwrap();
    let second = wait_assigned(&learned, |_| true);
    assert_eq!((second.name.as_deref(), second.mac), (Some("laptop-18.lab.example"), laptop));

    wait::until("the link-local address may be used", || {
        let addresses = super::ip(client, "-6 address show dev eth0 scope link");
        Ok((addresses.contains("fe80:") && !addresses.contains("tentative")).then_some(()))
    })
    .unwrap();
    succeed(&mut dhclient(&hosts, client, &["-6", "-1"])).unwrap();
    let sixth = wait_assigned(&learned, |_| true);
    assert_eq!((sixth.name.as_deref(), sixth.mac), (Some("laptop-6.lab.example"), laptop));
    assert!(sixth.address.to_string().starts_with("fd53::15"), "{}", sixth.address);
    succeed(&mut dhclient(&hosts, client, &["-6", "-r"])).unwrap();
    let ended = wait_change(&learned, |change| match change {
        Change::Ended { address, source: Source::Dhcp, .. } => Some(address),
        _ => None,
    });
    assert_eq!(ended, sixth.address);
    let tally = dhcp.tally();
    assert_eq!((tally.lost(), tally.held()), (0, 0), "{tally}");
    assert!(tally.count(DhcpReason::Other) > 0, "{tally}");
}

#[test]
fn a_release_ends_it() {
    let hosts = Hosts::new();
    let (resolver, client) = (hosts.resolver(), hosts.client(0));
    let _server = server(&hosts, resolver);
    let (_dhcp, learned) = start(resolver);
    succeed(&mut dhclient(&hosts, client, &["-4", "-1"])).unwrap();
    let assigned = wait_assigned(&learned, |_| true);
    assert_eq!((assigned.name.as_deref(), assigned.mac), (Some("laptop-6.lab.example"), Some(mac(client))));
    succeed(&mut dhclient(&hosts, client, &["-4", "-r"])).unwrap();
    let ended = wait_change(&learned, |change| match change {
        Change::Ended { address, at, source: Source::Dhcp } => Some((address, at)),
        _ => None,
    });
    assert_eq!(ended.0, assigned.address);
    assert!(ended.1 > assigned.from);
}

#[test]
fn an_interface_that_goes_and_comes_back_is_read_again() {
    let hosts = Hosts::new();
    let (resolver, client) = (hosts.resolver(), hosts.client(0));
    let (dhcp, learned) = start(resolver);
    super::ip(resolver, "link set eth0 down");
    super::ip(resolver, "link set eth0 up");
    let _server = server(&hosts, resolver);
    let before = dhcp.tally().seen();
    wait::until("DHCP is seen again", || {
        succeed(&mut udhcpc(client, &["-x", "hostname:laptop-17"]))?;
        Ok((dhcp.tally().seen() > before).then_some(()))
    })
    .unwrap();
    let assigned =
        wait_assigned(&learned, |assigned| assigned.address != address::client(0, Network::Plain).v4);
    assert_eq!(assigned.mac, Some(mac(client)));
}
