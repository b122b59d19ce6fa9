//! Ethernet and VLAN tags.

use super::{Case, V4, V6, query};
use crate::kernel_support::frame::Frame;

pub fn cases() -> Vec<Case> {
    let (v4, v6) = (query().ipv4(), query().ipv6());
    let arp = Frame::payload(28).ethernet().set(12, &[8, 6]);
    let three = v4.clone().tag(0x8100, 1).tag(0x8100, 2).tag(0x88a8, 3);
    vec![
        ("ARP", arp, "not-ip".into()),
        ("802.3 with a length for an EtherType", v4.clone().ethernet().set(12, &[0, 40]), "not-ip".into()),
        ("Ethernet alone", Frame::payload(0).ethernet().set(12, &[8, 0]), "bad-ip-header".into()),
        (
            "a tag and no more",
            Frame::payload(0).tag(0x8100, 5).set(2, &[8, 0]).ethernet(),
            "bad-ip-header".into(),
        ),
        ("half a tag", v4.clone().tag(0x8100, 5).ethernet().cut(16), "short-link".into()),
        (
            "half an inner tag",
            v4.clone().tag(0x8100, 5).tag(0x88a8, 6).ethernet().cut(20),
            "short-link".into(),
        ),
        ("untagged", v4.clone().ethernet(), format!("{V4} datagram 29/29")),
        ("802.1Q", v4.clone().tag(0x8100, 5).ethernet(), format!("{V4} vlan 5 datagram 29/29")),
        (
            "802.1Q with priority and DEI",
            v4.clone().tag(0x8100, 0xf005).ethernet(),
            format!("{V4} vlan 5 datagram 29/29"),
        ),
        (
            "VLAN 0, a priority tag",
            v4.clone().tag(0x8100, 0xe000).ethernet(),
            format!("{V4} vlan 0 datagram 29/29"),
        ),
        ("VLAN 4095", v4.clone().tag(0x8100, 0xffff).ethernet(), format!("{V4} vlan 4095 datagram 29/29")),
        ("802.1Q, IPv6", v6.tag(0x8100, 5).ethernet(), format!("{V6} vlan 5 datagram 29/29")),
        ("802.1ad", v4.clone().tag(0x88a8, 6).ethernet(), format!("{V4} vlan 6 datagram 29/29")),
        ("0x9100", v4.clone().tag(0x9100, 7).ethernet(), format!("{V4} vlan 7 datagram 29/29")),
        (
            "QinQ",
            v4.clone().tag(0x8100, 5).tag(0x88a8, 6).ethernet(),
            format!("{V4} vlan 6 vlan 5 datagram 29/29"),
        ),
        (
            "QinQ of before its standard",
            v4.clone().tag(0x8100, 5).tag(0x9100, 6).ethernet(),
            format!("{V4} vlan 6 vlan 5 datagram 29/29"),
        ),
        ("three tags", three.ethernet(), "not-ip".into()),
    ]
}
