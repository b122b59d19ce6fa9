//! Which addresses are reached without a router.

use std::{net::IpAddr, sync::Arc};

use crate::rules::condition::network::Prefix;

/// Interfaces on one wire, as an interface with its VLANs, and the networks on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// Indices of the interfaces.
    pub interfaces: Vec<u32>,
    /// What they reach without a router, all together.
    pub networks: Vec<Prefix>,
    /// Whether one of them is a VLAN, so that the networks behind tags are known too.
    pub vlans: bool,
}

/// The networks on the link of each interface. Empty where nothing is known, as in a replay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnLink {
    /// In the order of interfaces.
    interfaces: Box<[(u32, Known)]>,
}

/// What is known of a wire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    ranges: Arc<[Range]>,
    vlans: bool,
}

/// First and last address, IPv4 in its IPv6 form.
type Range = (u128, u128);

impl OnLink {
    /// From the wires of this host. No interface is on two of them.
    pub fn new(wires: impl IntoIterator<Item = Wire>) -> Self {
        let mut interfaces = Vec::new();
        for Wire { interfaces: members, networks, vlans } in wires {
            let ranges: Arc<[Range]> = merged(networks.into_iter().map(range).collect()).into();
            if !ranges.is_empty() {
                let known = Known { ranges, vlans };
                interfaces.extend(members.into_iter().map(|member| (member, known.clone())));
            }
        }
        interfaces.sort_unstable();
        Self { interfaces: interfaces.into() }
    }

    /// Whether the interface reaches the address without a router; `None` where nothing is known: the interface has no
    /// address, or the packet has a tag and the host no VLAN there.
    #[inline]
    #[must_use]
    pub fn reaches(&self, interface: u32, tagged: bool, address: IpAddr) -> Option<bool> {
        let place = self.interfaces.binary_search_by_key(&interface, |(index, _)| *index).ok()?;
        let (_, known) = self.interfaces.get(place)?;
        let bits = bits(address);
        let after = known.ranges.partition_point(|(first, _)| *first <= bits);
        let around = after.checked_sub(1).and_then(|before| known.ranges.get(before));
        let inside = around.is_some_and(|(_, last)| bits <= *last);
        (inside || known.vlans || !tagged).then_some(inside)
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
