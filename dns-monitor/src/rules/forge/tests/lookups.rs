//! Lookups that the kernel programs ended, and the answer that belongs to them.

use super::*;
use crate::{
    rules::verdict::Judged,
    sample::{Datagram, Direction, Packet},
    track::{
        lookup::{End, Seen},
        role::{Kind, Part, Role},
    },
};

fn packet(done: Option<Done>) -> Packet {
    Packet {
        time: 1_700_000_000_000_000_000,
        interface: 3,
        source_mac: Some([1; 6]),
        destination_mac: Some([2; 6]),
        outer_vlan: Some(7),
        inner_vlan: Some(8),
        judged: done.map(|done| Judged { generation: 1, done, candidate: 5, line: 17 }),
        ..Packet::example()
    }
}

#[test]
fn what_was_answered_has_its_answer() {
    let bytes = usual().bytes();
    let whole = bytes.len() as u32;
    let cases = [
        ("answered", Some(Done::Blocked(Block::Nxdomain)), whole, true),
        ("dropped", Some(Done::Blocked(Block::Drop)), whole, false),
        ("reset", Some(Done::Reset), whole, false),
        ("passed", Some(Done::Passed), whole, false),
        ("only tried", Some(Done::Would(Block::Nxdomain)), whole, false),
        ("not judged", None, whole, false),
        ("captured in part", Some(Done::Blocked(Block::Nxdomain)), whole + 1, false),
    ];
    let kind = Kind { role: Role::Client, part: Part::Query, contradicted: false };
    for (what, done, length, expected) in cases {
        let seen = Seen::new(Datagram { packet: packet(done), length, bytes: &bytes });
        let (lookup, mut buffer) = (Lookup::alone(kind, seen, End::Blocked), Vec::new());
        let lookup = answered(&lookup, &effect(Block::Nxdomain), &mut buffer);
        let response = lookup.response.map(|seen| seen.datagram.bytes.to_vec());
        let forged = answer(&usual(), Block::Nxdomain, &effect(Block::Nxdomain));
        assert_eq!(response, forged.filter(|_| expected), "{what}");
        assert_eq!(
            (lookup.role, lookup.end, lookup.duration()),
            (Role::Client, End::Blocked, None),
            "{what}"
        );
        assert_eq!(lookup.query.unwrap().datagram, seen.datagram, "{what}");
    }
}

#[test]
fn the_answer_goes_back_where_the_query_came_from() {
    let bytes = usual().bytes();
    let asked = packet(Some(Done::Blocked(Block::Refused)));
    let seen = Seen::new(Datagram { packet: asked, length: bytes.len() as u32, bytes: &bytes });
    let kind = Kind { role: Role::Client, part: Part::Query, contradicted: false };
    let (lookup, mut buffer) = (Lookup::alone(kind, seen, End::Blocked), Vec::new());
    let lookup = answered(&lookup, &effect(Block::Refused), &mut buffer);
    let response = lookup.response.unwrap();
    let expected = Packet {
        direction: Direction::Out,
        source: asked.destination,
        destination: asked.source,
        source_port: 53,
        destination_port: 40_000,
        source_mac: Some([2; 6]),
        destination_mac: Some([1; 6]),
        judged: None,
        ..asked
    };
    assert_eq!(response.datagram.packet, expected);
    assert_eq!(response.datagram.length as usize, response.datagram.bytes.len());
    assert_eq!(response.message.unwrap().header.rcode(), 5);
    assert!(response.asks(&seen), "the same question");
}
