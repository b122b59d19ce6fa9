//! Callers that talk nonsense, too much, or not at all.

use std::io::{Read as _, Write as _};

use super::*;
use crate::control::protocol::{MAX_REQUEST, decode};

/// What the server says to `bytes` before it closes the connection.
fn say(lab: &Lab, bytes: &[u8]) -> Response {
    let mut stream = lab.connect();
    // A server that refuses does not read to the end.
    let _broken_pipe = stream.write_all(bytes);
    let mut answer = Vec::new();
    // What was not read makes the close a reset.
    let _reset = stream.read_to_end(&mut answer);
    decode(&answer).unwrap()
}

#[test]
fn nonsense_gets_an_error_and_the_next_caller_an_answer() {
    let lab = Lab::new(LONG);
    let long = |length: usize| [vec![b' '; length - 1], b"\n".to_vec()].concat();
    let cases = [
        ("garbage", b"\x00\xff\xfe rubbish\n".to_vec(), "not a JSON object on one line"),
        ("an empty line", b"\n".to_vec(), "not a JSON object on one line"),
        ("another version", b"{\"version\":9,\"command\":\"stats\"}\n".to_vec(), "version 9 of the protocol"),
        ("no such command", b"{\"version\":1,\"command\":\"rm\"}\n".to_vec(), "unknown variant `rm`"),
        ("the longest line", long(MAX_REQUEST), "not a JSON object on one line"),
        ("a byte more", long(MAX_REQUEST + 1), "a line of more than 65536 bytes"),
        ("far more", vec![b'{'; 4 << 20], "a line of more than 65536 bytes"),
        ("no name", b"{\"version\":1,\"command\":\"forget\",\"name\":\"a..b\"}\n".to_vec(), "an empty label"),
    ];
    for (description, bytes, expected) in cases {
        match say(&lab, &bytes) {
            Response::Error { message, .. } => {
                assert!(message.contains(expected), "{description}: {message}")
            }
            other => panic!("{description}: {other:?}"),
        }
        assert_eq!(lab.ask(&Request::Reload {}).unwrap(), Response::done("loaded"), "after {description}");
    }
}

#[test]
fn one_who_says_nothing_does_not_keep_others_waiting() {
    let lab = Lab::new(LONG);
    let mut half = lab.connect();
    half.write_all(b"{\"version\":1,").unwrap();
    let _silent = [lab.connect(), lab.connect()];
    assert_eq!(lab.ask(&Request::Reload {}).unwrap(), Response::done("loaded"));
    half.write_all(b"\"command\":\"reload\"}\n").unwrap();
    let mut answer = String::new();
    half.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "{\"version\":1,\"result\":\"done\",\"message\":\"loaded\"}\n");
}

#[test]
fn one_who_says_nothing_is_given_up() {
    let lab = Lab::new(SHORT);
    let mut silent = lab.connect();
    let mut answer = Vec::new();
    silent.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"");

    // A byte now and then does not help.
    let mut slow = lab.connect();
    let wait = || sleep(SHORT / 10);
    while slow.write_all(b" ").is_ok() {
        wait();
    }
}

#[test]
fn there_is_room_for_so_many_callers() {
    let lab = Lab::new(LONG);
    let silent: Vec<UnixStream> = (0..MAX_CALLERS).map(|_| lab.connect()).collect();
    let refused = lab.ask(&Request::Stats {}).unwrap();
    assert_eq!(refused, Response::error("16 callers are being served: try again"));
    drop(silent);
    until_served(&lab);
}

/// Says more than the buffers of a socket hold.
struct Loud;

impl Handler for Loud {
    fn handle(&self, _: &Caller, _: Request) -> Response {
        Response::done("x".repeat(4 << 20))
    }
}

#[test]
fn those_who_do_not_read_give_their_place_up() {
    let lab = Lab::of(Arc::new(Loud), |settings| settings.patience = SHORT);
    let deaf = |_| {
        let mut stream = lab.connect();
        stream.write_all(b"{\"version\":1,\"command\":\"stats\"}\n").unwrap();
        stream
    };
    let _deaf: Vec<UnixStream> = (0..MAX_CALLERS).map(deaf).collect();
    until_served(&lab);
}

/// Asks until there is a place, and time enough.
fn until_served(lab: &Lab) {
    while !matches!(lab.ask(&Request::Reload {}), Ok(Response::Done { .. })) {
        sleep(SHORT / 10);
    }
}
