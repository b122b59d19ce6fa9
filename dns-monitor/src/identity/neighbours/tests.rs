//! Entries of the table in, assignments out.
#![allow(clippy::unwrap_used, reason = "tests")]

use netlink_packet_route::neighbour::NeighbourCacheInfo;

use super::*;

const MAC: Mac = [2, 0, 0, 0, 0, 12];
const NOW: u64 = 1_000_000_000_000;

fn entry(address: &str, mac: &[u8], state: NeighbourState, flags: NeighbourFlags) -> RouteNetlinkMessage {
    let mut message = NeighbourMessage::default();
    message.header.state = state;
    message.header.flags = flags;
    let address = match address.parse().unwrap() {
        IpAddr::V4(v4) => NeighbourAddress::Inet(v4),
        IpAddr::V6(v6) => NeighbourAddress::Inet6(v6),
    };
    message.attributes.push(NeighbourAttribute::Destination(address));
    if !mac.is_empty() {
        message.attributes.push(NeighbourAttribute::LinkLayerAddress(mac.to_vec()));
    }
    let info = [0, 0, 300, 1].map(u32::to_ne_bytes).concat(); // confirmed, used, updated, references
    let info = NeighbourCacheInfo::parse(&info).unwrap();
    message.attributes.push(NeighbourAttribute::CacheInfo(info));
    RouteNetlinkMessage::NewNeighbour(message)
}

fn reachable(address: &str, mac: Mac) -> RouteNetlinkMessage {
    entry(address, &mac, NeighbourState::Reachable, NeighbourFlags::empty())
}

fn told(table: &mut Table, message: RouteNetlinkMessage) -> Option<Mac> {
    let changes = table.changes(&[message], NOW);
    let [Change::Assigned(assignment)] = changes.as_slice() else { return None };
    assert_eq!(assignment.from, NOW - 3_000_000_000, "it is in the table for 3 s");
    assert_eq!((assignment.until, &assignment.name, assignment.source), (None, &None, Source::Neighbour));
    assignment.mac
}

#[test]
fn entries_that_are_sure_are_told() {
    use NeighbourState::{Delay, Failed, Incomplete, Noarp, Permanent, Probe, Reachable, Stale};
    let (none, proxy) = (NeighbourFlags::empty(), NeighbourFlags::Proxy);
    for (address, mac, state, flags, expected) in [
        ("10.0.0.1", &MAC[..], Reachable, none, true),
        ("fd53::1", &MAC, Reachable, none, true),
        ("10.0.0.1", &MAC, Stale, none, true),
        ("10.0.0.1", &MAC, Delay, none, true),
        ("10.0.0.1", &MAC, Probe, none, true),
        ("10.0.0.1", &MAC, Permanent, none, true),
        ("10.0.0.1", &MAC, Reachable, NeighbourFlags::Router, true),
        ("10.0.0.1", &MAC, Failed, none, false),
        ("10.0.0.1", &[], Incomplete, none, false),
        ("224.0.0.22", &[1, 0, 0x5e, 0, 0, 0x16], Noarp, none, false),
        ("10.0.0.1", &MAC, Permanent, proxy, false),
        ("127.0.0.1", &[0; 6], Permanent, none, false),
        ("10.0.0.1", &[0; 20], Reachable, none, false), // InfiniBand
        ("fe80::1", &MAC, Reachable, none, false),
        ("169.254.1.1", &MAC, Reachable, none, false),
    ] {
        let told = told(&mut Table::default(), entry(address, mac, state, flags));
        assert_eq!(told, expected.then_some(MAC), "{address} {mac:?} {state:?} {flags:?}");
    }
}

#[test]
fn only_changes_are_told() {
    let other = [2, 0, 0, 0, 0, 13];
    let mut table = Table::default();
    for (what, mac, expected) in [
        ("new", MAC, Some(MAC)),
        ("the same", MAC, None),
        ("another machine", other, Some(other)),
        ("the same", other, None),
        ("the first again", MAC, Some(MAC)),
    ] {
        assert_eq!(told(&mut table, reachable("10.0.0.1", mac)), expected, "{what}");
    }
    let RouteNetlinkMessage::NewNeighbour(gone) = reachable("10.0.0.1", MAC) else { return };
    assert_eq!(told(&mut table, RouteNetlinkMessage::DelNeighbour(gone)), None);
    assert_eq!(told(&mut table, reachable("10.0.0.1", MAC)), None, "out of the table and back");
}

#[test]
fn what_is_remembered_is_bounded() {
    let mut table = Table::default();
    let address = |number: usize| std::net::Ipv4Addr::from_bits(0x0a00_0000 + number as u32).to_string();
    for number in 0..MAX_KNOWN + 10 {
        assert_eq!(told(&mut table, reachable(&address(number), MAC)), Some(MAC));
    }
    assert_eq!(table.known.len(), MAX_KNOWN);
    assert_eq!(told(&mut table, reachable(&address(0), MAC)), Some(MAC), "forgotten, told again");
}
