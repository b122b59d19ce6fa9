//! The frame goes back to where it came from: link and network layer.

use dns_monitor_common::sample::flag;

use crate::{checksum, hook::Hook, packet::Packet, stage::Stage};

const ETHERNET: usize = 14;
const IPV4: usize = 20;
const IPV6: usize = 40;
/// Hops that an answer may take.
const HOPS: u8 = 64;

/// The sum of both addresses, which is the same both ways.
#[inline(always)]
pub fn addresses(stage: &Stage, packet: &Packet) -> Option<u64> {
    let network = packet.at(stage.network)?;
    if stage.header.flags & flag::IPV6 == 0 {
        let header = network.header::<IPV4>()?;
        return Some(header.get::<u32>(12) as u64 + header.get::<u32>(16) as u64);
    }
    let header = network.header::<IPV6>()?;
    let sum = checksum::add(checksum::add(0, header.get(8)), header.get(16));
    Some(checksum::add(checksum::add(sum, header.get(24)), header.get(32)))
}

/// Swaps the addresses of both layers, and says how many bytes follow the IP header.
#[inline(always)]
pub fn around(stage: &Stage, packet: &Packet, length: u32) -> Option<()> {
    let ethernet = packet.at(0)?.header::<ETHERNET>()?;
    let (to, to_end) = (ethernet.get::<u32>(0), ethernet.get::<u16>(4));
    let (from, from_end) = (ethernet.get::<u32>(6), ethernet.get::<u16>(10));
    ethernet.set(0, from);
    ethernet.set(4, from_end);
    ethernet.set(6, to);
    ethernet.set(10, to_end);
    let network = packet.at(stage.network)?;
    if stage.header.flags & flag::IPV6 == 0 { ipv4(stage, network, length) } else { ipv6(network, length) }
}

/// Only length and TTL change the sum of the header (RFC 1624); options stay as they are.
#[inline(always)]
fn ipv4(stage: &Stage, network: Packet, length: u32) -> Option<()> {
    let header = network.header::<IPV4>()?;
    let total = (length + stage.transport - stage.network) as u16;
    let (old_total, old_hops) = (header.get::<u16>(2), header.get::<u16>(8));
    let (new_total, new_hops) = (total.to_be(), old_hops & 0xff00 | HOPS as u16);
    let sum = !header.get::<u16>(10) as u64
        + !old_total as u64
        + new_total as u64
        + !old_hops as u64
        + new_hops as u64;
    header.set(2, new_total);
    header.set(8, new_hops);
    header.set(10, !checksum::fold(sum));
    let (source, destination) = (header.get::<u32>(12), header.get::<u32>(16));
    header.set(12, destination);
    header.set(16, source);
    Some(())
}

#[inline(always)]
fn ipv6(network: Packet, length: u32) -> Option<()> {
    let header = network.header::<IPV6>()?;
    header.set(4, (length as u16).to_be());
    header.set(7, HOPS);
    let source = (header.get::<u64>(8), header.get::<u64>(16));
    header.set(8, header.get::<u64>(24));
    header.set(16, header.get::<u64>(32));
    header.set(24, source.0);
    header.set(32, source.1);
    Some(())
}

/// Whether the headers are such that they can simply be turned: IPv6 extension headers cannot.
#[inline(always)]
pub fn is_possible(stage: &Stage) -> bool {
    stage.header.flags & flag::IPV6 == 0 || stage.transport == stage.network + IPV6 as u32
}

/// Whether the sender left the checksum to its device, which then shows the sum of the pseudo-header alone. What we
/// write must be the same kind of sum, because the device that sends completes it. (A finished checksum looks like
/// that once in 65,536 packets: that client has to ask again.)
#[inline(always)]
pub fn is_partial<H: Hook>(shown: u16, pseudo: u64) -> bool {
    H::PARTIAL && shown == checksum::fold(pseudo)
}

/// The checksum as it is to be written.
#[inline(always)]
pub fn finished(sum: u64) -> u16 {
    match !checksum::fold(sum) {
        0 => 0xffff, // 0 means none (RFC 768)
        sum => sum,
    }
}
