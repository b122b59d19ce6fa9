//! A network behind a router: its hosts reach the lab's resolver, and are never on its link.

use std::{fs, net::IpAddr};

use anyhow::{Context, Result};

use crate::{
    address::{self, Addresses, Family, Network},
    dns,
    lab::{Lab, answers},
    namespace::Namespace,
    topology::{self, add_addresses, connect, ip_batch},
    wait,
};

/// How many hosts are behind it: so few that it does not give itself away by their number.
pub const HOSTS: u8 = 3;

/// The router on the lab's Ethernet.
const OUTSIDE: Addresses = Addresses::new(0, 1);
/// The network behind it.
const NETWORK: u8 = 54;
const NETWORK_ITSELF: Addresses = Addresses::new(NETWORK, 0);
/// The router there.
const INSIDE: Addresses = Addresses::new(NETWORK, 1);

/// The router and the namespace of all hosts behind it.
#[derive(Debug)]
pub struct Router {
    router: Namespace,
    hosts: Namespace,
}

/// Host `number` behind the router.
pub const fn host(number: u8) -> Addresses {
    Addresses::new(NETWORK, 10 + number)
}

impl Router {
    /// Adds it to a lab, and waits until what is behind it has answers.
    pub fn new(lab: &Lab) -> Result<Self> {
        let router = Namespace::new(lab.name(), "router")?;
        connect(lab.switch(), &router, "router")?;
        add_addresses(&router, "eth0", OUTSIDE)?;
        let hosts = Namespace::new(lab.name(), "behind")?;
        let inside =
            format!("link add inside type veth peer name eth0 netns {}\nlink set inside up\n", hosts.name());
        ip_batch(&router, &inside)?;
        add_addresses(&router, "inside", INSIDE)?;
        ip_batch(&hosts, "link set eth0 up\n")?;
        (0..HOSTS).try_for_each(|number| add_addresses(&hosts, "eth0", host(number)))?;
        let added = Self { router, hosts };
        added.route(lab)?;
        for family in [Family::V4, Family::V6] {
            let resolver = address::resolver(Network::Plain).of(family);
            let query = dns::version_query(4711);
            wait::until("the resolver answers through the router", || {
                answers(&added.hosts, resolver, &query)
            })?;
        }
        Ok(added)
    }

    /// Where its hosts are, with all of their addresses.
    pub fn hosts(&self) -> &Namespace {
        &self.hosts
    }

    /// Its MAC on the lab's Ethernet, as `ip` prints it.
    pub fn mac(&self) -> Result<String> {
        topology::mac(&self.router)
    }

    fn route(&self, lab: &Lab) -> Result<()> {
        for switch in ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"] {
            self.router.inside(|| fs::write(switch, "1"))?.with_context(|| switch.to_owned())?;
        }
        let Addresses { v4, v6 } = INSIDE;
        ip_batch(&self.hosts, &format!("route add 0.0.0.0/0 via {v4}\nroute add ::/0 via {v6}\n"))?;
        let route = |family: Family, length: u8| {
            let (to, via): (IpAddr, IpAddr) = (NETWORK_ITSELF.of(family), OUTSIDE.of(family));
            format!("route add {to}/{length} via {via}\n")
        };
        ip_batch(lab.resolver(), &(route(Family::V4, 24) + &route(Family::V6, 64)))
    }
}
