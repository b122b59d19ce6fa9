//! What the agent learns of machines from the kernel and the wire: real neighbours, DHCP servers and clients,
//! forwarders and reverse zones.
#![allow(clippy::unwrap_used, reason = "tests")]

mod dhcp;
mod forwarder;
mod neighbours;
mod ptr;
mod routes;

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use dns_monitor::{
    identity::{
        assignment::{Assignment, Change},
        feed::Learned,
    },
    sample::Mac,
};
use dns_monitor_tests::{
    namespace::{Namespace, succeed},
    tag::Tag,
    topology::Topology,
    wait::PATIENCE,
};

/// Hosts on a switch; no servers.
struct Hosts {
    hosts: Topology,
    tag: Tag,
}

impl Hosts {
    fn new() -> Self {
        let tag = Tag::new().unwrap();
        let hosts = Topology::new(tag.name(), &tag.folder()).unwrap();
        Self { hosts, tag }
    }

    fn resolver(&self) -> &Namespace {
        &self.hosts.resolver
    }

    fn client(&self, number: usize) -> &Namespace {
        &self.hosts.clients[number]
    }

    fn file(&self, name: &str) -> PathBuf {
        self.tag.folder().join(name)
    }
}

/// A server that runs until this is dropped.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `ip`.
fn ip(host: &Namespace, arguments: &str) -> String {
    succeed(host.command("ip").args(arguments.split(' '))).unwrap()
}

/// The MAC of a host's eth0.
fn mac(host: &Namespace) -> Mac {
    let text = host.inside(|| {
        let link = ip(host, "-oneline link show eth0");
        link.split("link/ether ").nth(1).and_then(|rest| rest.split(' ').next()).map(str::to_owned)
    });
    read_mac(&text.unwrap().unwrap())
}

fn read_mac(text: &str) -> Mac {
    let bytes: Vec<u8> = text.split(':').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

/// Waits for an assignment that fits; what else is learned is passed over.
fn wait_assigned(learned: &Learned, fits: impl Fn(&Assignment) -> bool) -> Assignment {
    wait_change(learned, |change| match change {
        Change::Assigned(assignment) if fits(&assignment) => Some(assignment),
        _ => None,
    })
}

fn wait_change<T>(learned: &Learned, fits: impl Fn(Change) -> Option<T>) -> T {
    loop {
        let batch = learned.next(PATIENCE).expect("nothing more is learned");
        if let Some(found) = batch.into_iter().find_map(&fits) {
            return found;
        }
    }
}

/// Starts dnsmasq with settings of the command line alone.
fn dnsmasq(host: &Namespace, arguments: &[&str]) -> Running {
    let alone = [
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--pid-file=",
        "--user=root",
    ];
    Running::start(host.command("dnsmasq").args(alone).args(arguments))
}

/// Writes a file of the lab.
fn write(hosts: &Hosts, name: &str, text: &str) -> String {
    let path = hosts.file(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}
