//! MACs, and with how many addresses each was seen.

use std::{hash::BuildHasher, net::IpAddr};

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;

use super::LinkReason;
use crate::{
    ledger::Tally,
    sample::{Mac, words},
};

/// With more IPv4 addresses than this in [`WINDOW`] a MAC is a router's.
pub const MAX_IPV4: usize = 3;
/// With more IPv6 addresses than this in [`WINDOW`] a MAC is a router's.
pub const MAX_IPV6: usize = 8;
/// For how long addresses of a MAC are counted before they are counted anew, ns: an hour.
pub const WINDOW: u64 = 3_600_000_000_000;
/// For how long a router is one at least, ns: a day.
pub const ROUTER_FOR: u64 = 24 * WINDOW;
/// MACs remembered at one time: some 8 MB.
pub const MAX_MACS: usize = 65_536;
/// Routers remembered at one time. They have a place of their own: a flood of MACs does not wash them out.
pub const MAX_ROUTERS: usize = 4096;

/// Least recently seen first. Seeded at random: its keys come from strangers.
type Table = LinkedHashMap<u64, Sighted, RandomState>;

/// The MACs that were seen.
#[derive(Debug, Default)]
pub(super) struct Macs {
    hosts: Table,
    routers: Table,
    seed: RandomState,
}

/// A MAC since the count began.
#[derive(Debug)]
struct Sighted {
    since: u64,
    ipv4: Few<MAX_IPV4>,
    /// Hashes of addresses.
    ipv6: Few<MAX_IPV6>,
}

/// Up to `N` different values.
#[derive(Debug)]
struct Few<const N: usize> {
    values: [u32; N],
    /// More than `N`: there were others.
    count: usize,
}

impl Macs {
    /// Takes down that the MAC was seen with the address, and says whether it is a router's.
    #[inline]
    pub(super) fn is_router(
        &mut self,
        time: u64,
        mac: Mac,
        address: IpAddr,
        tally: &mut Tally<LinkReason>,
    ) -> bool {
        let key = key(mac);
        if !self.routers.is_empty() && self.is_still_router(time, key, address) {
            return true;
        }
        let seed = &self.seed;
        if let Some(host) = self.hosts.to_back(&key) {
            if time.saturating_sub(host.since) >= WINDOW {
                *host = Sighted::new(time);
            }
            host.add(address, seed);
            if !host.are_many() {
                return false;
            }
            self.hosts.remove(&key);
            remember(&mut self.routers, key, Sighted::new(time), MAX_ROUTERS, || {
                tally.end(LinkReason::ForgottenRouter, 1)
            });
            return true;
        }
        let mut host = Sighted::new(time);
        host.add(address, seed);
        remember(&mut self.hosts, key, host, MAX_MACS, || tally.end(LinkReason::ForgottenMac, 1));
        false
    }

    fn is_still_router(&mut self, time: u64, key: u64, address: IpAddr) -> bool {
        let Some(router) = self.routers.to_back(&key) else { return false };
        if time.saturating_sub(router.since) >= ROUTER_FOR {
            if !router.are_many() {
                self.routers.remove(&key);
                return false;
            }
            *router = Sighted::new(time);
        }
        router.add(address, &self.seed);
        true
    }
}

/// Adds an entry; if there are too many, the one that was not seen for longest goes.
fn remember(table: &mut Table, key: u64, sighted: Sighted, most: usize, forgotten: impl FnOnce()) {
    if table.len() >= most && table.pop_front().is_some() {
        forgotten();
    }
    table.insert(key, sighted);
}

impl Sighted {
    fn new(since: u64) -> Self {
        Self { since, ipv4: Few::default(), ipv6: Few::default() }
    }

    #[inline]
    fn add(&mut self, address: IpAddr, seed: &RandomState) {
        match address {
            IpAddr::V4(address) => self.ipv4.add(address.to_bits()),
            // The low half: two addresses of one MAC that share it cost a count of one, once in 4 billion.
            IpAddr::V6(_) => self.ipv6.add(seed.hash_one(words(address)) as u32),
        }
    }

    fn are_many(&self) -> bool {
        self.ipv4.count > MAX_IPV4 || self.ipv6.count > MAX_IPV6
    }
}

impl<const N: usize> Default for Few<N> {
    fn default() -> Self {
        Self { values: [0; N], count: 0 }
    }
}

impl<const N: usize> Few<N> {
    #[inline]
    fn add(&mut self, value: u32) {
        let Some(known) = self.values.get(..self.count) else { return }; // more than N already
        if known.contains(&value) {
            return;
        }
        if let Some(free) = self.values.get_mut(self.count) {
            *free = value;
        }
        self.count = self.count.saturating_add(1);
    }
}

#[inline]
fn key(mac: Mac) -> u64 {
    let [a, b, c, d, e, f] = mac;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}
