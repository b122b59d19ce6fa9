//! Queries and responses as bytes, and a server that answers.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{net::Ipv4Addr, thread, time::Duration};

use super::{
    lookup::{Answer, answer, query},
    *,
};
use crate::{
    decode::message::Message,
    identity::{
        assignment::{Assignment, Change, Source},
        feed::feed,
    },
};

const OWNER: [u8; 2] = [0xc0, 12];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// A response to the query, with records of the answer section.
fn response(query: &[u8], rcode: u8, answers: &[Vec<u8>]) -> Vec<u8> {
    let mut response = [query, &answers.concat()].concat();
    response[2] |= 0x80;
    response[3] |= rcode;
    response[7] = answers.len() as u8;
    response
}

fn record(owner: &[u8], rtype: u8, data: &[u8]) -> Vec<u8> {
    [owner, &[0, rtype, 0, 1, 0, 0, 2, 0, 0, data.len() as u8], data].concat()
}

const NAME: &[u8] = b"\x06laptop\x03lab\x00";

#[test]
fn addresses_are_asked_for_in_reverse() {
    for (address, expected) in [
        ("10.53.0.7", "7.0.53.10.in-addr.arpa"),
        ("fd53::1:2a", "a.2.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.3.5.d.f.ip6.arpa"),
    ] {
        let query = query(0x1234, ip(address));
        let message = Message::parse(&query).unwrap();
        let question = message.question.unwrap();
        assert_eq!((message.header.id, message.header.rd()), (0x1234, true));
        assert_eq!((question.name.to_string().as_str(), question.qtype, question.qclass), (expected, 12, 1));
        assert_eq!(message.fault(), None);
    }
}

#[test]
fn what_responses_say() {
    let query = query(7, ip("10.0.0.1"));
    let other = lookup::query(7, ip("10.0.0.2"));
    let named = || Some(Answer::Name("laptop.lab".into(), 512));
    let alias = b"\x011\x040-31\x00";
    let odd_id = [&[0, 8][..], &response(&query, 0, &[record(&OWNER, 12, NAME)])[2..]].concat();
    let cut = response(&query, 0, &[record(&OWNER, 12, NAME)]);
    let truncated = [&response(&query, 0, &[])[..2], &[0x83], &response(&query, 0, &[])[3..]].concat();
    for (what, response, expected) in [
        ("a name", response(&query, 0, &[record(&OWNER, 12, NAME)]), named()),
        (
            "an alias (RFC 2317)",
            response(&query, 0, &[record(&OWNER, 5, alias), record(alias, 12, NAME)]),
            named(),
        ),
        (
            "the first of two",
            response(&query, 0, &[record(&OWNER, 12, NAME), record(&OWNER, 12, b"\x01x\x00")]),
            named(),
        ),
        ("the root", response(&query, 0, &[record(&OWNER, 12, b"\x00")]), Some(Answer::NoName)),
        ("no record", response(&query, 0, &[]), Some(Answer::NoName)),
        ("another type", response(&query, 0, &[record(&OWNER, 16, b"\x01x")]), Some(Answer::NoName)),
        ("NXDOMAIN", response(&query, 3, &[]), Some(Answer::NoName)),
        ("SERVFAIL", response(&query, 2, &[]), Some(Answer::Failed)),
        ("REFUSED", response(&query, 5, &[]), Some(Answer::Failed)),
        ("truncated, without a name", truncated, Some(Answer::Failed)),
        (
            "data that is no name",
            response(&query, 0, &[record(&OWNER, 12, b"\x09lap")]),
            Some(Answer::Failed),
        ),
        ("half a record", cut[..cut.len() - 3].to_vec(), Some(Answer::Failed)),
        ("our own query", query.clone(), None),
        ("another question", response(&other, 0, &[record(&OWNER, 12, NAME)]), None),
        ("another id", odd_id, None),
        ("half a header", vec![0; 5], None),
    ] {
        assert_eq!(answer(&query, &response), expected, "{what}");
    }
}

#[test]
fn only_private_addresses_are_looked_up() {
    for (address, expected) in [
        ("10.0.0.1", true),
        ("172.31.255.255", true),
        ("192.168.1.1", true),
        ("fd53::1", true),
        ("fc00::1", true),
        ("8.8.8.8", false),
        ("172.32.0.1", false),
        ("100.64.0.1", false),
        ("169.254.0.1", false),
        ("127.0.0.1", false),
        ("2001:db8::1", false),
        ("fe80::1", false),
        ("::1", false),
    ] {
        assert_eq!(is_private(ip(address)), expected, "{address}");
    }
}

/// Answers every query for 10.0.0.1 with a name, others with NXDOMAIN; ends after `count`. Returns who asked.
fn serve(socket: UdpSocket, count: usize) -> thread::JoinHandle<Vec<SocketAddr>> {
    thread::spawn(move || {
        let mut buffer = [0; 512];
        let mut serve = || {
            let (length, from) = socket.recv_from(&mut buffer).unwrap();
            let query = &buffer[..length];
            let is_first = query[12..].starts_with(b"\x011\x010\x010\x0210");
            let names = [record(&OWNER, 12, NAME)];
            let (rcode, answers) = if is_first { (0, &names[..]) } else { (3, &[][..]) };
            socket.send_to(b"junk", from).unwrap();
            socket.send_to(&response(query, rcode, answers), from).unwrap();
            from
        };
        (0..count).map(|_| serve()).collect()
    })
}

#[test]
fn names_come_from_the_server() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (feed, learned) = feed();
    let mut ptr = Ptr::start(socket.local_addr().unwrap(), feed).unwrap();
    let server = serve(socket, 2);
    for address in ["8.8.8.8", "10.0.0.2", "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1"] {
        ptr.ask(ip(address), 5);
    }
    let batch = learned.next(Duration::from_secs(60)).unwrap();
    let [
        Change::Assigned(Assignment {
            address,
            from: 5,
            until: Some(_),
            name,
            mac: None,
            source: Source::Ptr,
        }),
    ] = &*batch
    else {
        unreachable!("{batch:?}")
    };
    assert_eq!((*address, name.as_deref()), (ip("10.0.0.1"), Some("laptop.lab")));
    for from in server.join().unwrap() {
        assert!(ptr.is_own(from.ip(), from.port()));
        assert!(!ptr.is_own(from.ip(), from.port() ^ 1) && !ptr.is_own(ip("10.0.0.9"), from.port()));
    }
    let tally = loop {
        let tally = ptr.tally();
        if tally.seen() == 2 && tally.held() == 0 {
            break tally;
        }
        thread::yield_now();
    };
    assert_eq!((tally.emitted(), tally.count(PtrReason::NoName), tally.count(PtrReason::Foreign)), (1, 1, 2));
}

#[test]
fn who_asks_too_much_is_told_so() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap(); // says nothing
    let mut ptr = Ptr::start(socket.local_addr().unwrap(), feed().0).unwrap();
    let count = 4 * QUEUE;
    for number in 0..count {
        ptr.ask(Ipv4Addr::from_bits(0x0a00_0000 + number as u32).into(), 5);
    }
    let busy = ptr.tally().count(PtrReason::Busy);
    assert!(busy > 2 * QUEUE as u64, "{busy}");
    assert_eq!(ptr.handed_over.len() as u64 + busy, count as u64);
}
