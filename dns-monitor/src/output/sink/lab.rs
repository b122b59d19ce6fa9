//! Collectors for tests: each connection has a behaviour of its own, and a rule of the protocol that is not kept fails the
//! test.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{Events, Framing};
use crate::config::output::{Address, Endpoint, Transport};

/// Longer than any test that passes.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a collector does with one connection.
pub(super) type Behaviour<T> = Box<dyn FnOnce(TcpStream) -> T + Send>;

/// A running collector.
pub(super) struct Collector<T> {
    pub(super) port: u16,
    thread: JoinHandle<Vec<T>>,
}

impl<T: Send + 'static> Collector<T> {
    /// One behaviour a connection; after the last nobody is there any more.
    pub(super) fn start(script: Vec<Behaviour<T>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        listener.set_nonblocking(true).unwrap();
        let thread =
            thread::spawn(move || script.into_iter().map(|behave| behave(accept(&listener))).collect());
        Self { port, thread }
    }

    /// What each connection came to; panics where one did.
    pub(super) fn finish(self) -> Vec<T> {
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn accept(listener: &TcpListener) -> TcpStream {
    let end = Instant::now() + PATIENCE;
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                stream.set_nodelay(true).unwrap();
                return stream;
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < end => {
                thread::sleep(Duration::from_millis(2));
            }
            Err(error) => panic!("nobody came: {error}"),
        }
    }
}

/// Where nobody listens.
pub(super) fn nobody() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// On this machine.
pub(super) fn address(port: u16) -> Address {
    Address { host: "127.0.0.1".to_owned(), port }
}

/// The same, not protected, and not waited for long.
pub(super) fn endpoint(port: u16) -> Endpoint {
    Endpoint { address: address(port), timeout: Duration::from_millis(400), transport: Transport::Tcp }
}

/// A batch of lines.
pub(super) fn batch(lines: &[u8]) -> Events<'_> {
    let count = lines.iter().filter(|byte| **byte == b'\n').count() as u64;
    Events { bytes: lines, count, framing: Framing::Lines }
}

/// So many events with ids.
pub(super) fn lines(count: usize) -> Vec<u8> {
    let line =
        |at| format!("{{\"@timestamp\":\"2016-06-29T15:52:14.321Z\",\"event\":{{\"id\":\"a-{at}\"}}}}\n");
    (0..count).map(line).collect::<String>().into_bytes()
}

/// The lines as a collector gets them.
pub(super) fn sent(lines: &[u8]) -> Vec<String> {
    String::from_utf8(lines.to_vec()).unwrap().lines().map(str::to_owned).collect()
}

/// Until the byte `end`, without it.
pub(super) fn until(stream: &mut impl Read, end: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        match exactly(stream, 1).as_slice() {
            [byte] if *byte == end => return bytes,
            read => bytes.extend_from_slice(read),
        }
    }
}

/// So many bytes.
pub(super) fn exactly(stream: &mut impl Read, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Byte for byte, as a slow network brings it.
pub(super) fn dribble(stream: &mut TcpStream, bytes: &[u8]) {
    for byte in bytes {
        stream.write_all(&[*byte]).unwrap();
        stream.flush().unwrap();
        thread::sleep(Duration::from_micros(300));
    }
}

/// What is said until the other side closes.
pub(super) fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end, too.
    let _reset = stream.read_to_end(&mut bytes);
    bytes
}

/// What becomes of replies on the way through a mad network: bytes changed, left out and doubled, always the same ones.
pub(super) fn mangled(replies: &[&[u8]]) -> impl Iterator<Item = Vec<u8>> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let replies: Vec<Vec<u8>> = replies.iter().map(|reply| reply.to_vec()).collect();
    (0..20_000).map(move |_| {
        let mut bytes = replies[random(replies.len())].clone();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            match random(4) {
                0 if !bytes.is_empty() => bytes[at] = random(256) as u8,
                1 if !bytes.is_empty() => drop(bytes.remove(at)),
                2 => bytes.insert(at, [b' ', b'\n', b'9', 0, 0xff][random(5)]),
                _ => bytes.truncate(at),
            }
        }
        bytes
    })
}
