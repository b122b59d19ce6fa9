//! Real DHCP servers give leases to a real client: their own files say who it was.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    net::IpAddr,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::Result;
use dns_monitor::{
    config::{Identity, Leases},
    identity::{
        feed::{Learned, feed},
        follow::{Follower, read},
        history::History,
        lease::Format,
    },
};
use dns_monitor_tests::{
    dhcp::{DhcpLab, Kind, POOL},
    wait,
};

const SECOND: u64 = 1_000_000_000;

/// Somebody who follows the file of a server.
struct Watcher {
    history: History,
    follower: Follower,
    learned: Learned,
}

impl Watcher {
    fn new(path: &Path) -> Self {
        let mut history = History::new(&Identity::default());
        let (feed, learned) = feed();
        let follower = Follower::start(&leases(path), feed, &mut history).unwrap();
        Self { history, follower, learned }
    }

    /// Waits until somebody of this name is known; returns the address and the MAC.
    fn find(&mut self, name: &str) -> Result<(IpAddr, String)> {
        wait::until(&format!("the lease of {name}"), || {
            self.learned.poll(&mut self.history);
            Ok(holder(&self.history, name, now()))
        })
    }

    /// Waits until nobody is known to have the address.
    fn is_free(&mut self, address: IpAddr) -> Result<()> {
        wait::until(&format!("the end of the lease of {address}"), || {
            self.learned.poll(&mut self.history);
            Ok(self.history.at(address, now()).name.is_none().then_some(()))
        })
    }
}

fn leases(path: &Path) -> [Leases; 1] {
    [Leases { path: path.to_owned(), format: Format::Auto, zone: None, lease_time: None }]
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos().try_into().unwrap()
}

/// Who has this name at that time.
fn holder(history: &History, name: &str, time: u64) -> Option<(IpAddr, String)> {
    let [first, last] = POOL.map(|address| address.parse::<std::net::Ipv4Addr>().unwrap().to_bits());
    (first..=last).map(|bits| IpAddr::from(std::net::Ipv4Addr::from_bits(bits))).find_map(|address| {
        let machine = history.at(address, time);
        let mac = machine.mac?.map(|byte| format!("{byte:02x}")).join(":");
        (machine.name == Some(name)).then_some((address, mac))
    })
}

/// A server that is followed from before its file is there.
fn lab(kind: Kind) -> (DhcpLab, Watcher) {
    let mut watcher = None;
    let lab = DhcpLab::new(kind, |path| watcher = Some(Watcher::new(path))).unwrap();
    (lab, watcher.unwrap())
}

/// A client gets a lease, is known by it, gives it back, and is known to have had it.
fn given_and_given_back(kind: Kind) {
    let (mut lab, mut watcher) = lab(kind);
    lab.ask(0, "laptop-17").unwrap();
    let (address, mac) = watcher.find("laptop-17").unwrap();
    assert_eq!(mac, lab.mac(0).unwrap(), "{kind:?}");
    // Servers write whole seconds: the end must not fall into that of the beginning.
    let then = watcher.history.all(address)[0].from;
    wait::until("two seconds", || Ok((now() > then + 2 * SECOND).then_some(()))).unwrap();
    lab.give_back(0, "laptop-17", address).unwrap();
    watcher.is_free(address).unwrap();
    assert_eq!(watcher.history.at(address, then).name, Some("laptop-17"), "{kind:?}");
    assert_eq!(watcher.follower.tally().lost(), 0, "{}", watcher.follower.tally());
}

#[test]
fn dnsmasq() {
    given_and_given_back(Kind::Dnsmasq);
}

#[test]
fn isc_dhcpd() {
    given_and_given_back(Kind::Isc);
}

#[test]
fn kea() {
    given_and_given_back(Kind::Kea);
}

/// Every second Kea puts its file aside and begins a new one.
#[test]
fn the_clean_up_of_kea_is_followed() {
    let (mut lab, mut watcher) = lab(Kind::Kea);
    lab.ask(0, "before").unwrap();
    watcher.find("before").unwrap();
    let cleaned = PathBuf::from(format!("{}.2", lab.leases().display()));
    wait::until("Kea's clean-up", || Ok(cleaned.exists().then_some(()))).unwrap();
    lab.ask(1, "after").unwrap();
    let after = watcher.find("after").unwrap();
    let before = watcher.find("before").unwrap();
    assert_eq!([before.1, after.1], [lab.mac(0).unwrap(), lab.mac(1).unwrap()]);
    // Who comes later finds the same in what was put aside.
    let mut late = History::new(&Identity::default());
    read(&leases(lab.leases()), &mut late);
    for name in ["before", "after"] {
        assert!(holder(&late, name, now()).is_some(), "{name}");
    }
}
