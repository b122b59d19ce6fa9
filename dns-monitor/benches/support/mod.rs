//! Packets for the benchmarks, and how the kernel is asked for times.

#![allow(dead_code, reason = "each benchmark uses what it needs")]

use std::{error::Error, time::Duration};

use aya::programs::{SchedClassifier, TestRunOptions, Xdp};
use dns_monitor::config::resolved::Capture;
use etherparse::PacketBuilder;

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

const CLIENT: [u8; 4] = [10, 0, 0, 1];
const RESOLVER: [u8; 4] = [10, 0, 0, 2];

/// Settings with a ring that holds a whole round.
pub fn capture(ring_size: u32) -> Capture {
    Capture { ring_size, ..Capture::default() }
}

/// A name of `length` bytes on the wire without the root label, told from others by `mark`.
pub fn name(length: usize, mark: u32) -> Vec<u8> {
    let mut name = Vec::new();
    let mark = format!("{mark:08x}");
    let mut left = length.saturating_sub(b"\x07example".len());
    let mut text = mark.bytes().chain(std::iter::repeat(b'x'));
    while left > 1 {
        let label = (left - 1).min(12);
        name.push(label as u8);
        name.extend(text.by_ref().take(label));
        left -= label + 1;
    }
    name.extend(b"\x07example\0");
    name
}

/// A query for an A record.
pub fn query(id: u16, name: &[u8]) -> Vec<u8> {
    [&id.to_be_bytes()[..], &[1, 0, 0, 1, 0, 0, 0, 0, 0, 0], name, &[0, 1, 0, 1]].concat()
}

/// Its response with `answers` A records and an OPT, padded with TXT data to at least `length` bytes.
pub fn response(id: u16, name: &[u8], answers: u8, length: usize) -> Vec<u8> {
    let mut message =
        [&id.to_be_bytes()[..], &[0x81, 0x80, 0, 1, 0, answers, 0, 0, 0, 1], name, &[0, 1, 0, 1]].concat();
    for last in 0..answers {
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0x2c, 0, 4, 192, 0, 2, last]);
    }
    let padding = length.saturating_sub(message.len() + 11 + 4);
    let options = if padding > 0 { padding + 4 } else { 0 };
    message.extend([0, 0, 41, 4, 0xd0, 0, 0, 0, 0]);
    message.extend((options as u16).to_be_bytes());
    if padding > 0 {
        message.extend([0, 12]); // EDNS padding (RFC 7830)
        message.extend((padding as u16).to_be_bytes());
        message.resize(message.len() + padding, 0);
    }
    message
}

/// A frame from the client to the resolver.
pub fn to_resolver(port: u16, message: &[u8]) -> Result<Vec<u8>> {
    frame(CLIENT, RESOLVER, port, 53, message)
}

/// A frame from the resolver to the client.
pub fn to_client(port: u16, message: &[u8]) -> Result<Vec<u8>> {
    frame(RESOLVER, CLIENT, 53, port, message)
}

/// An IPv4 UDP frame.
pub fn frame(from: [u8; 4], to: [u8; 4], from_port: u16, to_port: u16, message: &[u8]) -> Result<Vec<u8>> {
    let builder = PacketBuilder::ethernet2([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
        .ipv4(from, to, 64)
        .udp(from_port, to_port);
    let mut frame = Vec::with_capacity(builder.size(message.len()));
    builder.write(&mut frame, message)?;
    Ok(frame)
}

/// Runs an XDP program; mean ns a run.
pub fn xdp(program: &Xdp, frame: &[u8], repeat: u32) -> Result<u64> {
    Ok(xdp_fate(program, frame, repeat)?.0)
}

/// Runs an XDP program; mean ns a run, and what the last run returned.
pub fn xdp_fate(program: &Xdp, frame: &[u8], repeat: u32) -> Result<(u64, u32)> {
    use aya::programs::TestRun as _;
    let options = TestRunOptions { data_in: Some(frame), repeat, ..TestRunOptions::new() };
    let result = program.test_run(options)?;
    Ok((result.duration.as_nanos() as u64, result.return_value))
}

/// Runs a TC program; mean ns a run.
pub fn tc(program: &SchedClassifier, frame: &[u8], repeat: u32) -> Result<u64> {
    use aya::programs::TestRun as _;
    let options = TestRunOptions { data_in: Some(frame), repeat, ..TestRunOptions::new() };
    Ok(program.test_run(options)?.duration.as_nanos() as u64)
}

/// CPU time of this thread so far.
pub fn thread_time() -> Duration {
    cpu_time(libc::CLOCK_THREAD_CPUTIME_ID)
}

/// CPU time of this process so far.
pub fn process_time() -> Duration {
    cpu_time(libc::CLOCK_PROCESS_CPUTIME_ID)
}

fn cpu_time(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one timespec; the clocks always exist.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
