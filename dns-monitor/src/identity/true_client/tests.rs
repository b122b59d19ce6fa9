//! Options as dnsmasq 2.90 sends them, seen on the wire, and what strangers may send.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::IpAddr;

use data_encoding::HEXLOWER_PERMISSIVE;

use super::{Forwarders, TrueClient};
use crate::decode::{edns::Edns, message::Message};

const CLIENT: &str = "02:00:00:00:00:0c";

/// Description, options in hexadecimal, address and MAC that they name.
type Case = (&'static str, &'static str, Option<&'static str>, Option<&'static str>);

/// Forwarder 10.2.0.1, its clients 10.1.0.10 and fd01::10, MAC 02:00:00:00:00:0c.
const DNSMASQ: [Case; 9] = [
    (
        "add-mac, add-subnet=32,128",
        "000a0008a98e60040b6c3e94 fde90006 02000000000c 00080008 0001 2000 0a01000a",
        Some("10.1.0.10"),
        Some(CLIENT),
    ),
    (
        "the same, of a query without EDNS",
        "fde90006 02000000000c 00080008 0001 2000 0a01000a",
        Some("10.1.0.10"),
        Some(CLIENT),
    ),
    (
        "the same, over IPv6",
        "000a0008318d2c9caf07e11f fde90006 02000000000c 00080014 0002 8000 fd010000000000000000000000000010",
        Some("fd01::10"),
        Some(CLIENT),
    ),
    ("add-mac=base64", "000a0008553ba927f37c82b4 fe310008 416741414141414d", None, Some(CLIENT)),
    (
        "add-mac=text, add-cpe-id=box7",
        "fe310011 30323a30303a30303a30303a30303a3063 fe320004 626f7837",
        None,
        Some(CLIENT),
    ),
    ("add-cpe-id alone", "fe320004 626f7837", None, None),
    ("add-subnet without lengths, IPv4", "00080004 0001 0000", None, None),
    ("add-subnet without lengths, IPv6", "00080004 0002 0000", None, None),
    ("add-subnet=1.2.3.4/32", "00080008 0001 2000 01020304", Some("1.2.3.4"), None),
];

const OTHERS: [Case; 17] = [
    ("no option", "", None, None),
    ("a cookie", "000a0008a98e60040b6c3e94", None, None),
    ("a /24", "00080007 0001 1800 0a0100", None, None),
    ("a /56", "0008000b 0002 3800 fd010000000000", None, None),
    ("the sender's own address", "00080008 0001 2000 0a020001", None, None),
    (
        "an IPv4 address as IPv6",
        "00080014 0002 8000 00000000000000000000ffff0a01000a",
        Some("10.1.0.10"),
        None,
    ),
    ("loopback: the forwarder itself", "00080008 0001 2000 7f000001", None, None),
    ("0.0.0.0", "00080008 0001 2000 00000000", None, None),
    ("multicast", "00080008 0001 2000 e0000001", None, None),
    ("the first of two", "00080008000120000a01000a 0008000800012000 0a01000b", Some("10.1.0.10"), None),
    ("a MAC before a broken subnet", "fde90006 02000000000c 00080008 0001 2100 0a01000a", None, Some(CLIENT)),
    ("a MAC behind it", "00080008 0001 2100 0a01000a fde90006 02000000000c", None, None),
    ("a MAC of 8 bytes", "fde90008 02000000000c0000", None, None),
    ("no MAC, a group", "fde90006 01005e000001", None, None),
    ("no MAC, zeros", "fde90006 000000000000", None, None),
    ("not base64", "fe310008 2121212121212121", None, None),
    ("not hexadecimal", "fe310011 30323a30303a2b303a30303a30303a3063", None, None),
];

/// A query for the root with these options.
fn query(options: &str) -> Vec<u8> {
    let options = HEXLOWER_PERMISSIVE.decode(options.replace(' ', "").as_bytes()).unwrap();
    let mut message = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1];
    message.extend([0, 0, 41, 4, 0xd0, 0, 0, 0, 0]);
    message.extend(u16::try_from(options.len()).unwrap().to_be_bytes());
    [message, options].concat()
}

fn edns(query: &[u8]) -> Edns<'_> {
    Message::parse(query).unwrap().edns().unwrap()
}

fn mac(text: &str) -> [u8; 6] {
    super::written(text.as_bytes()).unwrap()
}

#[test]
fn options_name_the_machine_behind_the_sender() {
    let sender: IpAddr = "10.2.0.1".parse().unwrap();
    for (what, options, ip, expected) in DNSMASQ.into_iter().chain(OTHERS) {
        let query = query(options);
        let claimed = TrueClient::claimed(&edns(&query), sender);
        let ip = ip.map(|ip| ip.parse().unwrap());
        let wanted = TrueClient { ip, mac: expected.map(mac) };
        assert_eq!(claimed, (wanted != TrueClient { ip: None, mac: None }).then_some(wanted), "{what}");
    }
}

#[test]
fn macs_are_read_as_text() {
    for (text, expected) in [
        (CLIENT, Some([2, 0, 0, 0, 0, 12])),
        ("AA-bb-CC-dd-EE-0f", Some([0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x0f])),
        ("02:00:00:00:0000c", None),
        ("02:00:00:00:00:0", None),
        ("AgAAAAAM", Some([2, 0, 0, 0, 0, 12])),
        ("AgAAAAA=", None),
    ] {
        assert_eq!(super::written(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn only_forwarders_are_believed() {
    let query = query("00080008 0001 2000 0a01000a");
    let silent = self::query("");
    for (forwarders, sender, believed) in [
        (&[][..], "10.2.0.1", false),
        (&["10.2.0.0/24"], "10.2.0.1", true),
        (&["10.2.0.0/24"], "::ffff:10.2.0.1", true),
        (&["10.2.0.0/24"], "10.3.0.1", false),
        (&["192.0.2.1", "fd02::1"], "fd02::1", true),
        (&["192.0.2.1", "fd02::1"], "fd02::2", false),
    ] {
        let networks: Vec<_> = forwarders.iter().map(|network| network.parse().unwrap()).collect();
        let mut forwarders = Forwarders::new(&networks);
        let sender = sender.parse().unwrap();
        assert_eq!(forwarders.true_client(sender, &edns(&query)).is_some(), believed, "{sender}");
        assert_eq!(forwarders.true_client(sender, &edns(&silent)), None, "{sender}");
        assert_eq!(forwarders.unbelieved(), u64::from(!believed), "{sender}");
    }
}
