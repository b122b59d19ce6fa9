//! The laboratory itself: machines, servers and a resolver on one Ethernet, and what a run of it leaves.

use std::{path::PathBuf, time::Duration};

use anyhow::{Result, ensure};

use super::{
    crowd::{self, Load, Lookup},
    internet::{Internet, Places},
    plan::{self, CLIENTS, PROVIDERS, SLOTS, TLDS},
    resolver::{self, Variant},
    watch::{Recorder, Watcher},
    wire::Wire,
};
use crate::{
    address::{Addresses, Family},
    dns, lab,
    named::Named,
    namespace::{Namespace, succeed},
    tag::Tag,
    topology::{connect, ip_batch},
    wait,
};

/// A laboratory. The order of the fields is the order of their end.
#[derive(Debug)]
pub struct Site {
    resolver: Named,
    _upstream: Option<Named>,
    _internet: Internet,
    _wires: [Wire; 2],
    hosts: Hosts,
    tag: Tag,
}

#[derive(Debug)]
struct Hosts {
    _switch: Namespace,
    resolver: Namespace,
    clients: Namespace,
    internet: Namespace,
    slow: Namespace,
    upstream: Namespace,
}

/// What a run left: files that are gone with their site, and the clients' account.
#[derive(Debug)]
pub struct Run {
    /// Events.
    pub events: PathBuf,
    /// What the probe wrote.
    pub probe: PathBuf,
    /// What the agent wrote to standard error.
    pub ledger: PathBuf,
    /// The clients' account.
    pub lookups: Vec<Lookup>,
    /// Lookups a second, when the rate has risen.
    pub rate: f64,
}

impl Site {
    /// Builds it; `signed` of its zones are signed. The resolver's cache is empty.
    pub fn new(variant: &Variant, signed: usize) -> Result<Self> {
        // SAFETY: geteuid takes no argument and cannot fail.
        ensure!(unsafe { libc::geteuid() } == 0, "a laboratory needs root: it makes network namespaces");
        let tag = Tag::new()?;
        let (hosts, wires) = Hosts::new(tag.name())?;
        let folder = tag.folder();
        let places = Places { quick: &hosts.internet, slow: &hosts.slow };
        let internet = Internet::new(places, &folder, signed)?;
        let upstream = match variant.forwarder {
            None => None,
            Some(_) => {
                let plain = Variant { validates: false, ..Variant::default() };
                Some(resolver::start(&hosts.upstream, &folder.join("upstream"), &plain, None)?)
            }
        };
        let resolver =
            resolver::start(&hosts.resolver, &folder.join("resolver"), variant, internet.anchor.as_deref())?;
        let mut site = Self { resolver, _upstream: upstream, _internet: internet, _wires: wires, hosts, tag };
        site.wait_ready()?;
        Ok(site)
    }

    fn wait_ready(&mut self) -> Result<()> {
        for family in [Family::V4, Family::V6] {
            wait::until("the resolver answers", || {
                self.resolver.check()?;
                lab::answers(&self.hosts.clients, plan::RESOLVER.of(family), &dns::version_query(4711))
            })?;
        }
        Ok(())
    }

    /// Lets the clients ask while the agent watches. `arguments` are more of the agent's.
    pub fn run(&mut self, load: &Load, arguments: &[&str]) -> Result<Run> {
        let folder = self.tag.folder();
        let (events, ledger) = (folder.join("events"), folder.join("ledger"));
        let recorder = Recorder::start(&self.hosts.resolver)?;
        let mut watcher = Watcher::start(&self.hosts.resolver, &events, &ledger, arguments)?;
        watcher.wait_watching(&ledger)?;
        let lookups = crowd::ask(&self.hosts.clients, load)?;
        // What is on its way to the agent yet.
        std::thread::sleep(Duration::from_secs(1));
        watcher.stop()?;
        let probe = folder.join("resolver/probe");
        let run = Run { events, probe, ledger, rate: rate(&lookups), lookups };
        recorder.keep(&run)?;
        Ok(run)
    }
}

fn rate(lookups: &[Lookup]) -> f64 {
    // The last half: the rate may rise at first.
    let lookups = lookups.get(lookups.len() / 2..).unwrap_or_default();
    let (Some(first), Some(last)) = (lookups.first(), lookups.last()) else { return 0.0 };
    let seconds = last.sent.saturating_sub(first.sent) as f64 / 1e9;
    (lookups.len().saturating_sub(1)) as f64 / seconds.max(f64::MIN_POSITIVE)
}

impl Hosts {
    fn new(lab: &str) -> Result<(Self, [Wire; 2])> {
        let switch = Namespace::new(lab, "switch")?;
        ip_batch(&switch, "link add br0 type bridge stp_state 0 mcast_snooping 0\nlink set br0 up\n")?;
        let host = |name: &str, addresses: Vec<Addresses>| -> Result<Namespace> {
            let host = Namespace::new(lab, name)?;
            connect(&switch, &host, name)?;
            add(&host, &addresses)?;
            Ok(host)
        };
        let resolver = host("resolver", vec![plan::RESOLVER])?;
        let clients = host("clients", (0..CLIENTS).map(plan::client).collect())?;
        let upstream = host("upstream", vec![plan::UPSTREAM])?;
        let slots = |provider| (0..SLOTS).map(move |slot| plan::provider(provider, slot));
        let quick: Vec<_> = [plan::ROOT, plan::SILENT]
            .into_iter()
            .chain((0..TLDS.len()).map(plan::tld))
            .chain((0..PROVIDERS).flat_map(slots))
            .collect();
        let internet = Namespace::new(lab, "internet")?;
        let slow = Namespace::new(lab, "slow")?;
        let wires = [
            Wire::new(lab, &switch, &internet, "internet", plan::DELAY)?,
            Wire::new(lab, &switch, &slow, "slow", plan::SLOW)?,
        ];
        add(&internet, &quick)?;
        add(&slow, &slots(PROVIDERS).collect::<Vec<_>>())?;
        // The wire carries frames as they are: checksums must be in them.
        for host in [&resolver, &upstream, &internet, &slow] {
            succeed(host.command("ethtool").args(["-K", "eth0", "tx", "off", "gso", "off", "tso", "off"]))?;
        }
        Ok((Self { _switch: switch, resolver, clients, internet, slow, upstream }, wires))
    }
}

fn add(host: &Namespace, addresses: &[Addresses]) -> Result<()> {
    let line =
        |at: &Addresses| format!("addr add {}/16 dev eth0\naddr add {}/32 dev eth0 nodad\n", at.v4, at.v6);
    ip_batch(host, &addresses.iter().map(line).collect::<String>())
}
