//! Syslog against receivers that take messages apart to the letter.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{
    net::{TcpStream, UdpSocket},
    time::Duration,
};

use super::*;
use crate::{
    config::output::SyslogHeader,
    output::sink::lab::{Behaviour, Collector, address, batch, exactly, lines, nobody, until},
};

fn settings(port: u16, transport: SyslogTransport) -> output::Syslog {
    let header = SyslogHeader { app_name: "dns".to_owned(), ..SyslogHeader::default() };
    output::Syslog { address: address(port), timeout: Duration::from_millis(400), transport, header }
}

fn sink(port: u16, transport: SyslogTransport) -> Syslog {
    Syslog::new(&settings(port, transport), Some("resolver-1"))
}

/// Reads so many messages with their lengths before them.
fn counted(stream: &mut TcpStream, count: usize) -> Vec<String> {
    let one = |_| {
        let length = String::from_utf8(until(stream, b' ')).unwrap();
        assert!(!length.starts_with('0') && length.bytes().all(|c| c.is_ascii_digit()), "{length:?}");
        String::from_utf8(exactly(stream, length.parse().unwrap())).unwrap()
    };
    (0..count).map(one).collect()
}

fn messages(lines: &[u8]) -> Vec<String> {
    let mut writer = Writer::new(&settings(1, SyslogTransport::Tcp).header, Some("resolver-1"));
    batch(lines).iter().map(|line| String::from_utf8(writer.message(line).to_vec()).unwrap()).collect()
}

#[test]
fn messages_keep_to_the_letter_of_rfc_5424() {
    let plain = SyslogHeader::default();
    let full = SyslogHeader {
        facility: output::Facility::Authpriv,
        app_name: "dns".to_owned(),
        enterprise: Some(32473),
        bom: true,
    };
    let alert = r#"{"@timestamp":"2016-06-29T15:52:14.321102999Z","event":{"kind":"alert","id":"a]\"1"}}"#;
    let pid = std::process::id();
    let cases = [
        (
            "the usual",
            &plain,
            Some("resolver-1"),
            r#"{"@timestamp":"2016-06-29T15:52:14Z"}"#,
            format!(
                r#"<134>1 2016-06-29T15:52:14.000000Z resolver-1 dns-monitor {pid} dns - {{"@timestamp":"2016-06-29T15:52:14Z"}}"#
            ),
        ),
        (
            "an alert, its id, UTF-8",
            &full,
            None,
            alert,
            format!(
                "<84>1 2016-06-29T15:52:14.321102Z - dns {pid} dns [dns-monitor@32473 id=\"a\\]\\\"1\"] \u{feff}{alert}"
            ),
        ),
        (
            "a host name that is none",
            &plain,
            Some("a host"),
            r#"{"ts":0.5}"#,
            format!(r#"<134>1 1970-01-01T00:00:00.500000Z - dns-monitor {pid} dns - {{"ts":0.5}}"#),
        ),
    ];
    for (what, header, host, line, expected) in cases {
        let mut writer = Writer::new(header, host);
        assert_eq!(String::from_utf8(writer.message(line.as_bytes()).to_vec()).unwrap(), expected, "{what}");
    }
}

#[test]
fn streams_have_lengths_before_messages() {
    let behave: Behaviour<Vec<String>> = Box::new(|mut stream| counted(&mut stream, 400));
    let collector = Collector::start(vec![behave]);
    let (mut sink, stop, lines) = (sink(collector.port, SyslogTransport::Tcp), Stop::default(), lines(200));
    for _ in 0..2 {
        assert_eq!(sink.deliver(&batch(&lines), &stop).unwrap(), Receipt::all(&batch(&lines)));
    }
    assert_eq!(collector.finish(), [[messages(&lines), messages(&lines)].concat()]);
}

#[test]
fn a_stream_that_was_closed_is_opened_again() {
    let once = || -> Behaviour<Vec<String>> { Box::new(|mut stream| counted(&mut stream, 3)) };
    let collector = Collector::start(vec![once(), once()]);
    let (mut sink, stop, lines) = (sink(collector.port, SyslogTransport::Tcp), Stop::default(), lines(3));
    sink.deliver(&batch(&lines), &stop).unwrap();
    // As soon as the close has arrived, nothing is written into the void any more.
    let again = loop {
        match sink.deliver(&batch(b""), &stop) {
            Ok(_) => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => break error,
        }
    };
    assert!(matches!(again, SinkError::Broken { .. }), "{again}");
    sink.deliver(&batch(&lines), &stop).unwrap();
    assert_eq!(collector.finish(), [messages(&lines), messages(&lines)]);
}

#[test]
fn a_receiver_that_never_reads_is_given_up() {
    let (done, over) = std::sync::mpsc::channel::<()>();
    let behave: Behaviour<()> = Box::new(move |stream| {
        // It ends when the test does.
        let _ended = over.recv();
        drop(stream);
    });
    let collector = Collector::start(vec![behave]);
    let mut sink = sink(collector.port, SyslogTransport::Tcp);
    let lines = lines(20_000);
    let error = loop {
        match sink.deliver(&batch(&lines), &Stop::default()) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("nothing moved"), "{error}");
    drop(done);
    collector.finish();
}

#[test]
fn a_datagram_has_one_message_and_what_is_too_long_is_counted() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let port = receiver.local_addr().unwrap().port();
    let long = format!("{{\"ts\":1,\"x\":\"{}\"}}\n", "y".repeat(1000)).into_bytes();
    let all = [lines(1), long, lines(2)].concat();
    let mut sink = sink(port, SyslogTransport::Udp { max_bytes: 1000 });
    let receipt = sink.deliver(&batch(&all), &Stop::default()).unwrap();
    assert_eq!((receipt.taken, receipt.refused), (3, 1));
    assert!(receipt.reason.unwrap().contains("longer than max_bytes, 1000"));
    let mut buffer = [0; 2000];
    for expected in messages(&[lines(1), lines(2)].concat()) {
        let length = receiver.recv(&mut buffer).unwrap();
        assert_eq!(str::from_utf8(&buffer[..length]).unwrap(), expected);
    }
}

#[test]
fn what_the_system_finds_too_long_is_counted_too() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    let long = format!("{{\"x\":\"{}\"}}\n", "y".repeat(70_000)).into_bytes();
    let mut sink = sink(port, SyslogTransport::Udp { max_bytes: 1 << 20 });
    let receipt = sink.deliver(&batch(&long), &Stop::default()).unwrap();
    assert_eq!((receipt.taken, receipt.refused), (0, 1));
}

#[test]
fn nobody_there_is_told() {
    let stop = Stop::default();
    let error = sink(nobody(), SyslogTransport::Tcp).deliver(&batch(&lines(1)), &stop).unwrap_err();
    assert!(matches!(error, SinkError::Connect { .. }), "{error}");
    // UDP hears of it with a later datagram, if at all: what was not sent is sent again, and only that.
    let mut udp = sink(nobody(), SyslogTransport::Udp { max_bytes: 1000 });
    let lines = lines(1000);
    let error = udp.deliver(&batch(&lines), &stop).unwrap_err();
    assert!(matches!(error, SinkError::Broken { .. }), "{error}");
}
