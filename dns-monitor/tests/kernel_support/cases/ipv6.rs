//! IPv6 headers and extension headers.

use super::{Case, V6, payload, query, segment};
use crate::kernel_support::frame::{Frame, PSH_ACK};

pub fn cases() -> Vec<Case> {
    let sampled = || format!("{V6} datagram 29/29");
    let mut cases: Vec<Case> = vec![
        ("no extension", query().ipv6().ethernet(), sampled()),
        (
            "version 4 under the EtherType of IPv6",
            query().ipv6().set(0, &[0x40]).ethernet(),
            "bad-ip-header".into(),
        ),
        ("a header that ends in the frame's end", query().ipv6().ethernet().cut(53), "bad-ip-header".into()),
        ("ICMPv6", payload().protocol(58).ipv6().ethernet(), "other-protocol".into()),
        ("no next header", payload().protocol(59).ipv6().ethernet(), "other-protocol".into()),
        ("half an extension", query().extension(0, 0).ipv6().ethernet().cut(61), "bad-ip-header".into()),
        (
            "an extension beyond the payload length",
            query().extension(60, 0).set(1, &[6]).ipv6().ethernet(),
            "bad-ip-header".into(),
        ),
        (
            "an extension that leaves no room for UDP",
            query().extension(60, 0).set(1, &[4]).ipv6().ethernet(),
            "bad-transport-header".into(),
        ),
        (
            "TCP in what is only padding, IPv6",
            segment(PSH_ACK).extension(0, 0).ipv6().set(4, &[0, 8]).ethernet(),
            "bad-ip-header".into(),
        ),
        ("payload length 0", query().ipv6().set(4, &[0, 0]).ethernet(), sampled()),
        (
            "payload length 0 and an extension",
            query().extension(0, 1).ipv6().set(4, &[0, 0]).ethernet(),
            sampled(),
        ),
        ("an atomic fragment", query().ipv6_fragment(0, false).ipv6().ethernet(), sampled()),
        (
            "TCP in an atomic fragment",
            segment(PSH_ACK).ipv6_fragment(0, false).ipv6().ethernet(),
            format!("{V6} segment fffffffd flags 18 29/29"),
        ),
        ("six extensions", chain(6).ipv6().ethernet(), sampled()),
        ("seven extensions", chain(7).ipv6().ethernet(), "too-many-extension-headers".into()),
        (
            "six extensions and ICMPv6",
            payload()
                .protocol(58)
                .extension(60, 0)
                .extension(60, 0)
                .extension(60, 0)
                .extension(43, 0)
                .extension(60, 0)
                .extension(0, 0)
                .ipv6()
                .ethernet(),
            "other-protocol".into(),
        ),
        (
            "TCP behind extensions",
            segment(PSH_ACK).extension(43, 2).extension(0, 0).ipv6().ethernet(),
            format!("{V6} segment fffffffd flags 18 29/29"),
        ),
    ];
    for words in [0, 1, 4, 40] {
        cases.push(("authentication", query().extension(51, words).ipv6().ethernet(), sampled()));
    }
    let kinds = [
        ("hop-by-hop", 0),
        ("routing", 43),
        ("destination", 60),
        ("mobility", 135),
        ("HIP", 139),
        ("Shim6", 140),
    ];
    for (what, kind) in kinds {
        for units in [0, 1, 3, 30] {
            cases.push((what, query().extension(kind, units).ipv6().ethernet(), sampled()));
        }
    }
    cases
}

/// So many extension headers, of different kinds and lengths.
fn chain(length: usize) -> Frame {
    let kinds = [(60, 1), (51, 4), (135, 0), (43, 2), (60, 0), (60, 3), (0, 1)];
    kinds.iter().take(length).fold(query(), |frame, (kind, units)| frame.extension(*kind, *units))
}
