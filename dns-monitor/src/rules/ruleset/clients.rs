//! Which sets of clients an address is in: the longest network that contains it says so, as the kernel's trie does.

use std::{collections::HashMap, net::IpAddr};

use dns_monitor_common::rule::EXEMPT;
use foldhash::fast::RandomState;

use super::super::condition::Prefix;

/// Bits before the address in an IPv4-mapped one (RFC 4291 §2.5.5.2).
const MAPPED_BITS: u32 = 96;
/// `::ffff:0:0`.
const MAPPED: u128 = 0xffff_0000_0000;

/// A network as the trie has it: IPv4 is mapped into IPv6. No bits beyond `length`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in super::super) struct Network {
    length: u32,
    address: u128,
}

impl Network {
    pub(in super::super) fn of(prefix: Prefix) -> Self {
        let (address, length) = match prefix.address {
            IpAddr::V4(_) => (bits(prefix.address), MAPPED_BITS + u32::from(prefix.length.min(32))),
            IpAddr::V6(_) => (bits(prefix.address), u32::from(prefix.length.min(128))),
        };
        Self { length, address: address & mask(length) }
    }

    /// Whether it lies among the mapped IPv4 addresses.
    fn is_v4(self) -> bool {
        self.length >= MAPPED_BITS && self.address & mask(MAPPED_BITS) == MAPPED
    }

    /// Whether IPv4 lies inside it, though it is a network of IPv6.
    fn is_around_v4(self) -> bool {
        self.length < MAPPED_BITS && MAPPED & mask(self.length) == self.address
    }
}

/// Sets of clients by network.
#[derive(Debug, Default)]
pub struct Clients {
    /// For each length that occurs, longest first.
    by_length: Vec<(u32, HashMap<u128, u64, RandomState>)>,
    has_exempt: bool,
}

impl Clients {
    /// From networks and the sets they are in. A network of IPv6 does not contain IPv4.
    pub(in super::super) fn new(networks: impl Iterator<Item = (Network, u64)>) -> Self {
        let mut all: Vec<_> = networks.collect();
        if all.iter().any(|(network, _)| network.is_around_v4()) {
            all.push((Network { length: MAPPED_BITS, address: MAPPED }, 0));
        }
        all.sort_unstable();
        let mut clients = Self::default();
        for (network, sets) in all {
            clients.has_exempt |= sets & EXEMPT != 0;
            clients.add(network, sets);
        }
        clients
    }

    /// Adds a network; shorter ones are there already.
    fn add(&mut self, network: Network, sets: u64) {
        let around = self.around(network);
        if self.by_length.first().is_none_or(|(length, _)| *length != network.length) {
            self.by_length.insert(0, (network.length, HashMap::default()));
        }
        if let Some((_, networks)) = self.by_length.first_mut() {
            *networks.entry(network.address).or_default() |= around | sets;
        }
    }

    /// The sets of the networks that contain this one.
    fn around(&self, network: Network) -> u64 {
        let least = if network.is_v4() { MAPPED_BITS } else { 0 };
        self.longest(network.address, |length| (least..=network.length).contains(&length))
    }

    fn longest(&self, address: u128, counts: impl Fn(u32) -> bool) -> u64 {
        let mut lengths = self.by_length.iter().filter(|(length, _)| counts(*length));
        lengths.find_map(|(length, networks)| networks.get(&(address & mask(*length)))).copied().unwrap_or(0)
    }

    /// The sets that an address is in.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> u64 {
        if self.by_length.is_empty() {
            return 0;
        }
        self.longest(bits(address), |_| true)
    }

    /// Whether no rule applies to this client.
    #[must_use]
    pub fn is_exempt(&self, address: IpAddr) -> bool {
        self.has_exempt && self.of(address) & EXEMPT != 0
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_length.is_empty()
    }

    /// How many networks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_length.iter().map(|(_, networks)| networks.len()).sum()
    }

    /// For the kernel's trie: address in network order, IPv4-mapped where it is one; bits that count; sets.
    pub fn prefixes(&self) -> impl Iterator<Item = ([u8; 16], u32, u64)> {
        self.by_length.iter().flat_map(|(length, networks)| {
            networks.iter().map(|(address, sets)| (address.to_be_bytes(), *length, *sets))
        })
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

fn mask(length: u32) -> u128 {
    u128::MAX.checked_shl(128 - length).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_longest_network_has_the_sets_of_all_around_it() {
        let networks = [
            ("10.0.0.0", 8, 1),
            ("10.1.0.0", 16, 2),
            ("10.1.0.9", 16, 4),
            ("::", 0, 8),
            ("2001:db8::", 32, 16),
            ("2001:db8::1", 128, EXEMPT),
            ("0.0.0.0", 0, 32),
        ];
        let parse = |(address, length, sets): (&str, u8, u64)| {
            (Network::of(Prefix { address: address.parse().unwrap(), length }), sets)
        };
        let clients = Clients::new(networks.into_iter().map(parse));
        let cases = [
            ("10.0.0.1", 1 | 32),
            ("10.1.255.255", 1 | 2 | 4 | 32),
            ("11.0.0.1", 32),
            ("fe80::1", 8),
            ("2001:db8::2", 8 | 16),
            ("2001:db8::1", 8 | 16 | EXEMPT),
        ];
        for (address, expected) in cases {
            assert_eq!(clients.of(address.parse().unwrap()), expected, "{address}");
        }
        assert!(clients.is_exempt("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn all_of_ipv6_is_not_ipv4() {
        let all = Network::of(Prefix { address: "::".parse().unwrap(), length: 0 });
        let clients = Clients::new([(all, 1)].into_iter());
        assert_eq!(clients.of("192.0.2.1".parse().unwrap()), 0);
        assert_eq!(clients.of("2001:db8::1".parse().unwrap()), 1);
        assert_eq!(clients.len(), 2);
    }
}
