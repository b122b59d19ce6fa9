//! Servers that refuse, lie, or never answer.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use super::{
    server::{reply, request, serve},
    *,
};
use crate::output::sink::lab::{Behaviour, dribble, nobody, rest};

/// The first word of how an error is shown by `Debug`.
fn kind(error: &SinkError) -> String {
    format!("{error:?}").split(' ').next().unwrap().to_owned()
}

#[test]
fn trouble_is_told_and_the_events_come_again() {
    fn answers(stream: TcpStream, bytes: &[u8]) -> Vec<Request> {
        let mut stream = stream;
        let got = request(&mut stream).unwrap();
        stream.write_all(bytes).unwrap();
        vec![got]
    }
    type Trouble = (&'static str, fn(TcpStream) -> Vec<Request>, &'static str, &'static str);
    let cases: [Trouble; 10] = [
        ("closes at once", |_| Vec::new(), "Broken", ""),
        ("closes before the reply", |mut stream| vec![request(&mut stream).unwrap()], "Broken", ""),
        (
            "never answers",
            |mut stream| {
                let got = request(&mut stream).unwrap();
                rest(&mut stream);
                vec![got]
            },
            "Broken",
            "no reply in time",
        ),
        ("another protocol", |stream| answers(stream, b"220 mail.example ESMTP\r\n\r\n"), "Garbage", ""),
        ("cut", |stream| answers(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), "Broken", ""),
        ("later", |stream| answers(stream, &reply(503, "Retry-After: 7\r\n", "full")), "Busy", "full"),
        ("too many", |stream| answers(stream, &reply(429, "", "")), "Busy", "HTTP status 429"),
        ("not us", |stream| answers(stream, &reply(401, "", "who are you?")), "Unauthorised", "who are you?"),
        (
            "not there",
            |stream| answers(stream, &reply(404, "", "no such path")),
            "Unauthorised",
            "no such path",
        ),
        (
            "elsewhere",
            |stream| answers(stream, &reply(307, "Location: http://127.0.0.1:1/\r\n", "")),
            "Unauthorised",
            "HTTP status 307",
        ),
    ];
    for (what, behave, expected, words) in cases {
        let script = vec![Box::new(behave) as Behaviour<Vec<Request>>, serve(vec![reply(200, "", "")])];
        let collector = Collector::start(script);
        let (mut sink, stop, lines) = (ndjson(collector.port), Stop::default(), lines(3));
        let error = sink.deliver(&batch(&lines), &stop).unwrap_err();
        assert_eq!(kind(&error), expected, "{what}: {error}");
        assert!(error.to_string().contains(words), "{what}: {error}");
        let after = matches!(error, SinkError::Busy { after: Some(after), .. } if after.as_secs() == 7);
        assert_eq!(after, what == "later", "{what}: {error}");
        // The connection may still be open where the reply was whole.
        let receipt = loop {
            match sink.deliver(&batch(&lines), &stop) {
                Ok(receipt) => break receipt,
                Err(error) => assert_eq!(kind(&error), "Broken", "{what}: {error}"),
            }
        };
        assert_eq!(receipt.taken, 3, "{what}");
        drop(sink);
        assert_eq!(collector.finish()[1][0].body, lines, "{what}");
    }
}

#[test]
fn a_reply_may_come_byte_by_byte() {
    let behave: Behaviour<()> = Box::new(|mut stream| {
        request(&mut stream).unwrap();
        dribble(&mut stream, &reply(200, "X: y\r\n", "hello"));
        rest(&mut stream);
    });
    let collector = Collector::start(vec![behave]);
    let mut sink = ndjson(collector.port);
    assert_eq!(sink.deliver(&batch(&lines(2)), &Stop::default()).unwrap().taken, 2);
    drop(sink);
    collector.finish();
}

#[test]
fn requests_that_were_answered_are_not_repeated() {
    let first: Behaviour<Vec<Request>> = Box::new(|mut stream| {
        let first = request(&mut stream).unwrap();
        stream.write_all(&reply(200, "", "")).unwrap();
        vec![first, request(&mut stream).unwrap()]
    });
    let collector = Collector::start(vec![first, serve(vec![reply(200, "", ""); 2])]);
    let mut sink = http(Web { max_events: 2, ..web(collector.port) }, Settings::Ndjson);
    let (lines, stop) = (lines(6), Stop::default());
    assert_eq!(kind(&sink.deliver(&batch(&lines), &stop).unwrap_err()), "Broken");
    assert_eq!(sink.deliver(&batch(&lines), &stop).unwrap().taken, 6);
    drop(sink);
    let [first, second] = collector.finish().try_into().unwrap();
    assert_eq!(first[1].body, second[0].body);
    assert_eq!([&first[0].body[..], &second[0].body, &second[1].body].concat(), lines);
}

#[test]
fn nobody_there_and_names_that_are_none_are_told() {
    let unknown = Web::new("http://no-such-host.invalid:1/");
    let key = Web { tls: output::Tls { ca: Some("/no/such/ca.pem".into()), ..Default::default() }, ..web(1) };
    for web in [web(nobody()), unknown, key] {
        let error = http(web, Settings::Ndjson).deliver(&batch(&lines(1)), &Stop::default()).unwrap_err();
        assert_eq!(kind(&error), "Connect", "{error}");
    }
}

#[test]
fn an_agent_that_stops_asks_nobody() {
    let stop = Stop::default();
    stop.by(Instant::now());
    std::thread::sleep(Duration::from_millis(1));
    let error = ndjson(nobody()).deliver(&batch(&lines(1)), &stop).unwrap_err();
    assert!(error.to_string().contains("the agent stops"), "{error}");
}
