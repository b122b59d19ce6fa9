//! Which addresses are reached without a router.

use std::{net::IpAddr, sync::Arc};

use crate::rules::condition::network::Prefix;

/// The networks on the link of each interface. Empty where nothing is known, as in a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnLink {
    /// In the order of interfaces.
    interfaces: Box<[(u32, Arc<[Range]>)]>,
}

/// First and last address, IPv4 in its IPv6 form.
type Range = (u128, u128);

impl OnLink {
    /// From groups of interfaces that are on one wire, as an interface and its VLANs, each with the networks on it.
    pub fn new(groups: impl IntoIterator<Item = (Vec<u32>, Vec<Prefix>)>) -> Self {
        let mut interfaces = Vec::new();
        for (members, networks) in groups {
            let ranges: Arc<[Range]> = merged(networks.into_iter().map(range).collect()).into();
            if !ranges.is_empty() {
                interfaces.extend(members.into_iter().map(|member| (member, ranges.clone())));
            }
        }
        interfaces.sort_unstable();
        Self { interfaces: interfaces.into() }
    }

    /// Whether the interface reaches the address without a router; `None` where nothing is known of the interface, as
    /// of one that has no address.
    #[inline]
    #[must_use]
    pub fn reaches(&self, interface: u32, address: IpAddr) -> Option<bool> {
        let place = self.interfaces.binary_search_by_key(&interface, |(index, _)| *index).ok()?;
        let (_, ranges) = self.interfaces.get(place)?;
        let bits = bits(address);
        let after = ranges.partition_point(|(first, _)| *first <= bits);
        let around = after.checked_sub(1).and_then(|before| ranges.get(before));
        Some(around.is_some_and(|(_, last)| bits <= *last))
    }
}

/// In order, and none inside another.
fn merged(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, before| {
        let inside = next.0 <= before.1;
        before.1 = if inside { before.1.max(next.1) } else { before.1 };
        inside
    });
    ranges
}

fn range(network: Prefix) -> Range {
    let width = if network.address.is_ipv4() { 32 } else { 128_u32 };
    let zeros = width.saturating_sub(u32::from(network.length));
    let host = u128::MAX.checked_shl(zeros).map_or(u128::MAX, |mask| !mask);
    let bits = bits(network.address);
    (bits & !host, bits | host)
}

#[inline]
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}
