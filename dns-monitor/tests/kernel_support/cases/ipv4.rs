//! IPv4 headers.

use super::{Case, V4, payload, query, segment};
use crate::kernel_support::frame::PSH_ACK;

pub fn cases() -> Vec<Case> {
    let options = |words| query().ipv4_options(words).ethernet();
    let bad = "bad-ip-header";
    vec![
        ("1 word of options", options(1), format!("{V4} datagram 29/29")),
        ("10 words of options, the most", options(10), format!("{V4} datagram 29/29")),
        ("version 5", query().ipv4().set(0, &[0x55]).ethernet(), bad.into()),
        ("version 6 under the EtherType of IPv4", query().ipv4().set(0, &[0x65]).ethernet(), bad.into()),
        ("a header of 4 words", query().ipv4().set(0, &[0x44]).ethernet(), bad.into()),
        ("a header of no words", query().ipv4().set(0, &[0x40]).ethernet(), bad.into()),
        ("19 bytes in all", query().ipv4().set(2, &[0, 19]).ethernet(), bad.into()),
        (
            "fewer bytes in all than with options",
            query().ipv4_options(2).set(2, &[0, 27]).ethernet(),
            bad.into(),
        ),
        (
            "TCP in what is only padding",
            segment(PSH_ACK).ipv4().set(2, &[0, 20]).ethernet(),
            "bad-ip-header".into(),
        ),
        ("a header that ends in the frame's end", query().ipv4().ethernet().cut(33), bad.into()),
        (
            "options beyond the frame",
            query().ipv4().set(0, &[0x4f]).set(2, &[0, 120]).ethernet().cut(54),
            "bad-transport-header".into(),
        ),
        ("ICMP", payload().protocol(1).ipv4().ethernet(), "other-protocol".into()),
        ("SCTP to port 53", query().protocol(132).ipv4().ethernet(), "other-protocol".into()),
        ("IPv6 in IPv4", query().ipv6().protocol(41).ipv4().ethernet(), "other-protocol".into()),
        ("don't fragment", query().ipv4().set(6, &[0x40]).ethernet(), format!("{V4} datagram 29/29")),
    ]
}
