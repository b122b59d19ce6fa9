//! JetStream against a server that checks every byte.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{io::Write as _, net::TcpStream};

use serde_json::Value;

use super::{
    ack::Ack,
    protocol::{self, Said},
    *,
};
use crate::{
    config::output::Auth,
    output::sink::lab::{
        Behaviour, Collector, batch, dribble, endpoint, exactly, lines, mangled, nobody, rest, sent, until,
    },
};

const INFO: &str = r#"INFO {"server_id":"x","headers":true,"max_payload":200,"jetstream":true}"#;

fn sink(port: u16, window: usize) -> Nats {
    let subject = "dns.events".to_owned();
    Nats::new(&output::Nats { endpoint: endpoint(port), subject, window, auth: None::<Auth> })
}

/// The server's side of a connection.
struct Server {
    stream: TcpStream,
    inbox: String,
}

/// An event that was published.
#[derive(Debug, PartialEq, Eq)]
struct Published {
    reply: String,
    id: Option<String>,
    payload: String,
}

impl Server {
    fn line(&mut self) -> String {
        let line = String::from_utf8(until(&mut self.stream, b'\n')).unwrap();
        line.strip_suffix('\r').unwrap_or_else(|| panic!("{line:?} ends without CR")).to_owned()
    }

    fn say(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).unwrap();
    }

    fn connected(stream: TcpStream) -> Self {
        let mut server = Self { stream, inbox: String::new() };
        server.say(INFO);
        let connect: Value = serde_json::from_str(server.line().strip_prefix("CONNECT ").unwrap()).unwrap();
        for (key, value) in
            [("verbose", false), ("pedantic", false), ("headers", true), ("no_responders", true)]
        {
            assert_eq!(connect[key], value, "{key}");
        }
        let subscription = server.line();
        let inbox = subscription.strip_prefix("SUB ").and_then(|rest| rest.strip_suffix(".* 1"));
        server.inbox = inbox.unwrap_or_else(|| panic!("{subscription}")).to_owned();
        assert_eq!(server.line(), "PING");
        server.say("PONG");
        server
    }

    /// The next event; a `PING` before it is answered.
    fn published(&mut self) -> Published {
        let head = loop {
            match self.line().as_str() {
                "PING" => self.say("PONG"),
                "PONG" => {}
                head => break head.to_owned(),
            }
        };
        let words: Vec<&str> = head.split(' ').collect();
        let (reply, header, total) = match words[..] {
            ["PUB", "dns.events", reply, total] => (reply, 0, total),
            ["HPUB", "dns.events", reply, header, total] => (reply, header.parse().unwrap(), total),
            _ => panic!("{head}"),
        };
        assert!(reply.starts_with(&format!("{}.", self.inbox)), "{reply}");
        let header = String::from_utf8(exactly(&mut self.stream, header)).unwrap();
        let payload = exactly(&mut self.stream, total.parse::<usize>().unwrap() - header.len());
        assert_eq!(exactly(&mut self.stream, 2), b"\r\n");
        let id =
            header.strip_prefix("NATS/1.0\r\nNats-Msg-Id: ").and_then(|rest| rest.strip_suffix("\r\n\r\n"));
        assert!(header.is_empty() || id.is_some(), "{header:?}");
        Published {
            reply: reply.to_owned(),
            id: id.map(str::to_owned),
            payload: String::from_utf8(payload).unwrap(),
        }
    }

    fn answer(&mut self, to: &Published, answer: &str) {
        self.say(&format!("MSG {} 1 {}\r\n{answer}", to.reply, answer.len()));
    }
}

const ACK: &str = r#"{"stream":"DNS","seq":7}"#;

/// Takes so many events.
fn takes(count: usize) -> Behaviour<Vec<String>> {
    Box::new(move |stream| {
        let mut server = Server::connected(stream);
        let mut got = Vec::new();
        for at in 0..count {
            let event = server.published();
            assert_eq!(event.id.as_deref(), Some(format!("a-{}", at % 100).as_str()));
            server.answer(&event, ACK);
            got.push(event.payload);
        }
        got
    })
}

#[test]
fn every_event_is_acknowledged() {
    for window in [1, 7, 1000] {
        let collector = Collector::start(vec![takes(200)]);
        let (mut sink, stop, lines) = (sink(collector.port, window), Stop::default(), lines(100));
        for _ in 0..2 {
            assert_eq!(sink.deliver(&batch(&lines), &stop).unwrap(), Receipt::all(&batch(&lines)));
        }
        assert_eq!(collector.finish(), [[sent(&lines), sent(&lines)].concat()], "window {window}");
    }
}

#[test]
fn what_the_stream_does_not_want_is_told_apart() {
    let first: Behaviour<usize> = Box::new(|stream| {
        let mut server = Server::connected(stream);
        let answers = [
            ACK,
            r#"{"stream":"DNS","seq":7,"duplicate":true}"#,
            r#"{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"}}"#,
            r#"{"error":{"code":503,"err_code":10077,"description":"maximum bytes exceeded"}}"#,
        ];
        let events = answers.map(|_| server.published());
        server.say("PING");
        for (event, answer) in events.iter().zip(answers) {
            server.answer(event, answer);
        }
        // The rest of the first delivery is only the last event, too.
        let last = server.published();
        let reply = last.reply.clone();
        server.say(&format!("HMSG {reply} 1 16 16\r\nNATS/1.0 503\r\n\r\n"));
        let last = server.published();
        server.answer(&last, ACK);
        rest(&mut server.stream).len()
    });
    let collector = Collector::start(vec![first]);
    let (mut sink, stop, lines) = (sink(collector.port, 100), Stop::default(), lines(4));
    let error = sink.deliver(&batch(&lines), &stop).unwrap_err();
    assert!(matches!(&error, SinkError::Busy { reason, .. } if reason.contains("maximum bytes")), "{error}");
    let error = sink.deliver(&batch(&lines), &stop).unwrap_err();
    assert!(matches!(&error, SinkError::Busy { reason, .. } if reason.contains("no stream")), "{error}");
    let receipt = sink.deliver(&batch(&lines), &stop).unwrap();
    let reason = Some("400 (10054): message size exceeds maximum allowed".to_owned());
    assert_eq!(receipt, Receipt { taken: 3, refused: 1, reason });
    drop(sink);
    collector.finish();
}

#[test]
fn an_event_beyond_the_servers_limit_never_leaves() {
    let behave: Behaviour<String> = Box::new(|stream| {
        let mut server = Server::connected(stream);
        let event = server.published();
        server.answer(&event, ACK);
        event.payload
    });
    let collector = Collector::start(vec![behave]);
    let all = format!("{{\"x\":\"{}\"}}\n{{\"y\":1}}\n", "z".repeat(300));
    let receipt = sink(collector.port, 9).deliver(&batch(all.as_bytes()), &Stop::default()).unwrap();
    assert_eq!((receipt.taken, receipt.refused), (1, 1));
    assert_eq!(receipt.reason.unwrap(), "308 bytes: the server takes 200");
    assert_eq!(collector.finish(), ["{\"y\":1}"], "and one without an id goes without a header");
}

#[test]
fn trouble_is_told() {
    fn hello(mut stream: TcpStream, said: &str) {
        stream.write_all(said.as_bytes()).unwrap();
        rest(&mut stream);
    }
    fn after_event(stream: TcpStream, say: impl Fn(&mut Server, &Published)) {
        let mut server = Server::connected(stream);
        let event = server.published();
        say(&mut server, &event);
        rest(&mut server.stream);
    }
    type Trouble = (&'static str, fn(TcpStream), &'static str);
    let cases: [Trouble; 12] = [
        ("closes at once", |_| {}, "broke"),
        ("never answers", |mut stream| drop(rest(&mut stream)), "nothing moved"),
        ("another protocol", |stream| hello(stream, "220 mail.example ESMTP\r\n"), "is not of NATS"),
        ("no INFO", |stream| hello(stream, "PING\r\n"), "does not begin with INFO"),
        ("no JSON", |stream| hello(stream, "INFO {\r\n"), "INFO: EOF"),
        ("too old", |stream| hello(stream, "INFO {}\r\n"), "without headers"),
        (
            "wants TLS",
            |stream| hello(stream, "INFO {\"headers\":true,\"tls_required\":true}\r\n"),
            "wants TLS",
        ),
        (
            "does not know us",
            |mut stream| {
                stream.write_all(format!("{INFO}\r\n-ERR 'Authorization Violation'\r\n").as_bytes()).unwrap();
                rest(&mut stream);
            },
            "does not let us in: Authorization Violation",
        ),
        (
            "does not let us publish",
            |stream| after_event(stream, |server, _| server.say("-ERR 'Permissions Violation for Publish'")),
            "does not let us in: Permissions",
        ),
        (
            "answers somebody else",
            |stream| {
                after_event(stream, |server, _| {
                    let inbox = server.inbox.clone();
                    server.say(&format!("MSG {inbox}.99 1 2\r\n{{}}"));
                })
            },
            "an answer to 99",
        ),
        (
            "answers nonsense",
            |stream| after_event(stream, |server, event| server.answer(event, "{}")),
            "neither",
        ),
        ("never acknowledges", |stream| after_event(stream, |_, _| {}), "nothing moved"),
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
fn after_a_break_only_the_rest_is_sent_to_the_next_server() {
    let first: Behaviour<Vec<String>> = Box::new(|stream| {
        let mut server = Server::connected(stream);
        let events = [server.published(), server.published()];
        let answer = format!("MSG {} 1 {}\r\n{ACK}\r\n", events[0].reply, ACK.len());
        dribble(&mut server.stream, answer.as_bytes());
        Vec::new()
    });
    let second: Behaviour<Vec<String>> = Box::new(|stream| {
        let mut server = Server::connected(stream);
        let event = server.published();
        server.answer(&event, ACK);
        vec![event.payload]
    });
    let collector = Collector::start(vec![first, second]);
    let (mut sink, stop, lines) = (sink(collector.port, 9), Stop::default(), lines(2));
    let error = sink.deliver(&batch(&lines), &stop).unwrap_err();
    assert!(matches!(error, SinkError::Broken { .. }), "{error}");
    assert_eq!(sink.deliver(&batch(&lines), &stop).unwrap().taken, 2);
    assert_eq!(collector.finish()[1], sent(&lines)[1..]);
}

#[test]
fn what_a_server_says_is_read_to_the_letter() {
    let message = |token: &str, status, payload: &[u8]| Said::Message {
        token: token.to_owned(),
        status,
        payload: payload.to_vec(),
    };
    let whole: [(&[u8], Said); 9] = [
        (b"INFO {\"a\":1} \r\n", Said::Info(b"{\"a\":1}".to_vec())),
        (b"PING\r\n", Said::Ping),
        (b"ping\n", Said::Ping),
        (b"PONG\r\n", Said::Pong),
        (b"+OK\r\n", Said::Ok),
        (b"-ERR 'Stale Connection'\r\n", Said::Err("Stale Connection".to_owned())),
        (b"MSG _INBOX.a.12 1 4\r\na\r\nb\r\n", message("12", None, b"a\r\nb")),
        (b"MSG x 1 some.reply 0\r\n\r\n", message("x", None, b"")),
        (b"HMSG i.3 1 16 18\r\nNATS/1.0 503\r\n\r\nhi\r\n", message("3", Some(503), b"hi")),
    ];
    for (bytes, expected) in whole {
        assert_eq!(protocol::parse(bytes), Ok(Some((expected, bytes.len()))));
        for cut in 0..bytes.len() - 1 {
            assert_eq!(protocol::parse(&bytes[..cut]), Ok(None), "{cut} of {bytes:?}");
        }
    }
    let odd: [&[u8]; 7] = [
        b"HELLO\r\n",
        b"MSG\r\n",
        b"MSG a 1\r\n",
        b"MSG a 1 x\r\n",
        b"MSG a 1 99999999999999999999\r\n",
        b"HMSG a 1 9 4\r\n",
        b"MSG a 1 1\r\nabcd",
    ];
    for bytes in odd {
        assert!(protocol::parse(bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn an_answer_of_a_stream_has_a_meaning() {
    let error = |code: u16| format!(r#"{{"error":{{"code":{code},"description":"so it is"}}}}"#);
    let cases = [
        (None, ACK.to_owned(), "taken"),
        (None, error(400), "refused"),
        (None, error(403), "misplaced"),
        (None, error(404), "misplaced"),
        (None, error(500), "later"),
        (None, error(503), "later"),
        (Some(503), String::new(), "later"),
        (Some(408), String::new(), "later"),
        (None, String::new(), "garbage"),
        (None, r#"{"stream":"DNS"}"#.to_owned(), "garbage"),
        (None, "[]".to_owned(), "garbage"),
    ];
    for (status, payload, expected) in cases {
        let got = match ack::read(status, payload.as_bytes()) {
            Ack::Taken => "taken",
            Ack::Refused(_) => "refused",
            Ack::Later(_) => "later",
            Ack::Misplaced(_) => "misplaced",
            Ack::Garbage(_) => "garbage",
        };
        assert_eq!(got, expected, "{status:?} {payload}");
    }
}

#[test]
fn whatever_comes_what_is_said_is_within_it() {
    let replies: [&[u8]; 5] = [
        b"HMSG i.3 1 16 18\r\nNATS/1.0 503\r\n\r\nhi\r\n",
        b"MSG _INBOX.a.12 1 24\r\n{\"stream\":\"DNS\",\"seq\":7}\r\n",
        b"INFO {\"headers\":true}\r\nPING\r\n",
        b"-ERR 'Stale Connection'\r\n",
        b"MSG x 1 some.reply 0\r\n\r\n",
    ];
    let (mut said, mut odd) = (0, 0);
    for bytes in mangled(&replies) {
        match protocol::parse(&bytes) {
            Ok(Some((one, length))) => {
                assert!(length <= bytes.len(), "{bytes:?}");
                if let Said::Message { status, payload, .. } = one {
                    assert!(payload.len() < length, "{bytes:?}");
                    let _any = ack::read(status, &payload);
                }
                said += 1;
            }
            Ok(None) => {}
            Err(_) => odd += 1,
        }
    }
    assert!(said > 100 && odd > 100, "{said} said, {odd} refused");
}
