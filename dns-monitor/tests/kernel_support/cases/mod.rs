//! Frames and what becomes of them, the same in every program: at least one for each branch of the parsers, in
//! files called as the parsers are.

mod fragment;
mod ipv4;
mod ipv6;
mod link;
mod tcp;
mod udp;

use dns_monitor_common::sample::MAX_CAPTURE;

use super::{
    bench::Bench,
    frame::{Frame, PSH_ACK, SEQUENCE, UDP},
    hook::Hook,
};

/// What it shows, the frame, the sample's line or the reason why there is none.
pub type Case = (&'static str, Frame, String);

const CLIENT: u16 = 40000;
const DNS: u16 = 53;
const V4: &str = "192.0.2.1 40000 > 192.0.2.53 53";
const V6: &str = "2001:db8::1 40000 > 2001:db8::53 53";
/// Following fragments know no ports.
const V4_FOLLOWER: &str = "192.0.2.1 0 > 192.0.2.53 0";
const V6_FOLLOWER: &str = "2001:db8::1 0 > 2001:db8::53 0";

/// All of them.
pub fn all() -> Vec<Case> {
    [link::cases(), ipv4::cases(), ipv6::cases(), fragment::cases(), udp::cases(), tcp::cases()].concat()
}

/// Runs them all in every program that takes them.
pub fn check_all(bench: &mut Bench) {
    let mut wrong = vec![];
    for (what, frame, expected) in all() {
        for hook in Hook::ALL {
            if !bench.takes(hook, &frame.bytes) {
                continue; // a bench of another kind takes it
            }
            let line = bench.line(hook, &frame);
            if line != expected {
                wrong.push(format!("{what}, {hook:?}: {line}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn payload() -> Frame {
    Frame::payload(29)
}

fn query() -> Frame {
    payload().udp(CLIENT, DNS)
}

fn segment(flags: u8) -> Frame {
    payload().tcp(CLIENT, DNS, flags, 0)
}

fn empty_segment(flags: u8) -> Frame {
    Frame::payload(0).tcp(CLIENT, DNS, flags, 0)
}

/// UDP and TCP with a payload of `length` bytes, over IPv4 and IPv6.
pub fn of_length(length: usize) -> [Frame; 4] {
    let payload = Frame::payload(length);
    let (udp, tcp) = (payload.clone().udp(CLIENT, DNS), payload.tcp(CLIENT, DNS, PSH_ACK, 0));
    [udp.clone().ipv4(), udp.ipv6(), tcp.clone().ipv4(), tcp.ipv6()].map(Frame::ethernet)
}

/// What becomes of such a frame with `length` bytes of payload, at least 1: what one sample cannot hold is cut
/// off a datagram, and goes into further samples of a stream.
pub fn lines(frame: &Frame, length: usize) -> String {
    let (is_ipv6, protocol) = match &frame.bytes[12..14] {
        [0x86, 0xdd] => (true, frame.bytes[20]),
        _ => (false, frame.bytes[23]),
    };
    let addresses = if is_ipv6 { V6 } else { V4 };
    if protocol == UDP {
        return format!("{addresses} datagram {}/{length}", length.min(MAX_CAPTURE));
    }
    let piece = |at: usize| {
        let sequence = SEQUENCE.wrapping_add(at as u32);
        let own = (length - at).min(MAX_CAPTURE);
        format!("{addresses} segment {sequence:x} flags 18 {own}/{own}")
    };
    (0..length).step_by(MAX_CAPTURE).map(piece).collect::<Vec<_>>().join("\n")
}
