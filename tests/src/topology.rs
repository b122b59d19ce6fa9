//! The lab's Ethernet: one bridge, a veth pair to every host, VLANs on top.

use std::{io::Write, process::Stdio};

use anyhow::{Context, Result, bail};

use crate::{
    address::{self, Addresses, Network},
    namespace::{Namespace, succeed},
};

/// How many clients a lab has.
pub const CLIENTS: u8 = 3;

/// Every namespace of a lab.
#[derive(Debug)]
pub struct Topology {
    /// The bridge; its port to a host is called as the host.
    pub switch: Namespace,
    /// The host that the agent watches.
    pub resolver: Namespace,
    /// The machines that ask.
    pub clients: Vec<Namespace>,
    /// Root, TLD, authority and the server that never answers.
    pub internet: Namespace,
}

impl Topology {
    /// Creates and connects all namespaces of the lab.
    pub fn new(lab: &str) -> Result<Self> {
        let switch = Namespace::new(lab, "switch")?;
        ip_batch(
            &switch,
            "link add br0 type bridge stp_state 0 mcast_snooping 0\n\
             link set br0 up\n",
        )?;
        let resolver = Namespace::new(lab, "resolver")?;
        connect(&switch, &resolver, "resolver")?;
        let mut clients = Vec::new();
        for number in 0..CLIENTS {
            let client = Namespace::new(lab, &format!("client{number}"))?;
            connect(&switch, &client, &format!("client{number}"))?;
            // Tags in the frame itself, as they arrive from a wire, not in the sender's metadata.
            succeed(client.command("ethtool").args([
                "-K",
                "eth0",
                "txvlan",
                "off",
                "tx-vlan-stag-hw-insert",
                "off",
            ]))?;
            for network in Network::ALL {
                add_network(&client, network, address::client(number, network))?;
            }
            clients.push(client);
        }
        for network in Network::ALL {
            add_network(&resolver, network, address::resolver(network))?;
        }
        let internet = Namespace::new(lab, "internet")?;
        connect(&switch, &internet, "internet")?;
        for server in [address::ROOT, address::TLD, address::AUTHORITY, address::SILENT] {
            add_network(&internet, Network::Plain, server)?;
        }
        Ok(Self { switch, resolver, clients, internet })
    }
}

/// Gives `host` an `eth0` whose other end is a port of the switch. Both ends are up.
pub fn connect(switch: &Namespace, host: &Namespace, port: &str) -> Result<()> {
    ip_batch(
        switch,
        &format!(
            "link add {port} type veth peer name eth0 netns {}\n\
             link set {port} master br0\n\
             link set {port} up\n",
            host.name()
        ),
    )?;
    ip_batch(host, "link set eth0 up\n")
}

/// Adds the interface of `network`, if it is not there, and the addresses on it.
pub fn add_network(host: &Namespace, network: Network, addresses: Addresses) -> Result<()> {
    let interface = network.interface();
    let make = match network {
        Network::Plain => String::new(),
        Network::Vlan => {
            format!("link add link eth0 name {interface} type vlan id {}\n", address::VLAN)
        }
        // One tag more than a veth of MTU 1500 lets through.
        Network::QinQ => format!(
            "link add link eth0 name eth0.200 type vlan protocol 802.1ad id {}\n\
             link set eth0.200 up\n\
             link add link eth0.200 name {interface} mtu 1496 type vlan id {}\n",
            address::OUTER_VLAN,
            address::INNER_VLAN
        ),
    };
    // No duplicate address detection: it would keep the address unusable for a second.
    ip_batch(
        host,
        &format!(
            "{make}link set {interface} up\n\
             addr add {}/24 dev {interface}\n\
             addr add {}/64 dev {interface} nodad\n",
            addresses.v4, addresses.v6
        ),
    )
}

/// Runs lines of `ip` commands in a namespace.
pub fn ip_batch(namespace: &Namespace, lines: &str) -> Result<()> {
    let mut child = namespace
        .command("ip")
        .args(["-batch", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start ip")?;
    child.stdin.take().context("no standard input")?.write_all(lines.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("in {}:\n{lines}{}", namespace.name(), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
