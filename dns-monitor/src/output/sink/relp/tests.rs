//! RELP against a receiver that checks every byte.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{io::Write as _, net::TcpStream};

use super::{
    frame::{self, Frame},
    *,
};
use crate::{
    config::output::SyslogHeader,
    output::sink::lab::{
        Behaviour, Collector, batch, dribble, endpoint, exactly, lines, mangled, nobody, rest, sent, until,
    },
};

fn sink(port: u16, window: usize) -> Relp {
    let header = SyslogHeader { app_name: "dns".to_owned(), ..SyslogHeader::default() };
    Relp::new(&output::Relp { endpoint: endpoint(port), window, header }, Some("resolver-1"))
}

/// A receiver's side of a session.
struct Receiver {
    stream: TcpStream,
    last: u32,
}

impl Receiver {
    /// Reads one command, as strictly as the specification has it.
    fn command(&mut self) -> (u32, String, Vec<u8>) {
        let number = until(&mut self.stream, b' ');
        let command = String::from_utf8(until(&mut self.stream, b' ')).unwrap();
        let mut length = Vec::new();
        let separator = loop {
            match exactly(&mut self.stream, 1)[0] {
                digit if digit.is_ascii_digit() => length.push(digit),
                other => break other,
            }
        };
        let decimal = |text: &[u8]| str::from_utf8(text).unwrap().parse::<u32>().unwrap();
        let (number, length) = (decimal(&number), decimal(&length) as usize);
        assert_eq!(number, self.last + 1, "transactions are counted");
        assert_eq!(separator, if length == 0 { b'\n' } else { b' ' });
        let data = exactly(&mut self.stream, length);
        assert!(length == 0 || exactly(&mut self.stream, 1) == b"\n", "a line feed ends a frame");
        self.last = number;
        (number, command, data)
    }

    fn say(&mut self, number: u32, command: &str, data: &str) {
        let mut out = Vec::new();
        frame::write(number, command, data.as_bytes(), &mut out);
        self.stream.write_all(&out).unwrap();
    }

    fn opened(stream: TcpStream) -> Self {
        let mut receiver = Self { stream, last: 0 };
        let (number, command, offer) = receiver.command();
        let offer = String::from_utf8(offer).unwrap();
        assert_eq!((number, command.as_str()), (1, "open"));
        assert!(offer.lines().any(|line| line == "relp_version=0"), "{offer}");
        assert!(offer.lines().any(|line| line == "commands=syslog"), "{offer}");
        receiver.say(1, "rsp", "200 OK\nrelp_version=0\nrelp_software=lab\ncommands=syslog");
        receiver
    }

    /// The event of the next message.
    fn message(&mut self) -> (u32, String) {
        let (number, command, data) = self.command();
        let text = String::from_utf8(data).unwrap();
        assert_eq!(command, "syslog");
        let head = format!("<134>1 2016-06-29T15:52:14.321000Z resolver-1 dns {} dns - ", std::process::id());
        (number, text.strip_prefix(&head).unwrap_or_else(|| panic!("{text}")).to_owned())
    }
}

/// Takes so many messages, and then the farewell.
fn takes(count: usize) -> Behaviour<Vec<String>> {
    Box::new(move |stream| {
        let mut receiver = Receiver::opened(stream);
        let mut got = Vec::new();
        for _ in 0..count {
            let (number, event) = receiver.message();
            got.push(event);
            receiver.say(number, "rsp", "200 OK");
        }
        let (_, command, _) = receiver.command();
        assert_eq!(command, "close");
        got
    })
}

#[test]
fn every_message_is_acknowledged_and_the_session_closed() {
    for window in [1, 3, 1000] {
        let collector = Collector::start(vec![takes(200)]);
        let (mut sink, stop, lines) = (sink(collector.port, window), Stop::default(), lines(100));
        for _ in 0..2 {
            assert_eq!(sink.deliver(&batch(&lines), &stop).unwrap(), Receipt::all(&batch(&lines)));
        }
        drop(sink);
        assert_eq!(collector.finish(), [[sent(&lines), sent(&lines)].concat()], "window {window}");
    }
}

#[test]
fn no_more_are_on_their_way_than_the_window_allows() {
    let behave: Behaviour<()> = Box::new(|stream| {
        let mut receiver = Receiver::opened(stream);
        let numbers: Vec<_> = (0..4).map(|_| receiver.message().0).collect();
        receiver.stream.set_nonblocking(true).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(receiver.stream.peek(&mut [0]).is_err(), "a fifth came");
        receiver.stream.set_nonblocking(false).unwrap();
        // In any order.
        for number in numbers.into_iter().rev() {
            receiver.say(number, "rsp", "200 OK");
        }
        for _ in 0..2 {
            let (number, _) = receiver.message();
            receiver.say(number, "rsp", "200 OK");
        }
    });
    let collector = Collector::start(vec![behave]);
    let lines = lines(6);
    assert_eq!(sink(collector.port, 4).deliver(&batch(&lines), &Stop::default()).unwrap().taken, 6);
    collector.finish();
}

#[test]
fn what_is_refused_is_counted_and_what_was_settled_is_not_sent_again() {
    let first: Behaviour<Vec<String>> = Box::new(|stream| {
        let mut receiver = Receiver::opened(stream);
        for answer in ["200 OK", "500 too\nlong"] {
            let (number, _) = receiver.message();
            receiver.say(number, "rsp", answer);
        }
        receiver.message();
        receiver.say(0, "serverclose", "");
        Vec::new()
    });
    let collector = Collector::start(vec![first, takes(2)]);
    let (mut sink, stop, lines) = (sink(collector.port, 100), Stop::default(), lines(4));
    let error = sink.deliver(&batch(&lines), &stop).unwrap_err();
    assert!(error.to_string().contains("closes the session"), "{error}");
    let receipt = sink.deliver(&batch(&lines), &stop).unwrap();
    assert_eq!(receipt, Receipt { taken: 3, refused: 1, reason: Some("500 too long".to_owned()) });
    drop(sink);
    assert_eq!(collector.finish()[1], sent(&lines)[2..]);
}

#[test]
fn answers_may_come_byte_by_byte() {
    let behave: Behaviour<()> = Box::new(|stream| {
        let mut receiver = Receiver::opened(stream);
        let (one, two) = (receiver.message().0, receiver.message().0);
        dribble(&mut receiver.stream, format!("{one} rsp 6 200 OK\n{two} rsp 6 200 OK\n").as_bytes());
    });
    let collector = Collector::start(vec![behave]);
    assert_eq!(sink(collector.port, 9).deliver(&batch(&lines(2)), &Stop::default()).unwrap().taken, 2);
    collector.finish();
}

#[test]
fn trouble_is_told() {
    type Trouble = (&'static str, fn(TcpStream), &'static str);
    let cases: [Trouble; 9] = [
        ("closes at once", |_| {}, "broke"),
        ("never answers", |mut stream| drop(rest(&mut stream)), "nothing moved"),
        (
            "another protocol",
            |mut stream| stream.write_all(b"HTTP/1.1 400 Bad Request\r\n").unwrap(),
            "no frame",
        ),
        ("garbage without end", |mut stream| stream.write_all(&[b'1'; 200]).unwrap(), "its head has no end"),
        (
            "does not want us",
            |stream| {
                let mut receiver = Receiver { stream, last: 0 };
                receiver.command();
                receiver.say(1, "rsp", "500 not you");
                rest(&mut receiver.stream);
            },
            "does not let us in: not you",
        ),
        (
            "takes no syslog",
            |stream| {
                let mut receiver = Receiver { stream, last: 0 };
                receiver.command();
                receiver.say(1, "rsp", "200 OK\nrelp_version=0\ncommands=other");
                rest(&mut receiver.stream);
            },
            "takes no syslog messages",
        ),
        (
            "closes early",
            |stream| {
                let mut receiver = Receiver::opened(stream);
                receiver.message();
            },
            "broke",
        ),
        (
            "acknowledges what was not sent",
            |stream| {
                let mut receiver = Receiver::opened(stream);
                let (number, _) = receiver.message();
                receiver.say(number + 7, "rsp", "200 OK");
                rest(&mut receiver.stream);
            },
            "does not wait for one",
        ),
        (
            "never acknowledges",
            |stream| {
                let mut receiver = Receiver::opened(stream);
                rest(&mut receiver.stream);
            },
            "nothing moved",
        ),
    ];
    for (what, behave, expected) in cases {
        let collector = Collector::start(vec![Box::new(behave) as Behaviour<()>]);
        let error = sink(collector.port, 9).deliver(&batch(&lines(1)), &Stop::default()).unwrap_err();
        assert!(error.to_string().contains(expected), "{what}: {error}");
        collector.finish();
    }
    let error = sink(nobody(), 9).deliver(&batch(&lines(1)), &Stop::default()).unwrap_err();
    assert!(matches!(error, SinkError::Connect { .. }), "{error}");
}

#[test]
fn frames_are_read_to_the_letter() {
    let frame = |number, command: &str, data: &[u8]| Frame {
        number,
        command: command.to_owned(),
        data: data.to_vec(),
    };
    let whole: [(&[u8], Frame, usize); 4] = [
        (b"1 rsp 6 200 OK\n2 ", frame(1, "rsp", b"200 OK"), 15),
        (b"0 serverclose 0\n", frame(0, "serverclose", b""), 16),
        (b"0 serverclose 0 \n", frame(0, "serverclose", b""), 17),
        (b"999999999 rsp 3 a\nb\n", frame(999_999_999, "rsp", b"a\nb"), 20),
    ];
    for (bytes, expected, length) in whole {
        assert_eq!(frame::parse(bytes), Ok(Some((expected, length))));
        for cut in 0..length - 1 {
            assert_eq!(frame::parse(&bytes[..cut]), Ok(None), "{cut} of {bytes:?}");
        }
    }
    let odd: [&[u8]; 9] = [
        b"x rsp 6 200 OK\n",
        b"-1 rsp 6 200 OK\n",
        b"1234567890 rsp 6 200 OK\n",
        b"1 rsp x 200 OK\n",
        b"1 rsp 5 200 OK\n",
        b"1 rsp 99999 2",
        b"1  6 200 OK\n",
        b"1 r\xffp 6 200 OK\n",
        b"\n\n\n\n",
    ];
    for bytes in odd {
        assert!(frame::parse(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn whatever_comes_a_frame_is_within_it() {
    let replies: [&[u8]; 3] =
        [b"1 rsp 6 200 OK\n", b"0 serverclose 0\n", b"12 rsp 12 500 too\nlong\n3 rsp 0\n"];
    let (mut frames, mut odd) = (0, 0);
    for bytes in mangled(&replies) {
        match frame::parse(&bytes) {
            Ok(Some((frame, length))) => {
                assert!(length <= bytes.len() && frame.data.len() < length, "{bytes:?}");
                let _any = frame.response();
                frames += 1;
            }
            Ok(None) => {}
            Err(_) => odd += 1,
        }
    }
    assert!(frames > 100 && odd > 100, "{frames} frames, {odd} refused");
}
