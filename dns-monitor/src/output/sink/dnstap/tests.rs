//! dnstap against a reader that checks every byte.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{
    io::{Read, Write},
    net::TcpStream,
    os::unix::net::UnixListener,
    time::Duration,
};

use super::*;
use crate::output::sink::{
    Framing,
    lab::{Behaviour, Collector, address, dribble, exactly, mangled, nobody, rest},
};

const FRAMES: &[u8] = b"\0\0\0\x03abc\0\0\0\x01d";

fn events(count: u64) -> Events<'static> {
    Events { bytes: FRAMES, count, framing: Framing::Lengths }
}

fn sink(place: DnstapPlace) -> Dnstap {
    Dnstap::new(&output::Dnstap { place, timeout: Duration::from_millis(400), identity: None })
}

fn tcp(port: u16) -> Dnstap {
    sink(DnstapPlace::Address(address(port)))
}

fn number(stream: &mut impl Read) -> u32 {
    u32::from_be_bytes(exactly(stream, 4).try_into().unwrap())
}

/// Reads a control frame: its type and content types.
fn control(stream: &mut impl Read) -> (u32, Vec<String>) {
    assert_eq!(number(stream), 0, "the escape");
    let frame = number(stream) as usize;
    let frame = exactly(stream, frame);
    let mut rest = &frame[..];
    let kind = number(&mut rest);
    let mut types = Vec::new();
    while !rest.is_empty() {
        assert_eq!(number(&mut rest), 1, "a content type");
        let length = number(&mut rest) as usize;
        types.push(String::from_utf8(exactly(&mut rest, length)).unwrap());
    }
    (kind, types)
}

fn dnstap() -> Vec<String> {
    vec!["protobuf:dnstap.Dnstap".to_owned()]
}

fn begin(stream: &mut (impl Read + Write)) {
    assert_eq!(control(stream), (4, dnstap()), "READY");
    stream.write_all(&Control::dnstap(Kind::Accept).write()).unwrap();
    assert_eq!(control(stream), (2, dnstap()), "START");
}

/// Everything from the handshake to the end: the frames between.
fn whole(mut stream: impl Read + Write) -> Vec<Vec<u8>> {
    begin(&mut stream);
    let mut frames = Vec::new();
    loop {
        match number(&mut stream) {
            0 => break,
            length => frames.push(exactly(&mut stream, length as usize)),
        }
    }
    assert_eq!((number(&mut stream), number(&mut stream)), (4, 3), "STOP");
    let finish = Control { kind: Kind::Finish, types: Vec::new() };
    stream.write_all(&finish.write()).unwrap();
    frames
}

#[test]
fn a_stream_has_a_beginning_and_an_end() {
    let collector = Collector::start(vec![Box::new(whole) as Behaviour<_>]);
    let (mut sink, stop) = (tcp(collector.port), Stop::default());
    for _ in 0..2 {
        assert_eq!(sink.deliver(&events(2), &stop).unwrap(), Receipt::all(&events(2)));
    }
    drop(sink);
    assert_eq!(collector.finish(), [[b"abc".to_vec(), b"d".to_vec(), b"abc".to_vec(), b"d".to_vec()]]);
}

#[test]
fn a_unix_socket_does_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dnstap.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let reader = std::thread::spawn(move || whole(listener.accept().unwrap().0));
    let mut sink = sink(DnstapPlace::Path(path));
    sink.deliver(&events(2), &Stop::default()).unwrap();
    drop(sink);
    assert_eq!(reader.join().unwrap(), [b"abc".to_vec(), b"d".to_vec()]);
}

#[test]
fn an_answer_may_come_byte_by_byte_and_offer_more() {
    let behave: Behaviour<Vec<u8>> = Box::new(|mut stream| {
        control(&mut stream);
        let types = vec![b"other".to_vec(), control::DNSTAP.to_vec()];
        dribble(&mut stream, &Control { kind: Kind::Accept, types }.write());
        assert_eq!(control(&mut stream), (2, dnstap()));
        exactly(&mut stream, FRAMES.len())
    });
    let collector = Collector::start(vec![behave]);
    tcp(collector.port).deliver(&events(2), &Stop::default()).unwrap();
    assert_eq!(collector.finish(), [FRAMES]);
}

#[test]
fn trouble_is_told() {
    fn say(mut stream: TcpStream, bytes: &[u8]) {
        control(&mut stream);
        stream.write_all(bytes).unwrap();
        rest(&mut stream);
    }
    type Trouble = (&'static str, fn(TcpStream), &'static str);
    let cases: [Trouble; 8] = [
        ("closes at once", |_| {}, "broke"),
        ("never answers", |mut stream| drop(rest(&mut stream)), "nothing moved"),
        (
            "accepts something else",
            |stream| say(stream, &Control { kind: Kind::Accept, types: vec![b"x".to_vec()] }.write()),
            "accepts no dnstap, but \"x\"",
        ),
        (
            "accepts anything, which says nothing",
            |stream| say(stream, &Control { kind: Kind::Accept, types: Vec::new() }.write()),
            "accepts no dnstap, but anything",
        ),
        (
            "finishes before the start",
            |stream| say(stream, b"\0\0\0\0\0\0\0\x04\0\0\0\x05"),
            "Finish instead",
        ),
        ("another protocol", |stream| say(stream, b"HTTP/1.1 400\r\n\r\n"), "no control frame"),
        ("a length beyond everything", |stream| say(stream, b"\0\0\0\0\xff\xff\xff\xff"), "4294967295 bytes"),
        (
            "a field beyond its frame",
            |stream| say(stream, b"\0\0\0\0\0\0\0\x0c\0\0\0\x01\0\0\0\x01\0\0\0\x09"),
            "a field",
        ),
    ];
    for (what, behave, expected) in cases {
        let collector = Collector::start(vec![Box::new(behave) as Behaviour<()>]);
        let error = tcp(collector.port).deliver(&events(2), &Stop::default()).unwrap_err();
        assert!(error.to_string().contains(expected), "{what}: {error}");
        collector.finish();
    }
    let error = tcp(nobody()).deliver(&events(2), &Stop::default()).unwrap_err();
    assert!(matches!(error, SinkError::Connect { .. }), "{error}");
}

#[test]
fn after_the_reader_is_gone_the_stream_begins_anew() {
    let first: Behaviour<()> = Box::new(|mut stream| begin(&mut stream));
    let second: Behaviour<()> = Box::new(|stream| assert_eq!(whole(stream).len(), 2));
    let collector = Collector::start(vec![first, second]);
    let (mut sink, stop) = (tcp(collector.port), Stop::default());
    let empty = Events { bytes: b"", count: 0, framing: Framing::Lengths };
    while sink.deliver(&empty, &stop).is_ok() {
        std::thread::sleep(Duration::from_millis(5));
    }
    sink.deliver(&events(2), &stop).unwrap();
    drop(sink);
    collector.finish();
}

#[test]
fn whatever_comes_a_control_frame_is_within_it() {
    let (accept, finish) =
        (Control::dnstap(Kind::Accept).write(), Control { kind: Kind::Finish, types: Vec::new() });
    let (mut frames, mut odd) = (0, 0);
    for bytes in mangled(&[&accept, &finish.write()]) {
        match control::parse(&bytes) {
            Ok(Some((control, length))) => {
                assert!(length <= bytes.len() && control.types.concat().len() < length, "{bytes:?}");
                frames += 1;
            }
            Ok(None) => {}
            Err(_) => odd += 1,
        }
    }
    assert!(frames > 100 && odd > 100, "{frames} frames, {odd} refused");
}
