//! TCP headers.

use super::{CLIENT, Case, DNS, V4, V6, empty_segment, payload, segment};
use crate::kernel_support::frame::{ACK, FIN, Frame, PSH_ACK, RST, SYN};

pub fn cases() -> Vec<Case> {
    let offset = |words: u8| segment(PSH_ACK).set(12, &[words << 4]).ipv4().ethernet();
    let line = |flags: &str, captured: &str| format!("{V4} segment fffffffd flags {flags} {captured}");
    let bad = "bad-transport-header";
    vec![
        ("SYN", empty_segment(SYN).ipv4().ethernet(), line("2", "0/0")),
        ("SYN with data (TCP Fast Open)", segment(SYN).ipv4().ethernet(), line("2", "29/29")),
        ("SYN with options", Frame::payload(0).tcp(CLIENT, DNS, SYN, 5).ipv4().ethernet(), line("2", "0/0")),
        ("SYN, ACK", empty_segment(SYN | ACK).ipv4().ethernet(), line("12", "0/0")),
        ("FIN", empty_segment(FIN | ACK).ipv4().ethernet(), line("11", "0/0")),
        ("RST", empty_segment(RST).ipv4().ethernet(), line("4", "0/0")),
        ("SYN, padded", empty_segment(SYN).ipv4().ethernet().pad(6), line("2", "0/0")),
        ("pure ACK", empty_segment(ACK).ipv4().ethernet(), "tcp-without-data".into()),
        ("pure ACK, padded", empty_segment(ACK).ipv4().ethernet().pad(6), "tcp-without-data".into()),
        ("pure ACK, IPv6", empty_segment(ACK).ipv6().ethernet(), "tcp-without-data".into()),
        ("data", segment(PSH_ACK).ipv4().ethernet(), line("18", "29/29")),
        ("data, IPv6", segment(PSH_ACK).ipv6().ethernet(), format!("{V6} segment fffffffd flags 18 29/29")),
        ("data behind options", payload().tcp(CLIENT, DNS, ACK, 3).ipv4().ethernet(), line("10", "29/29")),
        (
            "data behind the most options of IP and TCP",
            payload().tcp(CLIENT, DNS, ACK, 10).ipv4_options(10).ethernet(),
            line("10", "29/29"),
        ),
        ("data and FIN", segment(PSH_ACK | FIN).ipv4().ethernet(), line("19", "29/29")),
        ("all flags", segment(0xff).ipv4().ethernet(), line("ff", "29/29")),
        ("data, padded", segment(PSH_ACK).ipv4().ethernet().pad(3), line("18", "29/29")),
        (
            "response",
            payload().tcp(DNS, CLIENT, PSH_ACK, 0).ipv4().ethernet(),
            "192.0.2.1 53 > 192.0.2.53 40000 segment fffffffd flags 18 29/29".into(),
        ),
        ("other ports", payload().tcp(CLIENT, 853, PSH_ACK, 0).ipv4().ethernet(), "other-port".into()),
        ("half a header", segment(PSH_ACK).ipv4().ethernet().cut(53), bad.into()),
        ("data offset 0", offset(0), bad.into()),
        ("data offset 4", offset(4), bad.into()),
        ("data offset beyond the packet", offset(15), bad.into()),
        (
            "data offset beyond the frame, of a packet that says it is longer",
            offset(15).set(16, &[0, 120]),
            bad.into(),
        ),
        (
            "no length (BIG TCP): the frame's counts",
            segment(PSH_ACK).ipv4().without_length().ethernet(),
            line("18", "29/29"),
        ),
    ]
}
