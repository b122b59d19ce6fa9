//! dnstap: `fstrm_capture` takes it, and `dnstap-read` reads it.

use std::{path::Path, time::Duration};

use dns_monitor::{
    config::output::{Dnstap, DnstapPlace, Kind},
    event::{Event, Id, Observer, encoder::Encoder},
    identity::directory::Who,
    output::sink::{Events, Framing, Sink, Spec},
    rules::verdict::Judgement,
    sample::{Datagram, Direction, Packet, Transport},
    track::{
        lookup::{Lookup, Seen},
        role::Role,
    },
};
use dns_monitor_tests::{
    collectors::fstrm::{Capture, Place},
    dns,
};

use super::sender::{Sender, address};

fn packet(client: [u8; 4], transport: Transport) -> Packet {
    Packet {
        time: 1_700_000_000_123_456_789,
        interface: 0,
        direction: Direction::In,
        transport,
        source: client.into(),
        destination: [192, 0, 2, 53].into(),
        source_port: 40_000,
        destination_port: 53,
        source_mac: None,
        destination_mac: None,
        outer_vlan: None,
        inner_vlan: None,
        judged: None,
    }
}

/// The frames of a lookup for a name: a query, and a response that refuses.
fn frames(name: &str, role: Role, transport: Transport) -> (Vec<u8>, u64) {
    let query = dns::query(0x1234, name, 1);
    let mut response = query.clone();
    response[2..4].copy_from_slice(&[0x81, 0x85]);
    let there = packet([192, 0, 2, 1], transport);
    let back = Packet {
        time: there.time + 1_500_000,
        direction: Direction::Out,
        source: there.destination,
        destination: there.source,
        source_port: 53,
        destination_port: 40_000,
        ..there
    };
    fn seen(packet: Packet, bytes: &[u8]) -> Seen<'_> {
        Seen::new(Datagram { packet, length: bytes.len() as u32, bytes })
    }
    let lookup = Lookup::joined(role, seen(there, &query), seen(back, &response));
    let (judgement, who) = (Judgement::default(), Who::stranger(None));
    let event = Event::new(&lookup, &judgement, &who, Id::default(), None).unwrap();
    let observer = Observer { hostname: Some("resolver-1".to_owned()), start: None };
    let mut out = Vec::new();
    let count = Encoder::dnstap(&observer, None).encode(&event, &mut out);
    (out, count)
}

fn sink(place: &Place) -> Sink {
    let place = match place {
        Place::Unix(path) => DnstapPlace::Path(path.clone()),
        Place::Tcp(port) => DnstapPlace::Address(address(*port)),
    };
    let kind = Kind::Dnstap(Dnstap { place, timeout: Duration::from_secs(5), identity: None });
    Sink::new(&Spec { name: "lab", kind: &kind, hostname: Some("resolver-1") }).unwrap().unwrap()
}

fn send(sender: &Sender, sink: &mut Sink, frames: &(Vec<u8>, u64)) {
    let events = Events { bytes: &frames.0, count: frames.1, framing: Framing::Lengths };
    assert_eq!(sender.deliver(sink, &events).taken, frames.1);
}

#[test]
fn messages_are_read_as_they_crossed_the_nic() {
    for unix in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut capture = Capture::start(folder.path(), unix).unwrap();
        let mut sink = sink(&capture.place);
        let sender = Sender::default();
        for _ in 0..500 {
            send(&sender, &mut sink, &frames("www.lab.example", Role::Client, Transport::Udp));
        }
        send(&sender, &mut sink, &frames("auth.lab.example", Role::Resolver, Transport::Tcp));
        drop(sink);
        let lines = capture.lines().unwrap();
        assert_eq!(lines.len(), 1002, "{unix}");
        let expected = [
            "14-Nov-2023 22:13:20.123 CQ 192.0.2.1:40000 -> 192.0.2.53:53 UDP 33b www.lab.example/IN/A",
            "14-Nov-2023 22:13:20.124 CR 192.0.2.1:40000 <- 192.0.2.53:53 UDP 33b www.lab.example/IN/A",
            "14-Nov-2023 22:13:20.123 RQ 192.0.2.1:40000 -> 192.0.2.53:53 TCP 34b auth.lab.example/IN/A",
            "14-Nov-2023 22:13:20.124 RR 192.0.2.1:40000 <- 192.0.2.53:53 TCP 34b auth.lab.example/IN/A",
        ];
        assert_eq!([&lines[..2], &lines[1000..]].concat(), expected, "{unix}");
    }
}

#[test]
fn a_reader_that_was_killed_gets_a_new_stream() {
    let folder = tempfile::tempdir().unwrap();
    let folder: &Path = folder.path();
    let mut capture = Capture::start(folder, false).unwrap();
    let (mut sink, sender) = (sink(&capture.place), Sender::default());
    send(&sender, &mut sink, &frames("before.lab.example", Role::Client, Transport::Udp));
    capture.kill().unwrap();
    let mut next = capture.again(folder, "two.fstrm").unwrap();
    for _ in 0..100 {
        send(&sender, &mut sink, &frames("after.lab.example", Role::Client, Transport::Udp));
    }
    drop(sink);
    let lines = next.lines().unwrap();
    assert!(lines.iter().all(|line| line.contains("after.lab.example")), "{lines:#?}");
    assert_eq!(lines.len(), 200);
}
