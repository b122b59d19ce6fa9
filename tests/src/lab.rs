//! A whole lab: started, ready to be asked, and gone when dropped.

use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    path::PathBuf,
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use crate::{
    address::{self, Addresses, Family, Network},
    agent::Agent,
    dns,
    named::{Named, Recursion},
    namespace::{Namespace, succeed},
    tag::Tag,
    topology::Topology,
    wait, zones,
};

/// What may differ between labs.
#[derive(Clone, Debug, Default)]
pub struct LabOptions {
    /// How the resolver resolves.
    pub recursion: Recursion,
}

/// A lab. The order of the fields is the order of their end: processes before namespaces.
#[derive(Debug)]
pub struct Lab {
    resolver: Named,
    internet: [Named; 3],
    _silent: [UdpSocket; 2],
    hosts: Topology,
    tag: Tag,
}

impl Lab {
    /// A lab with the default options.
    pub fn new() -> Result<Self> {
        Self::with(&LabOptions::default())
    }

    /// Builds a lab and waits until its resolver answers. The resolver's cache is empty.
    pub fn with(options: &LabOptions) -> Result<Self> {
        // SAFETY: geteuid takes no argument and cannot fail.
        ensure!(unsafe { libc::geteuid() } == 0, "a lab needs root: it makes network namespaces");
        let tag = Tag::new()?;
        let hosts = Topology::new(tag.name(), &tag.folder())?;
        let server = |name: &str, address: Addresses, zones: &[zones::Zone]| {
            Named::authoritative(&hosts.internet, &tag.folder().join(name), address, zones)
        };
        let internet = [
            server("root", address::ROOT, &zones::root())?,
            server("tld", address::TLD, &zones::tld())?,
            server("authority", address::AUTHORITY, &zones::authority())?,
        ];
        let silent = [Family::V4, Family::V6]
            .map(|family| hosts.internet.inside(move || UdpSocket::bind((address::SILENT.of(family), 53))));
        let [v4, v6] = silent;
        let silent = [v4??, v6??];
        let resolver = Named::recursive(&hosts.resolver, &tag.folder().join("resolver"), &options.recursion)?;
        let mut lab = Self { resolver, internet, _silent: silent, hosts, tag };
        lab.wait_ready()?;
        Ok(lab)
    }

    /// Waits for the authorities first: a resolver that asks too early remembers its failure.
    fn wait_ready(&mut self) -> Result<()> {
        const SOA: u16 = 6;
        let servers = [(address::ROOT, "."), (address::TLD, "example"), (address::AUTHORITY, "lab.example")];
        for (number, (server, zone)) in servers.into_iter().enumerate() {
            for family in [Family::V4, Family::V6] {
                wait::until("an authority answers", || {
                    self.internet.get_mut(number).context("three authorities")?.check()?;
                    answers(&self.hosts.internet, server.of(family), &dns::query(4711, zone, SOA))
                })?;
            }
        }
        for (family, network) in
            [Family::V4, Family::V6].into_iter().flat_map(|f| Network::ALL.map(|n| (f, n)))
        {
            wait::until("the resolver answers", || {
                self.resolver.check()?;
                answers(self.client(0), address::resolver(network).of(family), &dns::version_query(4711))
            })?;
        }
        Ok(())
    }

    /// What the names of its namespaces begin with.
    pub fn name(&self) -> &str {
        self.tag.name()
    }

    /// The host that the agent watches.
    pub fn resolver(&self) -> &Namespace {
        &self.hosts.resolver
    }

    /// The recursive `named`.
    pub fn resolver_named(&self) -> &Named {
        &self.resolver
    }

    /// The `named` that serves `lab.example`.
    pub fn authority_named(&self) -> &Named {
        let [_, _, authority] = &self.internet;
        authority
    }

    /// The servers' side.
    pub fn internet(&self) -> &Namespace {
        &self.hosts.internet
    }

    /// The bridge; its port to the resolver is called `resolver`.
    pub fn switch(&self) -> &Namespace {
        &self.hosts.switch
    }

    /// A client, 0 to 2.
    pub fn client(&self, number: usize) -> &Namespace {
        &self.hosts.clients[number]
    }

    /// Where the lab keeps its files.
    pub fn folder(&self) -> PathBuf {
        self.tag.folder()
    }

    /// `dig` on a client, sending to the resolver over untagged IPv4 unless the arguments name
    /// another server. One try of five seconds.
    pub fn dig(&self, client: usize, arguments: &[&str]) -> Command {
        let mut command = self.client(client).command("dig");
        command.args(["+tries=1", "+timeout=5"]);
        if !arguments.iter().any(|argument| argument.starts_with('@')) {
            command.arg(format!("@{}", address::resolver(Network::Plain).v4));
        }
        command.args(arguments);
        command
    }

    /// Runs [`dig`](Self::dig), which must get an answer; returns what it printed.
    pub fn ask(&self, client: usize, arguments: &[&str]) -> Result<String> {
        succeed(&mut self.dig(client, arguments))
    }

    /// Starts the agent on the resolver and waits until it watches: on XDP unless the arguments say otherwise, as a NIC
    /// would have it, though this one is a veth.
    pub fn start_agent(&self, arguments: &[&str]) -> Result<Agent> {
        let how: &[&str] = if arguments.contains(&"--attach") { &[] } else { &["--attach", "xdp"] };
        Agent::start(self.resolver(), &[arguments, how].concat())
    }
}

/// Whether the server has an answer to the query, asked from `host`.
pub fn answers(host: &Namespace, server: IpAddr, query: &[u8]) -> Result<Option<()>> {
    let reply = host.inside(|| {
        let any = SocketAddr::new(if server.is_ipv4() { [0; 4].into() } else { [0; 16].into() }, 0);
        let socket = UdpSocket::bind(any)?;
        socket.connect((server, 53))?;
        socket.set_read_timeout(Some(Duration::from_secs(1)))?;
        socket.send(query)?;
        let mut buffer = [0; 512];
        let length = socket.recv(&mut buffer)?;
        Ok::<_, std::io::Error>(buffer[..length].to_vec())
    })?;
    // NOERROR with an answer; anything else, a refused connection included, is "not yet".
    Ok(reply.is_ok_and(|bytes| dns::rcode(&bytes) == Some(0) && dns::answers(&bytes) > Some(0)).then_some(()))
}
