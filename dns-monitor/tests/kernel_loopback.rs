//! TC on a loopback device: the same cases, with frames that the stack has had in its hands, and of any length.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kernel_support;

use dns_monitor_common::{
    counter::Counter,
    sample::{MAX_CAPTURE, MAX_PIECES},
};
use kernel_support::{
    bench::{Bench, settings},
    cases,
    frame::{Frame, PSH_ACK},
    hook::Hook,
    truncation,
};

/// Around what a page, a sample and an IP packet hold.
const LENGTHS: [usize; 12] =
    [1, 1472, 3600, 4095, 4096, 4097, 8191, 8192, 8193, 60_000, 65_495, MAX_PIECES * MAX_CAPTURE];
/// Above this only TCP has packets.
const LARGEST_UDP: usize = 65_000;

fn check(hook: Hook) {
    let mut bench = Bench::on_loopback(&settings(), hook);
    cases::check_all(&mut bench);
    for (what, frame, _) in cases::all() {
        truncation::all(&mut bench, hook, what, &frame);
    }
    for length in LENGTHS {
        let frames = cases::of_length(length);
        for frame in &frames[if length > LARGEST_UDP { 2 } else { 0 }..] {
            assert_eq!(bench.line(hook, frame), cases::lines(frame, length), "{length}");
        }
    }
    for frame in cases::of_length(4097) {
        truncation::all(&mut bench, hook, "a length", &frame);
    }
    one_byte_more_than_the_largest(&mut bench, hook);
}

fn one_byte_more_than_the_largest(bench: &mut Bench, hook: Hook) {
    let largest = MAX_PIECES * MAX_CAPTURE;
    let frame = Frame::payload(largest + 1).tcp(40000, 53, PSH_ACK, 0).ipv6().ethernet();
    bench.run(hook, &frame.bytes).unwrap();
    assert_eq!(bench.counted(), (vec![(Counter::Oversize, 1)], MAX_PIECES as u64));
    let held: usize = bench.drain().iter().map(|taken| taken.payload.len()).sum();
    assert_eq!(held, largest, "what was sampled before the end is not taken back");
}

#[test]
fn outgoing() {
    check(Hook::TcEgress);
}

/// Here the stack has taken the outer tag out of the frame.
#[test]
fn incoming() {
    check(Hook::TcIngress);
}
