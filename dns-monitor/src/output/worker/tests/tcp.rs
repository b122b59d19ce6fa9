//! Real sockets.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixListener,
};

use tempfile::TempDir;

use super::*;
use crate::{
    config::output::{self, Address, Kind},
    output::sink::Spec,
};

fn tcp(address: SocketAddr, timeout: Duration) -> Sink {
    let address = Address { host: address.ip().to_string(), port: address.port() };
    let kind = Kind::Tcp(output::Tcp { address, timeout });
    Sink::new(&Spec { name: "x", kind: &kind, hostname: None }).unwrap().unwrap()
}

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn read(stream: impl io::Read) -> Vec<u64> {
    BufReader::new(stream).lines().map_while(Result::ok).filter_map(|line| line.parse().ok()).collect()
}

const LONG: Duration = Duration::from_secs(60);

/// A collector that `read`s gets everything.
fn takes_all(sink: Sink, read: impl FnOnce() -> Vec<u64>) {
    let (mut queue, batches) = queue(1 << 20);
    let worker = Worker::start("x", sink, batches, None, &link()).unwrap();
    fill(&mut queue, 0, 10_000);
    queue.close();
    let found = read();
    worker.finish(None);
    assert_eq!(found, (0..10_000).collect::<Vec<_>>());
}

#[test]
fn lines_over_tcp() {
    let (listener, address) = listener();
    takes_all(tcp(address, LONG), || read(listener.accept().unwrap().0));
}

#[test]
fn lines_into_a_unix_socket() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let kind = Kind::Unix(output::Unix { path, timeout: LONG });
    let sink = Sink::new(&Spec { name: "x", kind: &kind, hostname: None }).unwrap().unwrap();
    takes_all(sink, || read(listener.accept().unwrap().0));
}

#[test]
fn a_collector_that_comes_late_gets_everything() {
    let (listener, address) = listener();
    drop(listener);
    let folder = TempDir::new().unwrap();
    let spool = Spool::open(folder.path(), &output::Spool::default()).unwrap();
    let (mut queue, batches) = queue(1 << 20);
    let worker = Worker::start("x", tcp(address, LONG), batches, Some(spool), &link()).unwrap();
    fill(&mut queue, 0, 10_000);
    until("all is in the spool", || queue.is_idle());
    let listener = TcpListener::bind(address).unwrap();
    queue.close();
    let mut found = read(listener.accept().unwrap().0);
    worker.finish(None);
    found.sort_unstable();
    assert_eq!(found, (0..10_000).collect::<Vec<_>>());
}

/// Closed between two batches, which is noticed before the next is written.
#[test]
fn a_collector_that_is_restarted_misses_nothing_that_comes_then() {
    let (listener, address) = listener();
    let (mut queue, batches) = queue(1 << 20);
    let worker = Worker::start("x", tcp(address, LONG), batches, None, &link()).unwrap();
    fill(&mut queue, 0, 1000);
    let mut first = BufReader::new(listener.accept().unwrap().0);
    for number in 0..1000 {
        let mut line = String::new();
        first.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{number}\n"));
    }
    drop(first);
    fill(&mut queue, 1000, 2000);
    queue.close();
    let found = read(listener.accept().unwrap().0);
    worker.finish(None);
    assert_eq!(found, (1000..2000).collect::<Vec<_>>());
    assert_eq!(queue.tally().to_string(), "seen 2000 = emitted 2000 + filtered 0 + lost 0");
}

/// It takes what its kernel has room for, and then nothing for the timeout: the connection is given up and another tried,
/// which is no better. All the rest is kept.
#[test]
fn a_collector_that_never_reads_holds_up_nothing() {
    let (listener, address) = listener();
    let folder = TempDir::new().unwrap();
    let spool = Spool::open(folder.path(), &output::Spool::default()).unwrap();
    let (mut queue, batches) = queue(4 << 20);
    let link = link();
    let sink = tcp(address, Duration::from_millis(200));
    let worker = Worker::start("x", sink, batches, Some(spool), &link).unwrap();
    let accepting = thread::spawn(move || -> Vec<TcpStream> {
        listener.incoming().map_while(Result::ok).take(2).collect()
    });
    let total = 4_000_000;
    for number in (0..total).step_by(5000) {
        queue.put(batch(number, 5000), None);
    }
    until("the queue is empty", || queue.is_idle());
    let unread = accepting.join().unwrap();
    queue.close();
    let deadline = Instant::now() + Duration::from_millis(300);
    link.stop.by(deadline);
    worker.finish(None);
    let tally = queue.tally();
    assert_eq!((tally.seen(), tally.lost(), tally.held()), (total, 0, 0), "{tally}");
    assert!(tally.count(OutputReason::Kept) > 0, "{tally}");
    drop(unread);
}

/// What is sent to us has no meaning, and does no harm.
#[test]
fn a_collector_that_talks_is_not_listened_to() {
    let (listener, address) = listener();
    let (mut queue, batches) = queue(1 << 20);
    let worker = Worker::start("x", tcp(address, LONG), batches, None, &link()).unwrap();
    fill(&mut queue, 0, 10);
    let (mut stream, _) = listener.accept().unwrap();
    let mut bytes = [0; 20];
    stream.read_exact(&mut bytes).unwrap();
    io::Write::write_all(&mut stream, &[0xff; 100_000]).unwrap();
    fill(&mut queue, 10, 100);
    queue.close();
    let found = read(&stream);
    worker.finish(None);
    assert_eq!(found, (10..100).collect::<Vec<_>>());
}
