//! Whose MAC is it: the sender's, or that of a router between?
//!
//! Two rules, both must be content:
//!
//! 1. **On the link.** Where it is known which networks are reached without a router ([`OnLink`], live), a packet of
//!    any other address came through one.
//! 2. **Few addresses.** A MAC seen with more than [`MAX_IPV4`] IPv4 addresses or more than [`MAX_IPV6`] IPv6
//!    addresses in [`WINDOW`] is a router's (or that of a host for others: proxy ARP, NDP proxy). It stays one until
//!    in a whole [`ROUTER_FOR`] it is seen with no more than that.
//!
//! A host has an IPv4 address and perhaps two more. In IPv6 it has a link-local one, and for each of two prefixes
//! (global and ULA) a stable one and, around its change, two temporary ones (RFC 8981): 7 in all. So neither makes it
//! a router. A router with fewer hosts behind it than that is not found by the second rule alone.
//!
//! What is said of the first few addresses behind a router, before the second rule knows it, stays said: events are
//! not held back. With the first rule nothing of the kind is said at all.

mod macs;
mod on_link;

use self::macs::Macs;
pub use self::{
    macs::{MAX_IPV4, MAX_IPV6, MAX_MACS, MAX_ROUTERS, ROUTER_FOR, WINDOW},
    on_link::{OnLink, Wire},
};
use crate::{
    ledger::{Tally, reasons},
    sample::{Mac, Packet},
    track::lookup::Peer,
};

reasons! {
    /// Why a MAC is not said to be the machine's, and what had to be forgotten.
    LinkReason {
        /// The address is not on the link: the MAC is a router's.
        OffLink "off-link" Filtered,
        /// The MAC was seen with many addresses: it is a router's.
        Router "router" Filtered,
        /// Zeros (loopback), a group address, or the shared address of redundant routers.
        NoMachine "no-machine" Filtered,
        /// The MAC that was not seen for longest had to go: its addresses are counted anew.
        ForgottenMac "forgotten-mac" Aside,
        /// The router that was not seen for longest had to go.
        ForgottenRouter "forgotten-router" Aside,
    }
}

/// Tells the MACs of machines from those of routers. For the thread that asks; bounded, and never waits.
#[derive(Debug, Default)]
pub struct Link {
    on_link: OnLink,
    macs: Macs,
    tally: Tally<LinkReason>,
}

impl Link {
    /// What is reached without a router from now on.
    pub fn set_on_link(&mut self, on_link: OnLink) {
        self.on_link = on_link;
    }

    /// The MAC of one end of a packet, if it is that of the machine with this address. Ask once a lookup.
    ///
    /// For the machine at the other end of the wire only: a resolver with many addresses of its own is no router. Ask of
    /// servers too: those of the internet give the router away.
    #[inline]
    pub fn mac(&mut self, packet: &Packet, peer: &Peer) -> Option<Mac> {
        let mac = peer.mac?;
        self.tally.see(1);
        if !is_machine(mac) {
            self.tally.end(LinkReason::NoMachine, 1);
            return None;
        }
        let address = peer.ip.to_canonical();
        let router = self.macs.is_router(packet.time, mac, address, &mut self.tally);
        if self.on_link.reaches(packet.interface, packet.outer_vlan.is_some(), address) == Some(false) {
            self.tally.end(LinkReason::OffLink, 1);
            return None;
        }
        if router {
            self.tally.end(LinkReason::Router, 1);
            return None;
        }
        self.tally.emit(1);
        Some(mac)
    }

    /// The books, in MACs asked for.
    pub const fn tally(&self) -> &Tally<LinkReason> {
        &self.tally
    }
}

/// Whether one machine alone may have this MAC. Routers share 00-00-5E-00-01-xx and 00-00-5E-00-02-xx (VRRP, RFC 9568
/// §7.3).
fn is_machine(mac: Mac) -> bool {
    let [first, ..] = mac;
    let shared = matches!(mac, [0, 0, 0x5e, 0, 1 | 2, _]);
    first & 1 == 0 && !shared && mac != Mac::default()
}

#[cfg(test)]
mod tests;
