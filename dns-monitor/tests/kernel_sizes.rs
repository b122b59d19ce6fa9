//! Payloads of telling lengths: around the sizes that the programs reserve, and what one sample cannot hold.
#![allow(clippy::unwrap_used, reason = "tests")]

mod kernel_support;

use dns_monitor::config::resolved::Capture;
use dns_monitor_common::{counter::Counter, sample::MAX_CAPTURE};
use kernel_support::{
    bench::{Bench, settings},
    cases,
    frame::{Frame, PSH_ACK, SEQUENCE},
    hook::Hook,
};

/// For every program.
const PAGE: [usize; 19] =
    [1, 7, 8, 9, 63, 64, 65, 191, 192, 193, 511, 512, 513, 1232, 1279, 1280, 1281, 1472, 3400];
/// For multi-buffer XDP; TC gets them through a loopback device.
const LARGE: [usize; 8] = [3600, 4095, 4096, 4097, 8191, 8192, 8193, 60_000];

#[test]
fn all_bytes_of_every_length() {
    let mut bench = Bench::new(&settings());
    for length in PAGE {
        Hook::ALL.iter().for_each(|hook| all_bytes(&mut bench, *hook, length));
    }
    for length in LARGE {
        all_bytes(&mut bench, Hook::XdpFrags, length);
    }
}

fn all_bytes(bench: &mut Bench, hook: Hook, length: usize) {
    for frame in cases::of_length(length) {
        assert_eq!(bench.line(hook, &frame), cases::lines(&frame, length), "{hook:?} {length}");
    }
}

#[test]
fn a_stream_is_never_cut_and_a_datagram_is_cut_where_the_operator_says() {
    // Capture length, payload, what a sample of UDP holds of it.
    for (capture, length, captured) in [(1, 29, 1), (64, 65, 64), (64, 64, 64), (1300, 3000, 1300)] {
        let mut bench = Bench::new(&Capture { capture_length: capture, ..settings() });
        for hook in Hook::ALL {
            for frame in
                [Frame::payload(length).udp(40000, 53).ipv4(), Frame::payload(length).udp(40000, 53).ipv6()]
            {
                let line = bench.line(hook, &frame.ethernet());
                let expected = format!(" datagram {captured}/{length}");
                assert!(line.ends_with(&expected), "{hook:?}, capture {capture}: {line}, not {expected}");
            }
            let line = bench.line(hook, &Frame::payload(length).tcp(40000, 53, PSH_ACK, 0).ipv4().ethernet());
            let expected = format!(" segment {SEQUENCE:x} flags 18 {length}/{length}");
            assert!(line.ends_with(&expected), "{hook:?}, capture {capture}: {line}, not {expected}");
        }
    }
}

/// `bpf_xdp_load_bytes` reads from the first 64 KiB of a frame alone; no NIC hands over more to XDP.
#[test]
fn the_largest_segment_of_xdp_and_one_byte_more() {
    let mut bench = Bench::new(&settings());
    let largest = 16 * MAX_CAPTURE;
    let big = |length| Frame::payload(length).tcp(40000, 53, PSH_ACK, 0).ipv4().without_length().ethernet();
    assert_eq!(bench.line(Hook::XdpFrags, &big(largest)), cases::lines(&big(largest), largest));

    bench.run(Hook::XdpFrags, &big(largest + 1).bytes).unwrap();
    assert_eq!(bench.counted(), (vec![(Counter::CopyFailed, 1)], 16));
    let taken = bench.drain();
    let held: usize = taken.iter().map(|taken| taken.payload.len()).sum();
    assert_eq!(held, largest, "what was sampled before is not taken back");

    bench.run(Hook::XdpFrags, &big(29).bytes).unwrap();
    let next = bench.drain()[0].place.sequence;
    assert_eq!(next, taken[15].place.sequence + 2, "the sample that failed leaves a hole");
}
