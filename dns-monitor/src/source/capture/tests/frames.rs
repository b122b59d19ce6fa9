//! One frame in, one sample or reason out.

use super::*;
use crate::ledger::Reason;

const ETHERNET: &str = "02 00 00 00 00 0d 02 00 00 00 00 05";
/// 192.0.2.1 to 192.0.2.53, port 40000 to 53, 12 bytes of payload.
const IPV4: &str = "45 00 0028 0001 0000 40 11 0000 c0000201 c0000235";
const IPV6: &str =
    "60 000000 0014 11 40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000053";
const UDP: &str = "9c40 0035 0014 0000";
const DNS: &str = "1234 0100 0001 0000 0000 0000";
const TCP: &str = "9c40 0035 00000007 00000000 50 18 ffff 0000 0000";

/// In one line: direction, transport, addresses, VLANs, content, length and captured bytes.
fn describe(result: &(Vec<Taken>, Option<CaptureError>), books: &Tally<CaptureReason>) -> String {
    let (taken, error) = result;
    assert!(error.is_none(), "{error:?}");
    let [(packet, content, length, payload)] = taken.as_slice() else {
        let skipped = books.reasons().find(|(_, count)| *count > 0);
        return skipped.map_or_else(String::new, |(reason, _)| reason.name().to_owned());
    };
    let Packet { direction, source, source_port, destination, destination_port, .. } = packet;
    let vlans = [packet.outer_vlan, packet.inner_vlan].into_iter().flatten();
    let vlans: String = vlans.map(|id| format!(" vlan {id}")).collect();
    let macs = [packet.source_mac, packet.destination_mac]
        .map(|mac| mac.map_or("-".into(), |mac| format!("{}", mac[5])));
    let kind = match *content {
        Content::Datagram => "datagram".to_owned(),
        Content::Fragment { id, offset, more } => format!("fragment {id} at {offset} more {more}"),
        Content::Segment { sequence, flags } => format!("segment {sequence} flags {flags}"),
    };
    let captured = payload.len();
    format!(
        "{direction:?} {} {source}:{source_port} {destination}:{destination_port}{vlans} {kind} {captured}/{length}",
        macs.join(">")
    )
}

fn run(what: &str, link_type: u32, frame: &[&str], options: CaptureOptions, expected: &str) {
    let frame = hex(&frame.concat());
    let mut capture = open(&pcap(link_type, &[&frame]), options).unwrap();
    let result = read_all(&mut capture);
    assert_eq!(describe(&result, capture.tally()), expected, "{what}");
    assert_eq!((capture.tally().seen(), capture.tally().held()), (1, 0), "{what}");
}

fn run_all(cases: &[(&str, u32, &[&str], &str)]) {
    for (what, link_type, frame, expected) in cases {
        run(what, *link_type, frame, CaptureOptions::default(), expected);
    }
}

#[test]
fn links() {
    const V4: &str = "192.0.2.1:40000 192.0.2.53:53";
    const V6: &str = "2001:db8::1:40000 2001:db8::53:53";
    let sll = |kind: &str| format!("{kind} 0001 0006 020000000005 0000 0800");
    let sll2 = |kind: &str| format!("86dd 0000 00000002 0001 {kind} 06 020000000005 0000");
    let (sll_in, sll_out, sll2_out, sll2_other) = (sll("0000"), sll("0004"), sll2("04"), sll2("03"));
    let seen = |direction: &str, macs: &str, flow: &str, vlans: &str| {
        format!("{direction} {macs} {flow}{vlans} datagram 12/12")
    };
    let cases: [(&str, u32, &[&str], String); 17] = [
        ("Ethernet", 1, &[ETHERNET, "0800", IPV4, UDP, DNS], seen("In", "5>13", V4, "")),
        ("Ethernet, IPv6", 1, &[ETHERNET, "86dd", IPV6, UDP, DNS], seen("In", "5>13", V6, "")),
        (
            "padding is no payload",
            1,
            &[ETHERNET, "0800", IPV4, UDP, DNS, "00 00 00"],
            seen("In", "5>13", V4, ""),
        ),
        ("802.1Q", 1, &[ETHERNET, "8100 e005 0800", IPV4, UDP, DNS], seen("In", "5>13", V4, " vlan 5")),
        (
            "QinQ",
            1,
            &[ETHERNET, "88a8 0007 8100 0005 0800", IPV4, UDP, DNS],
            seen("In", "5>13", V4, " vlan 7 vlan 5"),
        ),
        (
            "a third tag",
            1,
            &[ETHERNET, "88a8 0007 8100 0005 8100 0006 0800", IPV4, UDP, DNS],
            "not-ip".into(),
        ),
        ("ARP", 1, &[ETHERNET, "0806", "0001 0800"], "not-ip".into()),
        ("half an Ethernet header", 1, &["02 00 00"], "short-link".into()),
        ("half a tag", 1, &[ETHERNET, "8100 00"], "short-link".into()),
        ("SLL, in", 113, &[&sll_in, IPV4, UDP, DNS], seen("In", "5>-", V4, "")),
        ("SLL, out: the resolver asks", 113, &[&sll_out, IPV4, UDP, DNS], seen("Out", "5>-", V4, "")),
        ("SLL2, out: the resolver asks", 276, &[&sll2_out, IPV6, UDP, DNS], seen("Out", "5>-", V6, "")),
        ("SLL2, to another host", 276, &[&sll2_other, IPV6, UDP, DNS], seen("In", "5>-", V6, "")),
        ("raw IPv4", 101, &[IPV4, UDP, DNS], seen("In", "->-", V4, "")),
        ("raw IPv6, of the type that is only that", 229, &[IPV6, UDP, DNS], seen("In", "->-", V6, "")),
        ("raw nonsense", 101, &["00 00"], "not-ip".into()),
        ("BSD loopback", 0, &["02000000", IPV4, UDP, DNS], seen("In", "->-", V4, "")),
    ];
    for (what, link_type, frame, expected) in cases {
        run(what, link_type, frame, CaptureOptions::default(), &expected);
    }
}

#[test]
fn networks() {
    // Next header 17 behind it; the payload is 20 bytes longer by the extension's 8.
    const EXTENDED: &str =
        "60 000000 001c 00 40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000053";
    const CUT: &str =
        "60 000000 001c 2c 40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000053";
    const MANY: &str =
        "60 000000 0050 00 40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000053";
    const OPTIONS: &str = "00 00 000000000000";
    const FLOW: &str = "In ->- 2001:db8::1:40000 2001:db8::53:53";
    let whole = format!("{FLOW} datagram 12/12");
    let first = format!("{FLOW} fragment 77 at 0 more true 12/12");
    run_all(&[
        (
            "options",
            101,
            &["46 00 002c 0001 0000 40 11 0000 c0000201 c0000235 01010101", UDP, DNS],
            "In ->- 192.0.2.1:40000 192.0.2.53:53 datagram 12/12",
        ),
        (
            "a header of 16 bytes",
            101,
            &["44 00 0028 0001 0000 40 11 0000 c0000201 c0000235", UDP, DNS],
            "bad-ip-header",
        ),
        (
            "shorter than its header",
            101,
            &["45 00 0010 0001 0000 40 11 0000 c0000201 c0000235", UDP, DNS],
            "bad-ip-header",
        ),
        ("half a header", 101, &["45 00 0028"], "bad-ip-header"),
        ("hop-by-hop options", 101, &[EXTENDED, "11 00 000000000000", UDP, DNS], &whole),
        ("an atomic fragment", 101, &[CUT, "11 00 0000 0000004d", UDP, DNS], &whole),
        ("the first fragment", 101, &[CUT, "11 00 0001 0000004d", UDP, DNS], &first),
        (
            "a following fragment",
            101,
            &[CUT, "11 00 0010 0000004d", UDP, DNS],
            "In ->- 2001:db8::1:0 2001:db8::53:0 fragment 77 at 8 more false 20/20",
        ),
        (
            "the first fragment, IPv4",
            101,
            &["45 00 0028 0001 2000 40 11 0000 c0000201 c0000235", UDP, DNS],
            "In ->- 192.0.2.1:40000 192.0.2.53:53 fragment 1 at 0 more true 12/12",
        ),
        (
            "a following fragment, IPv4",
            101,
            &["45 00 0020 0001 0002 40 11 0000 c0000201 c0000235", DNS],
            "In ->- 192.0.2.1:0 192.0.2.53:0 fragment 1 at 8 more false 12/12",
        ),
        ("an extension that is cut", 101, &[EXTENDED, "11 01 0000"], "bad-ip-header"),
        (
            "an extension longer than the packet says",
            101,
            &[
                "60 000000 0007 00 40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000053",
                "11 00 000000000000",
                UDP,
                DNS,
            ],
            "bad-ip-header",
        ),
        (
            "six extensions",
            101,
            &[MANY, OPTIONS, OPTIONS, OPTIONS, OPTIONS, OPTIONS, "11 00 000000000000", UDP, DNS],
            &whole,
        ),
        (
            "seven extensions",
            101,
            &[MANY, OPTIONS, OPTIONS, OPTIONS, OPTIONS, OPTIONS, OPTIONS, "11 00 000000000000", UDP, DNS],
            "too-many-extension-headers",
        ),
        (
            "a following fragment without payload",
            101,
            &["45 00 0014 0001 0002 40 11 0000 c0000201 c0000235"],
            "bad-ip-header",
        ),
    ]);
}

#[test]
fn transports() {
    const IPV4_TCP: &str = "45 00 0034 0001 0000 40 06 0000 c0000201 c0000235";
    const IPV4_SYN: &str = "45 00 0028 0001 0000 40 06 0000 c0000201 c0000235";
    run_all(&[
        ("other ports", 101, &[IPV4, "9c40 0036 0014 0000", DNS], "other-port"),
        ("ICMP", 101, &["45 00 0028 0001 0000 40 01 0000 c0000201 c0000235", UDP, DNS], "other-protocol"),
        ("no payload", 101, &[IPV4, "9c40 0035 0008 0000"], "empty-datagram"),
        ("a length shorter than the header", 101, &[IPV4, "9c40 0035 0007 0000"], "bad-transport-header"),
        ("half a header", 101, &[IPV4, "9c40 0035"], "bad-transport-header"),
        (
            "cut by the capture",
            101,
            &[IPV4, UDP, "1234 0100"],
            "In ->- 192.0.2.1:40000 192.0.2.53:53 datagram 4/12",
        ),
        (
            "TCP data",
            101,
            &[IPV4_TCP, TCP, DNS],
            "In ->- 192.0.2.1:40000 192.0.2.53:53 segment 7 flags 24 12/12",
        ),
        (
            "a TCP acknowledgement",
            101,
            &[IPV4_SYN, "9c40 0035 00000007 00000000 50 10 ffff 0000 0000"],
            "tcp-without-data",
        ),
        (
            "a TCP acknowledgement with padding",
            101,
            &[IPV4_SYN, "9c40 0035 00000007 00000000 50 10 ffff 0000 0000", DNS],
            "tcp-without-data",
        ),
        (
            "a SYN",
            101,
            &[IPV4_SYN, "9c40 0035 00000007 00000000 50 02 ffff 0000 0000"],
            "In ->- 192.0.2.1:40000 192.0.2.53:53 segment 7 flags 2 0/0",
        ),
        (
            "a TCP header of 16 bytes",
            101,
            &[IPV4_TCP, "9c40 0035 00000007 00000000 40 18 ffff 0000 0000"],
            "bad-transport-header",
        ),
        (
            "a TCP fragment",
            101,
            &["45 00 0034 0001 2000 40 06 0000 c0000201 c0000235", TCP, DNS],
            "tcp-fragment",
        ),
        (
            "a GSO packet that does not say how long it is",
            101,
            &["45 00 0000 0001 0000 40 06 0000 c0000201 c0000235", TCP, DNS],
            "In ->- 192.0.2.1:40000 192.0.2.53:53 segment 7 flags 24 12/12",
        ),
    ]);
}

#[test]
fn directions() {
    const BACK: &str = "45 00 0028 0001 0000 40 11 0000 c0000235 c0000201";
    let resolver =
        |address: &str| CaptureOptions { resolvers: vec![address.parse().unwrap()], ..Default::default() };
    let to = |direction: &str| format!("{direction} ->- 192.0.2.1:40000 192.0.2.53:53 datagram 12/12");
    let from = |ports: [u16; 2], direction: &str| {
        format!("{direction} ->- 192.0.2.53:{} 192.0.2.1:{} datagram 12/12", ports[0], ports[1])
    };
    const RESPONSE: &str = "1234 8180 0001 0000 0000 0000";
    let any = CaptureOptions::default;
    let cases: [(&str, [&str; 3], CaptureOptions, String); 9] = [
        ("to the port", [IPV4, UDP, DNS], any(), to("In")),
        ("from the port", [BACK, "0035 9c40 0014 0000", RESPONSE], any(), from([53, 40_000], "Out")),
        ("from port to port, a query", [BACK, "0035 0035 0014 0000", DNS], any(), from([53, 53], "In")),
        (
            "from port to port, a response",
            [BACK, "0035 0035 0014 0000", RESPONSE],
            any(),
            from([53, 53], "Out"),
        ),
        ("to the resolver", [IPV4, UDP, DNS], resolver("192.0.2.53"), to("In")),
        ("from the resolver, which asks", [IPV4, UDP, DNS], resolver("192.0.2.1"), to("Out")),
        (
            "to the resolver, an answer",
            [BACK, "0035 9c40 0014 0000", RESPONSE],
            resolver("192.0.2.1"),
            from([53, 40_000], "In"),
        ),
        ("between others", [IPV4, UDP, DNS], resolver("192.0.2.2"), "other-host".into()),
        (
            "of another port that means DNS",
            [IPV4, "9c40 14e9 0014 0000", DNS],
            CaptureOptions { ports: vec![53, 5353], ..any() },
            "In ->- 192.0.2.1:40000 192.0.2.53:5353 datagram 12/12".into(),
        ),
    ];
    for (what, frame, options, expected) in cases {
        run(what, 101, &frame, options, &expected);
    }
}
