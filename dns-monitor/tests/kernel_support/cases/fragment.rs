//! Fragments of both IP versions.

use super::{CLIENT, Case, DNS, V4, V4_FOLLOWER, V6, V6_FOLLOWER, payload, query, segment};
use crate::kernel_support::frame::{Frame, PSH_ACK, TCP, UDP};

pub fn cases() -> Vec<Case> {
    // 1,480 bytes of an IP payload are 1,472 of a UDP payload.
    let follower = || Frame::payload(40).protocol(UDP);
    let whole_length = |frame: Frame| frame.set(4, &[8, 0]);
    vec![
        (
            "first fragment, IPv4",
            whole_length(query()).ipv4_fragment(0, true).ethernet(),
            format!("{V4} fragment 1234 at 0+ 29/29"),
        ),
        (
            "middle fragment, IPv4",
            follower().ipv4_fragment(1480, true).ethernet(),
            format!("{V4_FOLLOWER} fragment 1234 at 1472+ 40/40"),
        ),
        (
            "last fragment, IPv4",
            follower().ipv4_fragment(1480, false).ethernet(),
            format!("{V4_FOLLOWER} fragment 1234 at 1472 40/40"),
        ),
        (
            "the last place of IPv4",
            follower().ipv4_fragment(0xfff8, false).ethernet(),
            format!("{V4_FOLLOWER} fragment 1234 at 65520 40/40"),
        ),
        (
            "first fragment, IPv6",
            whole_length(query()).ipv6_fragment(0, true).ipv6().ethernet(),
            format!("{V6} fragment 12345678 at 0+ 29/29"),
        ),
        (
            "middle fragment, IPv6",
            follower().ipv6_fragment(1480, true).ipv6().ethernet(),
            format!("{V6_FOLLOWER} fragment 12345678 at 1472+ 40/40"),
        ),
        (
            "last fragment, IPv6",
            follower().ipv6_fragment(1480, false).ipv6().ethernet(),
            format!("{V6_FOLLOWER} fragment 12345678 at 1472 40/40"),
        ),
        (
            "last fragment behind hop-by-hop",
            follower().ipv6_fragment(1480, false).extension(0, 0).ipv6().ethernet(),
            format!("{V6_FOLLOWER} fragment 12345678 at 1472 40/40"),
        ),
        (
            "first fragment with options inside",
            query().extension(60, 0).ipv6_fragment(0, true).ipv6().ethernet(),
            format!("{V6} fragment 12345678 at 0+ 29/29"),
        ),
        (
            "a following fragment of a destination header is not looked into",
            payload().protocol(60).ipv6_fragment(8, false).ipv6().ethernet(),
            "other-protocol".into(),
        ),
        (
            "a fragment in the UDP header's last place, IPv4",
            follower().ipv4_fragment(8, false).ethernet(),
            format!("{V4_FOLLOWER} fragment 1234 at 0 40/40"),
        ),
        (
            "first fragment of a part of the UDP header",
            Frame::payload(4).protocol(UDP).ipv4_fragment(0, true).ethernet(),
            "bad-transport-header".into(),
        ),
        (
            "first fragment with nothing but the header",
            Frame::payload(0).udp(CLIENT, DNS).set(4, &[8, 0]).ipv4_fragment(0, true).ethernet(),
            "empty-datagram".into(),
        ),
        (
            "first fragment of other ports",
            payload().udp(CLIENT, 443).ipv4_fragment(0, true).ethernet(),
            "other-port".into(),
        ),
        (
            "following fragment without a length",
            follower().ipv4_fragment(1480, false).set(2, &[0, 0]).ethernet(),
            "empty-datagram".into(),
        ),
        (
            "following fragment of nothing",
            Frame::payload(0).protocol(UDP).ipv4_fragment(1480, false).ethernet(),
            "bad-ip-header".into(),
        ),
        (
            "padding is no fragment's payload",
            follower().ipv4_fragment(1480, false).ethernet().pad(6),
            format!("{V4_FOLLOWER} fragment 1234 at 1472 40/40"),
        ),
        (
            "first fragment of TCP, IPv4",
            segment(PSH_ACK).ipv4_fragment(0, true).ethernet(),
            "tcp-fragment".into(),
        ),
        (
            "following fragment of TCP, IPv4",
            payload().protocol(TCP).ipv4_fragment(1480, false).ethernet(),
            "tcp-fragment".into(),
        ),
        (
            "first fragment of TCP, IPv6",
            segment(PSH_ACK).ipv6_fragment(0, true).ipv6().ethernet(),
            "tcp-fragment".into(),
        ),
        (
            "fragment of ICMP",
            payload().protocol(1).ipv4_fragment(1480, true).ethernet(),
            "other-protocol".into(),
        ),
    ]
}
