//! Rules where a query is no single datagram: over TCP, in pieces, several at once, in fragments.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{ErrorKind, Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
};

use dns_monitor_tests::{
    Agent, Lab, Rules,
    address::{self, Family, Network},
    dns,
    event::{fits, said},
    load::Client,
    oracle::read_query_log,
    raw,
    wait::PATIENCE,
};
use serde_json::json;

const PASSED: &str = "event allowed dns-lookup success answer NOERROR pass - - -";
const ESCAPED: &str = "alert allowed dns-lookup success answer NOERROR pass no medium listed";
const RESET: &str = "alert denied dns-drop failure query - drop reset medium listed";
const DROPPED: &str = "alert denied dns-drop failure query - drop kernel medium listed";

fn configured(lab: &Lab) -> Rules<'_> {
    let rules = Rules::new(lab).unwrap();
    rules.write("listed.txt", "listed.w.lab.example\n").unwrap();
    rules.configure("", &rules.list("listed", "action = \"nxdomain\"")).unwrap();
    rules
}

/// What the event of the name says.
fn event_says(agent: &mut Agent, name: &str, transport: &str) -> String {
    let asked = json!({
        "dns": {"question": {"name": name}},
        "network": {"transport": transport},
        "dns_monitor": {"role": "client"},
    });
    said(&agent.wait_event(name, |event| fits(event, &asked)).unwrap())
}

fn reached(lab: &Lab, name: &str) -> bool {
    let log = read_query_log(&lab.resolver_named().query_log().unwrap()).unwrap();
    log.iter().any(|logged| logged.name == name)
}

#[test]
fn a_listed_name_resets_its_connection() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab);
    for attach in ["xdp", "tc"] {
        let mut agent = rules.start(&["--attach", attach]).unwrap();
        for (network, family) in Network::ALL.into_iter().flat_map(|n| [(n, Family::V4), (n, Family::V6)]) {
            let server = format!("@{}", address::resolver(network).of(family));
            let name = format!("{attach}-{network:?}-{family:?}.listed.w.lab.example").to_lowercase();
            let output = lab.dig(0, &[&server, "+tcp", "+timeout=20", &name]).output().unwrap();
            let printed = String::from_utf8_lossy(&output.stdout);
            assert!(printed.contains("connection reset") && !printed.contains("timed out"), "{printed}");
            assert_eq!(event_says(&mut agent, &name, "tcp"), RESET, "{name}");
            assert!(!reached(&lab, &name), "{name}");
            let name = name.replace("listed", "other");
            let printed = lab.ask(0, &[&server, "+tcp", "+short", &name]).unwrap();
            assert_eq!(printed, "192.0.2.82\n", "{name}");
            assert_eq!(event_says(&mut agent, &name, "tcp"), PASSED, "{name}");
            assert!(reached(&lab, &name), "{name}");
        }
        assert!(agent.stop().unwrap().status.success());
    }
}

fn framed(id: u16, name: &str) -> Vec<u8> {
    let message = dns::query(id, name, 1);
    [&(message.len() as u16).to_be_bytes()[..], &message].concat()
}

fn connect(lab: &Lab) -> TcpStream {
    let server: SocketAddr = (address::resolver(Network::Plain).v4, 53).into();
    let stream = lab.client(0).inside(move || TcpStream::connect(server)).unwrap().unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Ids of the next answers, in the order of the ids.
fn answers(stream: &mut TcpStream, count: usize) -> Vec<u16> {
    let mut read = || {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut message).unwrap();
        assert_eq!((dns::rcode(&message), dns::answers(&message)), (Some(0), Some(1)));
        dns::id(&message).unwrap()
    };
    let mut ids: Vec<_> = (0..count).map(|_| read()).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn what_comes_in_pieces_or_behind_another_passes_and_the_event_says_so() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab);
    let mut agent = rules.start(&[]).unwrap();
    let mut stream = connect(&lab);
    // The length alone, then the rest.
    let query = framed(1, "length.listed.w.lab.example");
    stream.write_all(&query[..2]).unwrap();
    stream.write_all(&query[2..]).unwrap();
    assert_eq!(answers(&mut stream, 1), [1]);
    for byte in framed(2, "bytes.listed.w.lab.example") {
        stream.write_all(&[byte]).unwrap();
    }
    assert_eq!(answers(&mut stream, 1), [2]);
    let both = [framed(3, "first.w.lab.example"), framed(4, "second.listed.w.lab.example")].concat();
    stream.write_all(&both).unwrap();
    assert_eq!(answers(&mut stream, 2), [3, 4]);
    for name in ["length", "bytes", "second"] {
        let name = format!("{name}.listed.w.lab.example");
        assert_eq!(event_says(&mut agent, &name, "tcp"), ESCAPED, "{name}");
        assert!(reached(&lab, &name), "{name}");
    }
    assert_eq!(event_says(&mut agent, "first.w.lab.example", "tcp"), PASSED);

    // The next one that is in one piece ends the connection, though others on it were answered.
    stream.write_all(&framed(5, "whole.listed.w.lab.example")).unwrap();
    let error = stream.read_exact(&mut [0; 2]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(event_says(&mut agent, "whole.listed.w.lab.example", "tcp"), RESET);
    assert!(!reached(&lab, "whole.listed.w.lab.example"));
    assert!(agent.stop().unwrap().status.success());
}

/// A query of `length` bytes: padded (RFC 7830).
fn padded(id: u16, name: &str, length: usize) -> Vec<u8> {
    let mut query = dns::query(id, name, 1);
    query[11] = 1; // an additional record
    let padding = (length - query.len() - 15) as u16;
    let [high, low] = (padding + 4).to_be_bytes();
    query.extend([0, 0, 41, 4, 208, 0, 0, 0, 0, high, low, 0, 12]);
    query.extend(padding.to_be_bytes());
    query.resize(length, 0);
    query
}

fn client(lab: &Lab, server: IpAddr) -> Client {
    Client::new(lab.client(0), (server, 53).into(), PATIENCE).unwrap()
}

/// The id of the next answer, which must have one address.
fn answer(client: &Client) -> u16 {
    let answer = client.receive().unwrap().unwrap();
    assert_eq!((dns::rcode(&answer), dns::answers(&answer)), (Some(0), Some(1)));
    dns::id(&answer).unwrap()
}

#[test]
fn fragments_of_a_query_are_dropped() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab);
    for attach in ["xdp", "tc"] {
        let mut agent = rules.start(&["--attach", attach]).unwrap();
        for family in [Family::V4, Family::V6] {
            let client = client(&lab, address::resolver(Network::Plain).of(family));
            let (listed, other) = ("listed.w.lab.example", "w.lab.example");
            let name = |of| format!("{attach}-{family:?}.{of}").to_lowercase();
            client.send(&padded(1, &name(listed), 3000)).unwrap();
            client.send(&padded(2, &name(other), 3000)).unwrap();
            assert_eq!(answer(&client), 2);
            assert_eq!(event_says(&mut agent, &name(listed), "udp"), DROPPED, "{}", name(listed));
            assert_eq!(event_says(&mut agent, &name(other), "udp"), PASSED, "{}", name(other));
            assert!(reached(&lab, &name(other)) && !reached(&lab, &name(listed)));
        }
        assert!(agent.stop().unwrap().status.success());
    }
}

#[test]
fn a_first_fragment_that_ends_before_the_name_passes_and_the_event_says_so() {
    let lab = Lab::new().unwrap();
    let rules = configured(&lab);
    let mut agent = rules.start(&[]).unwrap();
    let server: Ipv4Addr = address::resolver(Network::Plain).v4;
    let client = client(&lab, server.into());
    for (id, first, name, says) in [
        (1, 16, "header.listed.w.lab.example", ESCAPED),
        (2, 24, "label.listed.w.lab.example", ESCAPED),
        (3, 64, "question.listed.w.lab.example", DROPPED),
        (4, 24, "other.w.lab.example", PASSED),
    ] {
        let query = padded(id, name, 400);
        raw::send_in_fragments(lab.client(0), client.socket(), server, (id, &query), first).unwrap();
        if says != DROPPED {
            assert_eq!(answer(&client), id, "{name}");
        }
        assert_eq!(event_says(&mut agent, name, "udp"), says, "{name}");
        assert_eq!(reached(&lab, name), says != DROPPED, "{name}");
    }
    assert!(agent.stop().unwrap().status.success());
}
