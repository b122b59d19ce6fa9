//! What leaves a second: lines over TCP to a reader on this host, and into the spool with batched fsync. Prints a Markdown
//! table.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::{
    error::Error,
    io::Read as _,
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use dns_monitor::{
    config::output::{self, Address, Full, Kind, SyncPolicy},
    output::{
        sink::{Events, Framing, Sink, Spec, Stop},
        spool::Spool,
    },
};

/// Bytes of an event, about as many as an ECS event of a client has.
const EVENT: usize = 700;
/// Events of a batch: as many as the queue gathers.
const BATCH: usize = (64 << 10) / EVENT;
const BATCHES: usize = 20_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut line = vec![b'x'; EVENT - 1];
    line.push(b'\n');
    let batch = line.repeat(BATCH);
    println!("| what | events a second | MB a second |");
    println!("|---|---:|---:|");
    row("tcp", tcp(&batch)?);
    row("spool, fsync every second", spool(&batch, Duration::from_secs(1))?);
    row("spool, fsync every 10 ms", spool(&batch, Duration::from_millis(10))?);
    Ok(())
}

fn row(what: &str, time: Duration) {
    let events = (BATCHES * BATCH) as f64 / time.as_secs_f64();
    println!("| {what} | {events:.0} | {:.0} |", events * EVENT as f64 / 1e6);
}

fn tcp(batch: &[u8]) -> Result<Duration, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let reader = thread::spawn(move || -> std::io::Result<usize> {
        let (mut stream, _) = listener.accept()?;
        let (mut buffer, mut total) = (vec![0; 1 << 20], 0);
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(total),
                read => total += read,
            }
        }
    });
    let address = Address { host: "127.0.0.1".into(), port };
    let kind = Kind::Tcp(output::Tcp { address, timeout: Duration::from_secs(10) });
    let mut sink = Sink::new(&Spec { name: "bench", kind: &kind, hostname: None })?.ok_or("no sink")?;
    let (stop, start) = (Stop::default(), Instant::now());
    for _ in 0..BATCHES {
        sink.deliver(&Events { bytes: batch, count: BATCH as u64, framing: Framing::Lines }, &stop)?;
    }
    drop(sink);
    let total = reader.join().map_err(|_| "the reader panicked")??;
    let time = start.elapsed();
    if total == BATCHES * batch.len() { Ok(time) } else { Err(format!("{total} bytes arrived").into()) }
}

/// Written, and on the disk.
fn spool(batch: &[u8], every: Duration) -> Result<Duration, Box<dyn Error>> {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let settings =
        output::Spool { path: None, size: 16 << 30, full: Full::DropNewest, sync: SyncPolicy::Every(every) };
    let mut spool = Spool::open(folder.path(), &settings)?;
    let start = Instant::now();
    for _ in 0..BATCHES {
        spool.append(batch, BATCH as u64, Framing::Lines)?;
        spool.tend()?;
    }
    spool.close()?;
    Ok(start.elapsed())
}
