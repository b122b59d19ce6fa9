//! The kernel's neighbour table (ARP, NDP): which MAC an address has on our links.

use std::{
    io,
    net::IpAddr,
    os::fd::AsFd as _,
    time::{SystemTime, UNIX_EPOCH},
};

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;
use netlink_packet_route::{
    RouteNetlinkMessage,
    neighbour::{NeighbourAddress, NeighbourAttribute, NeighbourFlags, NeighbourMessage, NeighbourState},
};

use super::{
    assignment::{Assignment, Change, Source},
    feed::{Feed, Stop, Stopped, Worker},
    netlink::{Netlink, News, dump},
};
use crate::{log, sample::Mac};

/// `RTNLGRP_NEIGH`.
const GROUP: u32 = 3;
/// Neighbours remembered, so that only changes are told; those heard of longest ago go first, and are told again.
const MAX_KNOWN: usize = 65_536;
/// Ages in the table are in hundredths of a second (`USER_HZ`), ns.
const TICK: u64 = 10_000_000;

/// Tells of the neighbour table until it is dropped: all of it at first, then what changes.
///
/// A neighbour that goes out of the table has not given its address back, so that nothing is said of it. Link-local
/// addresses are left out: they name different machines on different links.
#[derive(Debug)]
pub struct Neighbours {
    _worker: Worker,
}

impl Neighbours {
    /// Starts the thread, in the network namespace of the caller.
    ///
    /// # Errors
    /// Where the kernel refuses a subscription or its table.
    pub fn start(feed: Feed) -> io::Result<Self> {
        let netlink = Netlink::subscribe(&[GROUP])?;
        let first = dump(request())?;
        let worker =
            Worker::start("neighbours", move |stop| Table::default().follow(netlink, first, &feed, &stop))?;
        Ok(Self { _worker: worker })
    }
}

fn request() -> RouteNetlinkMessage {
    RouteNetlinkMessage::GetNeighbour(NeighbourMessage::default())
}

/// What was told.
#[derive(Default)]
struct Table {
    known: LinkedHashMap<IpAddr, Mac, RandomState>,
}

impl Table {
    fn follow(
        mut self,
        mut netlink: Netlink,
        first: Vec<RouteNetlinkMessage>,
        feed: &Feed,
        stop: &Stop,
    ) -> Result<(), Stopped> {
        feed.send(self.changes(&first, now()), stop)?;
        loop {
            stop.wait(&[netlink.as_fd()], None)?;
            let news = netlink.news().and_then(|news| match news {
                News::Messages(messages) => Ok(messages),
                News::Overrun => dump(request()),
            });
            match news {
                Ok(messages) => feed.send(self.changes(&messages, now()), stop)?,
                Err(error) => {
                    log::warn(format_args!("the neighbour table is not followed any more: {error}"));
                    return Ok(());
                }
            }
        }
    }

    /// What is new in the messages.
    fn changes(&mut self, messages: &[RouteNetlinkMessage], now: u64) -> Vec<Change> {
        let neighbours = messages.iter().filter_map(|message| match message {
            RouteNetlinkMessage::NewNeighbour(neighbour) => assignment(neighbour, now),
            _ => None,
        });
        neighbours.filter(|assignment| self.is_new(assignment)).map(Change::Assigned).collect()
    }

    fn is_new(&mut self, assignment: &Assignment) -> bool {
        let Some(mac) = assignment.mac else { return false };
        if let Some(known) = self.known.to_back(&assignment.address) {
            return std::mem::replace(known, mac) != mac;
        }
        if self.known.len() >= MAX_KNOWN {
            self.known.pop_front();
        }
        self.known.insert(assignment.address, mac);
        true
    }
}

/// Who has an address, by an entry of the table; `None` where it does not say.
fn assignment(neighbour: &NeighbourMessage, now: u64) -> Option<Assignment> {
    let unsure =
        [NeighbourState::Incomplete, NeighbourState::Failed, NeighbourState::Noarp, NeighbourState::None];
    if unsure.contains(&neighbour.header.state) || neighbour.header.flags.contains(NeighbourFlags::Proxy) {
        return None;
    }
    let (mut address, mut mac, mut age) = (None, None, 0);
    for attribute in &neighbour.attributes {
        match attribute {
            NeighbourAttribute::Destination(NeighbourAddress::Inet(v4)) => address = Some(IpAddr::V4(*v4)),
            NeighbourAttribute::Destination(NeighbourAddress::Inet6(v6)) => address = Some(IpAddr::V6(*v6)),
            NeighbourAttribute::LinkLayerAddress(bytes) => mac = Mac::try_from(bytes.as_slice()).ok(),
            NeighbourAttribute::CacheInfo(info) => age = u64::from(info.updated).saturating_mul(TICK),
            _ => {}
        }
    }
    let address = address.filter(|address| !is_link_local(*address))?;
    let mac = mac.filter(|mac| *mac != Mac::default())?;
    let source = Source::Neighbour;
    Some(Assignment {
        address,
        from: now.saturating_sub(age),
        until: None,
        name: None,
        mac: Some(mac),
        source,
    })
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// ns since the Unix epoch.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, crate::config::nanoseconds)
}

#[cfg(test)]
mod tests;
