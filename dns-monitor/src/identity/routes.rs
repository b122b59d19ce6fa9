//! Which networks are on our links, by the kernel's routes: those without a gateway.
//!
//! Routes say more than addresses: an IPv6 host may have an address of /128 and its network from a router
//! advertisement, a host of a cloud one of /32 and nothing but the gateway beside it.
//!
//! A packet of a VLAN or of a bridge is seen on the interface below, which has no address of its own. So interfaces
//! that are on one wire share their networks: an interface with its VLANs, a bridge or bond with its ports.

use std::{
    io,
    net::{IpAddr, Ipv6Addr},
    os::fd::AsFd as _,
    sync::{Arc, Mutex, TryLockError},
    time::Duration,
};

use netlink_packet_route::{
    RouteNetlinkMessage,
    link::{InfoKind, LinkAttribute, LinkInfo, LinkMessage},
    route::{RouteAddress, RouteAttribute, RouteMessage, RouteType},
};

use super::{
    feed::{Stop, Stopped, Worker},
    link::{OnLink, Wire},
    netlink::{Netlink, News, dump},
};
use crate::{log, rules::condition::network::Prefix};

/// `RTNLGRP_LINK`, `RTNLGRP_IPV4_IFADDR`, `RTNLGRP_IPV4_ROUTE`, `RTNLGRP_IPV6_IFADDR`, `RTNLGRP_IPV6_ROUTE`.
const GROUPS: [u32; 5] = [1, 5, 7, 9, 11];
/// Changes come in swarms: the kernel is asked once they are over.
const SETTLE: Duration = Duration::from_millis(100);

/// Follows which networks are on our links until it is dropped.
#[derive(Debug)]
pub struct Routes {
    latest: Arc<Mutex<Option<OnLink>>>,
    _worker: Worker,
}

impl Routes {
    /// Starts the thread, in the network namespace of the caller. What holds now can be taken at once.
    ///
    /// # Errors
    /// Where the kernel refuses a subscription or its tables.
    pub fn start() -> io::Result<Self> {
        let netlink = Netlink::subscribe(&GROUPS)?;
        let latest = Arc::new(Mutex::new(Some(read()?)));
        let shared = latest.clone();
        let worker = Worker::start("routes", move |stop| follow(netlink, &shared, &stop))?;
        Ok(Self { latest, _worker: worker })
    }

    /// What is on the links, if that has changed since the last call. Never waits.
    pub fn take(&self) -> Option<OnLink> {
        match self.latest.try_lock() {
            Ok(mut latest) => latest.take(),
            Err(TryLockError::WouldBlock | TryLockError::Poisoned(_)) => None,
        }
    }
}

fn follow(mut netlink: Netlink, latest: &Mutex<Option<OnLink>>, stop: &Stop) -> Result<(), Stopped> {
    loop {
        stop.wait(&[netlink.as_fd()], None)?;
        let matters = netlink.news().map(|news| match news {
            News::Messages(messages) => messages.iter().any(matters),
            News::Overrun => true,
        });
        let on_link = matters.and_then(|matters| {
            if !matters {
                return Ok(None);
            }
            if stop.wait(&[], Some(SETTLE)).is_err() {
                return Ok(None); // the next wait says so again
            }
            netlink.news()?; // what came meanwhile is read below
            read().map(Some)
        });
        match on_link {
            Ok(None) => {}
            Ok(on_link) => {
                if let Ok(mut latest) = latest.lock() {
                    *latest = on_link;
                }
            }
            Err(error) => {
                log::warn(format_args!("networks on the link are not followed any more: {error}"));
                return Ok(());
            }
        }
    }
}

/// Whether a change can be one of what is on the links. A full table of the internet changes all the time, and all its
/// routes have gateways.
fn matters(message: &RouteNetlinkMessage) -> bool {
    match message {
        RouteNetlinkMessage::NewRoute(route) | RouteNetlinkMessage::DelRoute(route) => {
            network(route).is_some()
        }
        _ => true,
    }
}

fn read() -> io::Result<OnLink> {
    let links = dump(RouteNetlinkMessage::GetLink(LinkMessage::default()))?;
    let routes = dump(RouteNetlinkMessage::GetRoute(RouteMessage::default()))?;
    Ok(on_link(&links, &routes))
}

/// What the tables say together.
fn on_link(links: &[RouteNetlinkMessage], routes: &[RouteNetlinkMessage]) -> OnLink {
    let mut wires: Vec<Wire> = Vec::new();
    let links = links.iter().filter_map(|message| match message {
        RouteNetlinkMessage::NewLink(link) => Some(wire(link)),
        _ => None,
    });
    for mut wire in links {
        // All that it ties together become one.
        let tied = |other: &mut Wire| other.interfaces.iter().any(|one| wire.interfaces.contains(one));
        let tied: Vec<_> = wires.extract_if(.., tied).collect();
        for other in tied {
            wire.interfaces.extend(other.interfaces);
            wire.vlans |= other.vlans;
        }
        wire.interfaces.sort_unstable();
        wire.interfaces.dedup();
        wires.push(wire);
    }
    for message in routes {
        let RouteNetlinkMessage::NewRoute(route) = message else { continue };
        let Some((interface, network)) = network(route) else { continue };
        if let Some(wire) = wires.iter_mut().find(|wire| wire.interfaces.contains(&interface)) {
            wire.networks.push(network);
        }
    }
    OnLink::new(wires)
}

/// The interface, what it is on top of, and what it is a port of. What is on top in another way, as a tunnel, is
/// another wire; so is the far end of a veth pair.
fn wire(link: &LinkMessage) -> Wire {
    let kind = link.attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::LinkInfo(infos) => infos.iter().find_map(|info| match info {
            LinkInfo::Kind(kind) => Some(kind),
            _ => None,
        }),
        _ => None,
    });
    let vlans = matches!(kind, Some(InfoKind::Vlan));
    let same = vlans || matches!(kind, Some(InfoKind::MacVlan | InfoKind::MacVtap | InfoKind::IpVlan));
    let mut interfaces = vec![link.header.index];
    for attribute in &link.attributes {
        match attribute {
            LinkAttribute::Link(below) if same => interfaces.push(*below),
            LinkAttribute::Controller(above) => interfaces.push(*above),
            _ => {}
        }
    }
    // What a VLAN or macvlan is on top of may be in another namespace, where the number means another interface.
    if link.attributes.iter().any(|attribute| matches!(attribute, LinkAttribute::LinkNetNsId(_))) {
        interfaces.truncate(1);
    }
    Wire { interfaces, networks: Vec::new(), vlans }
}

/// The network that a route reaches without a gateway, and by which interface. A default route without one says nothing
/// about the link: it is that of a tunnel.
fn network(route: &RouteMessage) -> Option<(u32, Prefix)> {
    let header = &route.header;
    if header.kind != RouteType::Unicast || header.destination_prefix_length == 0 {
        return None;
    }
    let (mut address, mut interface) = (None, None);
    for attribute in &route.attributes {
        match attribute {
            RouteAttribute::Destination(RouteAddress::Inet(v4)) => address = Some(IpAddr::V4(*v4)),
            RouteAttribute::Destination(RouteAddress::Inet6(v6)) => address = Some(IpAddr::V6(*v6)),
            RouteAttribute::Oif(index) => interface = Some(*index),
            RouteAttribute::Gateway(gateway) if !is_none(gateway) => return None,
            RouteAttribute::Via(_) | RouteAttribute::Encap(_) | RouteAttribute::MultiPath(_) => return None,
            _ => {}
        }
    }
    Some((interface?, Prefix::around(address?, header.destination_prefix_length)?))
}

fn is_none(gateway: &RouteAddress) -> bool {
    matches!(gateway, RouteAddress::Inet6(Ipv6Addr::UNSPECIFIED))
}

#[cfg(test)]
mod tests;
