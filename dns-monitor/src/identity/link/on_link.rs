//! Which addresses are reached without a router.

use std::net::IpAddr;

use crate::rules::condition::network::Prefix;

/// The networks on the link of each interface. Empty where nothing is known, as in a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnLink {
    interfaces: Box<[(u32, Box<[Network]>)]>,
}

/// The bits of a network, IPv4 in its IPv6 form: one comparison for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Network {
    bits: u128,
    mask: u128,
}

impl OnLink {
    /// From networks and the interfaces they are on, in any order.
    pub fn new(networks: impl IntoIterator<Item = (u32, Prefix)>) -> Self {
        let mut networks: Vec<_> =
            networks.into_iter().map(|(on, prefix)| (on, Network::from(prefix))).collect();
        networks.sort_unstable();
        networks.dedup();
        let interfaces = networks
            .chunk_by(|(a, _), (b, _)| a == b)
            .filter_map(|chunk| Some((chunk.first()?.0, chunk.iter().map(|(_, network)| *network).collect())))
            .collect();
        Self { interfaces }
    }

    /// Whether the interface reaches the address without a router; `None` where nothing is known of the interface, as
    /// of one that has no address.
    #[inline]
    #[must_use]
    pub fn reaches(&self, interface: u32, address: IpAddr) -> Option<bool> {
        let (_, networks) = self.interfaces.iter().find(|(index, _)| *index == interface)?;
        let bits = bits(address);
        Some(networks.iter().any(|network| (bits ^ network.bits) & network.mask == 0))
    }
}

impl From<Prefix> for Network {
    fn from(prefix: Prefix) -> Self {
        let width = if prefix.address.is_ipv4() { 32 } else { 128_u32 };
        let zeros = width.saturating_sub(u32::from(prefix.length));
        let mask = u128::MAX.checked_shl(zeros).unwrap_or(0);
        Self { bits: bits(prefix.address) & mask, mask }
    }
}

#[inline]
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}
