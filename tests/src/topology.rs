//! The lab's Ethernet: one bridge, a veth pair to every host, VLANs on top.

use std::{io::Write, path::Path, process::Stdio};

use anyhow::{Context, Result, bail};

use crate::{
    address::{self, Addresses, Network},
    namespace::{Namespace, succeed},
    vlan,
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
    /// Creates and connects all namespaces of the lab; `folder` is for temporary files.
    pub fn new(lab: &str, folder: &Path) -> Result<Self> {
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
            add_networks(&client, folder, |network| address::client(number, network))?;
            clients.push(client);
        }
        add_networks(&resolver, folder, address::resolver)?;
        let internet = Namespace::new(lab, "internet")?;
        connect(&switch, &internet, "internet")?;
        for server in [address::ROOT, address::TLD, address::AUTHORITY, address::SILENT] {
            add_addresses(&internet, "eth0", server)?;
        }
        Ok(Self { switch, resolver, clients, internet })
    }
}

/// Gives `host` an `eth0` whose other end is a port of the switch. Both ends are up.
/// The MAC address comes from the port's name: a NIC that is made again has its old one.
pub fn connect(switch: &Namespace, host: &Namespace, port: &str) -> Result<()> {
    let number = port.bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let [high, low] = number.to_be_bytes();
    ip_batch(
        switch,
        &format!(
            "link add {port} type veth peer name eth0 address 02:53:00:00:{high:02x}:{low:02x} netns {}\n\
             link set {port} master br0\n\
             link set {port} up\n",
            host.name()
        ),
    )?;
    ip_batch(host, "link set eth0 up\n")?;
    // Tags in the frame itself, as they arrive from a wire, not in the packet's metadata. Without GRO a veth takes no
    // frame that an XDP program at its other end sends back.
    let offloads = ["-K", port, "txvlan", "off", "tx-vlan-stag-hw-insert", "off", "gro", "on"];
    succeed(switch.command("ethtool").args(offloads)).map(drop)
}

/// Gives the host its interfaces of every network, with addresses.
fn add_networks(host: &Namespace, folder: &Path, addresses: impl Fn(Network) -> Addresses) -> Result<()> {
    for network in Network::ALL {
        if network != Network::Plain {
            vlan::add(host, folder, network.interface(), network.tags())?;
        }
        add_addresses(host, network.interface(), addresses(network))?;
    }
    Ok(())
}

/// Adds a machine's addresses to an interface of the host.
pub fn add_addresses(host: &Namespace, interface: &str, addresses: Addresses) -> Result<()> {
    // No duplicate address detection: it would keep the address unusable for a second.
    ip_batch(
        host,
        &format!(
            "addr add {}/24 dev {interface}\naddr add {}/64 dev {interface} nodad\n",
            addresses.v4, addresses.v6
        ),
    )
}

/// The MAC of the host's `eth0`, as `ip` prints it.
pub fn mac(host: &Namespace) -> Result<String> {
    let link = succeed(host.command("ip").args(["-o", "link", "show", "eth0"]))?;
    let mac = link.split_whitespace().skip_while(|word| *word != "link/ether").nth(1);
    mac.map(str::to_owned).context("no MAC")
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
