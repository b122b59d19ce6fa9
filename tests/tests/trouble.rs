//! What must not happen when things go wrong: the agent blind, the resolver silent.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{net::UdpSocket, os::unix::process::ExitStatusExt, time::Duration};

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Family, Network},
    books, dns,
    event::fits,
    named::signal,
    wait,
};
use serde_json::json;

mod support;

use support::{see_lookup, xdp};

#[test]
fn a_lookup_without_response_is_an_event_after_the_timeout() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0", "--response-timeout", "1s"]).unwrap();
    let named = lab.resolver_named().pid();
    signal(named, libc::SIGSTOP).unwrap();
    let socket = lab.client(0).inside(|| UdpSocket::bind("0.0.0.0:0")).unwrap().unwrap();
    socket.connect((address::resolver(Network::Plain).v4, 53)).unwrap();
    socket.send(&dns::query(4712, "late.w.lab.example", 1)).unwrap();
    let question = json!({"name": "late.w.lab.example", "type": "A"});
    let event = json!({
        "event": {"outcome": "failure", "duration": null},
        "client": {"ip": "10.53.0.10", "port": socket.local_addr().unwrap().port()},
        "server": {"ip": "10.53.0.2", "bytes": null},
        "dns": {"id": "4712", "type": "query", "question": question, "response_code": null, "answers": null},
        "dns_monitor": {"role": "client"},
    });
    agent.wait_event("without response", |found| fits(found, &event)).unwrap();

    signal(named, libc::SIGCONT).unwrap();
    let late = json!({
        "event": {"duration": null},
        "client": {"ip": "10.53.0.10", "bytes": null},
        "dns": {"id": "4712", "type": "answer", "question": question, "response_code": "NOERROR"},
        "dns_monitor": {"role": "client"},
    });
    agent.wait_event("the late response, on its own", |found| fits(found, &late)).unwrap();

    // An authority that never answers: the resolver's own lookups fail.
    drop(lab.dig(1, &["+timeout=2", "www.silent.example", "A"]).output().unwrap());
    let silent = json!({
        "event": {"outcome": "failure"},
        "server": {"ip": address::SILENT.v4.to_string()},
        "dns": {"type": "query"},
        "dns_monitor": {"role": "resolver"},
    });
    agent.wait_event("of the silent authority", |found| fits(found, &silent)).unwrap();
}

#[test]
fn garbage_harms_nobody() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0", "--response-timeout", "1s"]).unwrap();
    let header = |qd: u16| {
        let mut message = dns::query(4713, "", 1);
        message.truncate(12);
        message[4..6].copy_from_slice(&qd.to_be_bytes());
        message
    };
    let with = |qd, body: &[u8]| [header(qd), body.to_vec()].concat();
    let long_name: Vec<u8> = [1, b'x'].repeat(130);
    // What, the datagram, and the event's malformed reason, if there must be an event.
    let cases: Vec<(&str, Vec<u8>, Option<&str>)> = vec![
        ("an empty datagram", vec![], None),
        ("one byte", vec![0], Some("short-header")),
        ("eleven bytes", header(0)[..11].to_vec(), Some("short-header")),
        ("only a header that promises a question", header(1), Some("truncated-name")),
        ("two questions", with(2, b"\x03www\0\0\x01\0\x01\x03www\0\0\x02\0\x01"), Some("many-questions")),
        (
            "65,535 questions promised, one there",
            with(65535, b"\x03www\0\0\x01\0\x01"),
            Some("truncated-name"),
        ),
        ("a pointer to itself", with(1, b"\xc0\x0c\0\x01\0\x01"), Some("forward-pointer")),
        ("a label of a reserved type", with(1, b"\x80www\0\0\x01\0\x01"), Some("label-type")),
        (
            "a name above 255 octets",
            with(1, &[&long_name[..], b"\0\0\x01\0\x01"].concat()),
            Some("name-too-long"),
        ),
        ("a name that ends early", with(1, b"\x3fwww"), Some("truncated-name")),
        ("a question that ends early", with(1, b"\x03www\0\0"), Some("short-question")),
        ("noise", (0..512_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect(), None),
    ];
    let socket = lab.client(0).inside(|| UdpSocket::bind("0.0.0.0:0")).unwrap().unwrap();
    socket.connect((address::resolver(Network::Plain).v4, 53)).unwrap();
    for (what, datagram, malformed) in &cases {
        let before = agent.events().unwrap().len();
        socket.send(datagram).unwrap();
        let Some(malformed) = malformed else { continue };
        let expected = json!({"dns_monitor": {"malformed": malformed}});
        let mut found = false;
        agent
            .wait_until(what, |events| {
                found |= events.iter().skip(before).any(|event| fits(event, &expected));
                found
            })
            .unwrap();
    }
    // A response that nobody asked for.
    let mut response = dns::query(4714, "www.lab.example", 1);
    response[2] |= 0x80;
    socket.send(&response).unwrap();
    see_lookup(&lab, &mut agent, "after-garbage.w.lab.example");
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
    for book in books::read(&ended.stderr).unwrap() {
        assert!(book.balances() && book.lost == 0, "{book:?}\n{}", ended.stderr);
    }
}

#[test]
fn however_the_agent_ends_the_resolver_answers_and_no_program_stays() {
    let lab = Lab::new().unwrap();
    for (what, number, graceful) in [
        ("Ctrl-C", libc::SIGINT, true),
        ("service stop", libc::SIGTERM, true),
        ("killed", libc::SIGKILL, false),
        ("as by a panic that aborts", libc::SIGABRT, false),
    ] {
        let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
        see_lookup(&lab, &mut agent, &format!("before{number}.w.lab.example"));
        assert!(xdp(&lab).is_some(), "{what}: nothing attached");
        agent.signal(number).unwrap();
        let ended = agent.wait().unwrap();
        assert_eq!(ended.status.success(), graceful, "{what}: {}", ended.stderr);
        if graceful {
            let books = books::read(&ended.stderr).unwrap();
            assert!(books.iter().all(books::Book::balances), "{what}: {}", ended.stderr);
        } else {
            assert_eq!(ended.status.signal(), Some(number), "{what}");
        }
        // The kernel takes a killed process's links a moment later.
        wait::until("the program is gone", || Ok(xdp(&lab).is_none().then_some(()))).unwrap();
        for family in [Family::V4, Family::V6] {
            let server = format!("@{}", address::resolver(Network::Plain).of(family));
            let answer = lab.ask(0, &["+short", &server, &format!("after{number}.w.lab.example")]).unwrap();
            assert_eq!(answer, "192.0.2.82\n", "{what}: {family:?}");
        }
    }
}

#[test]
fn the_ledger_can_be_asked_for() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    see_lookup(&lab, &mut agent, "before.w.lab.example");
    agent.signal(libc::SIGUSR1).unwrap();
    agent.wait_stderr("events     seen").unwrap();
    for book in books::read(&agent.stderr()).unwrap() {
        let fates = book.emitted + book.filtered + book.lost + book.held;
        assert_eq!(book.seen, fates, "{book:?}\n{}", agent.stderr());
    }
    see_lookup(&lab, &mut agent, "after.w.lab.example");
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn a_reader_that_goes_away_ends_the_agent_and_not_the_resolver() {
    let lab = Lab::new().unwrap();
    let mut agent = Agent::start_stalled(lab.resolver(), &["--interface", "eth0"]).unwrap();
    agent.wait_watching().unwrap();
    agent.hang_up();
    let answer = lab.ask(0, &["+short", "www.lab.example", "A"]).unwrap();
    assert_eq!(answer, "192.0.2.80\n");
    let ended = agent.wait().unwrap();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    assert!(books::read(&ended.stderr).unwrap().iter().all(books::Book::balances), "{}", ended.stderr);
    assert_eq!(xdp(&lab), None);
    assert_eq!(lab.ask(0, &["+short", "www.lab.example", "A"]).unwrap(), answer);
}

#[test]
fn a_lookup_in_pieces_over_one_tcp_connection() {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    let server = (address::resolver(Network::Plain).v4, 53);
    let mut stream = lab.client(0).inside(move || TcpStream::connect(server)).unwrap().unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let framed = |id, name: &str| {
        let message = dns::query(id, name, 1);
        [&(message.len() as u16).to_be_bytes()[..], &message].concat()
    };
    // One message byte by byte, then three in one segment.
    for byte in framed(1, "byte-by-byte.w.lab.example") {
        stream.write_all(&[byte]).unwrap();
    }
    let names = ["first.w.lab.example", "second.w.lab.example", "third.w.lab.example"];
    stream
        .write_all(&names.iter().zip(2..).flat_map(|(name, id)| framed(id, name)).collect::<Vec<_>>())
        .unwrap();
    for _ in 0..4 {
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        stream.read_exact(&mut vec![0; usize::from(u16::from_be_bytes(length))]).unwrap();
    }
    for name in ["byte-by-byte.w.lab.example"].iter().chain(&names) {
        let expected = json!({
            "network": {"transport": "tcp"},
            "event": {"outcome": "success"},
            "client": {"ip": "10.53.0.10", "port": stream.local_addr().unwrap().port()},
            "dns": {"question": {"name": name}, "type": "answer", "response_code": "NOERROR"},
            "dns_monitor": {"role": "client", "malformed": null},
        });
        agent.wait_event(name, |event| fits(event, &expected)).unwrap();
    }
}
