//! UDP headers.

use super::{CLIENT, Case, DNS, V4, payload, query};
use crate::kernel_support::frame::Frame;

pub fn cases() -> Vec<Case> {
    let ports = |source, destination| payload().udp(source, destination).ipv4().ethernet();
    let lie = |length: u16| query().set(4, &length.to_be_bytes()).ipv4().ethernet();
    let bad = "bad-transport-header";
    vec![
        ("response", ports(DNS, CLIENT), "192.0.2.1 53 > 192.0.2.53 40000 datagram 29/29".into()),
        (
            "response, IPv6",
            payload().udp(DNS, CLIENT).ipv6().ethernet(),
            "2001:db8::1 53 > 2001:db8::53 40000 datagram 29/29".into(),
        ),
        ("port 53 on both sides", ports(DNS, DNS), "192.0.2.1 53 > 192.0.2.53 53 datagram 29/29".into()),
        ("other ports", ports(CLIENT, 443), "other-port".into()),
        ("port 53 in the other byte order", ports(CLIENT, 53 << 8), "other-port".into()),
        ("ports 0", ports(0, 0), "other-port".into()),
        ("mDNS, where it is not asked for", ports(5353, 5353), "other-port".into()),
        ("half a header", query().ipv4().ethernet().cut(41), bad.into()),
        ("length 0", lie(0), bad.into()),
        ("length 7", lie(7), bad.into()),
        ("length 8", lie(8), "empty-datagram".into()),
        ("length shorter than the packet", lie(20), format!("{V4} datagram 12/12")),
        ("length larger than the packet", lie(108), format!("{V4} datagram 29/100")),
        ("length 65,535", lie(65_535), format!("{V4} datagram 29/65527")),
        ("no payload", Frame::payload(0).udp(CLIENT, DNS).ipv4().ethernet(), "empty-datagram".into()),
        (
            "no payload, padded",
            Frame::payload(0).udp(CLIENT, DNS).ipv4().ethernet().pad(18),
            "empty-datagram".into(),
        ),
        (
            "a byte of payload, padded to the least frame",
            Frame::payload(1).udp(CLIENT, DNS).ipv4().ethernet().pad(17),
            format!("{V4} datagram 1/1"),
        ),
        ("no byte of the payload captured", query().ipv4().ethernet().cut(42), format!("{V4} datagram 0/29")),
    ]
}
