//! Addresses, names and keys, as data.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::net::IpAddr;

use super::{
    Mask,
    settings::{Addresses, Field, Key, Names, PrivacyError, Settings},
};
use crate::{decode::edns::ClientSubnet, identity::history::Machine};

/// The bytes 0 to 31.
const OTHER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The key of the sample that comes with the reference implementation of Crypto-PAn.
fn sample() -> String {
    let bytes: [u8; 32] = [
        21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121,
        101, 39, 98, 87, 76, 45, 42, 132, 34, 2,
    ];
    data_encoding::HEXLOWER.encode(&bytes)
}

fn mask(change: impl FnOnce(&mut Settings), key: &str) -> Mask {
    let mut settings = Settings { key: Some(Key::parse(key).unwrap()), ..Settings::default() };
    change(&mut settings);
    Mask::new(&settings).unwrap()
}

fn pseudonyms(key: &str) -> Mask {
    mask(|settings| settings.addresses = Addresses::Pseudonym, key)
}

fn truncation(ipv4: u8, ipv6: u8) -> Mask {
    let change = |settings: &mut Settings| {
        settings.addresses = Addresses::Truncate;
        (settings.ipv4_prefix, settings.ipv6_prefix) = (ipv4, ipv6);
    };
    mask(change, OTHER)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// IPv4: from the sample trace of the reference implementation. IPv6 and the second key: what other implementations
/// publish as their own check (yacryptopan).
#[test]
fn pseudonyms_are_those_of_crypto_pan() {
    let sample = sample();
    let cases = [
        (sample.as_str(), "128.11.68.132", "135.242.180.132"),
        (&sample, "129.118.74.4", "134.136.186.123"),
        (&sample, "130.132.252.244", "133.68.164.234"),
        (&sample, "141.223.7.43", "141.167.8.160"),
        (&sample, "141.233.145.108", "141.129.237.235"),
        (&sample, "152.163.225.39", "151.140.114.167"),
        (&sample, "156.29.3.236", "147.225.12.42"),
        (&sample, "165.247.96.84", "162.9.99.234"),
        (&sample, "166.107.77.190", "160.132.178.185"),
        (&sample, "192.102.249.13", "252.138.62.131"),
        (&sample, "192.215.32.125", "252.43.47.189"),
        (&sample, "192.233.80.103", "252.25.108.8"),
        (&sample, "192.41.57.43", "252.222.221.184"),
        (&sample, "10.0.0.1", "117.15.0.1"),
        (&sample, "255.255.255.255", "206.120.97.255"),
        (&sample, "0.0.0.0", "120.255.240.1"),
        (&sample, "::1", "78ff:f001:9fc0:20df:8380:b1f1:704:ed"),
        (&sample, "::", "78ff:f001:9fc0:20df:8380:b1f1:704:ec"),
        (&sample, "2001:db8::1", "4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e"),
        (&sample, "fd00:1:2:3:4:5:6:7", "cd0f:fc01:9ffd:c320:818b:400b:17f1:207"),
        (OTHER, "192.0.2.1", "2.90.93.17"),
        (OTHER, "2001:db8::1", "dd92:2c44:3fc0:ff1e:7ff9:c7f0:8180:7e00"),
    ];
    for (key, address, expected) in cases {
        assert_eq!(pseudonyms(key).address(ip(address)), ip(expected), "{address}");
    }
}

#[test]
fn pseudonyms_keep_networks_together_and_no_more() {
    let (mask, bits) = (pseudonyms(OTHER), |address: IpAddr| match address {
        IpAddr::V4(address) => address.to_bits(),
        IpAddr::V6(_) => panic!("IPv6"),
    });
    let (mut seen, mut state) = (std::collections::BTreeMap::new(), 1u32);
    for _ in 0..300 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let address = IpAddr::from(std::net::Ipv4Addr::from_bits(state));
        seen.insert(state, bits(mask.address(address)));
    }
    for (a, told_a) in &seen {
        for (b, told_b) in &seen {
            assert_eq!((a ^ b).leading_zeros(), (told_a ^ told_b).leading_zeros());
        }
    }
}

#[test]
fn truncation_leaves_the_network() {
    let cases = [
        (24, 48, "192.0.2.129", "192.0.2.0"),
        (32, 48, "192.0.2.129", "192.0.2.129"),
        (25, 48, "192.0.2.129", "192.0.2.128"),
        (0, 48, "192.0.2.129", "0.0.0.0"),
        (24, 48, "2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        (24, 128, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
        (24, 0, "2001:db8:1:2:3:4:5:6", "::"),
        (24, 47, "2001:db8:1:2:3:4:5:6", "2001:db8::"),
    ];
    for (ipv4, ipv6, address, expected) in cases {
        assert_eq!(truncation(ipv4, ipv6).address(ip(address)), ip(expected), "{address} {ipv4} {ipv6}");
    }
}

#[test]
fn subnets_say_no_more_than_addresses() {
    let subnet =
        |address: &str, source_prefix| ClientSubnet { address: ip(address), source_prefix, scope_prefix: 0 };
    let short = truncation(16, 32);
    assert_eq!(short.subnet(subnet("192.0.2.0", 24)), Some(subnet("192.0.0.0", 16)));
    assert_eq!(short.subnet(subnet("192.0.0.0", 8)), Some(subnet("192.0.0.0", 8)));
    assert_eq!(short.subnet(subnet("2001:db8:1::", 56)), Some(subnet("2001:db8::", 32)));
    assert_eq!(pseudonyms(OTHER).subnet(subnet("192.0.2.0", 24)), Some(subnet("2.90.93.0", 24)));
    let dropped = mask(|settings| settings.drop = Some(vec![Field::ClientSubnet]), OTHER);
    assert_eq!(dropped.subnet(subnet("192.0.2.0", 24)), None);
}

fn told(mask: &Mask, name: &str) -> String {
    let mut out = format!("before {name}").into_bytes();
    mask.name(&mut out, 7);
    String::from_utf8(out).unwrap().strip_prefix("before ").unwrap().to_owned()
}

#[test]
fn addresses_in_reverse_zones_are_addresses() {
    let mask = truncation(24, 48);
    let cases = [
        ("7.2.168.192.in-addr.arpa", "0.2.168.192.in-addr.arpa"),
        ("lb._dns-sd._udp.7.2.168.192.in-addr.arpa", "lb._dns-sd._udp.0.2.168.192.in-addr.arpa"),
        ("2.168.192.in-addr.arpa", "2.168.192.in-addr.arpa"),
        ("8.8.8.8.in-addr.arpa", "8.8.8.8.in-addr.arpa"),
        ("in-addr.arpa", "in-addr.arpa"),
        ("x.in-addr.arpa", "x.in-addr.arpa"),
        ("999.2.168.192.in-addr.arpa", "999.2.168.192.in-addr.arpa"),
        (
            "6.0.0.0.5.0.0.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa",
            "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa",
        ),
        ("7.2.168.192.example.com", "7.2.168.192.example.com"),
        (".", "."),
    ];
    for (name, expected) in cases {
        assert_eq!(told(&mask, name), expected);
    }
    let mask = pseudonyms(OTHER);
    let IpAddr::V4(address) = mask.address(ip("10.1.2.3")) else { panic!("IPv6") };
    let [a, b, c, d] = address.octets();
    assert_eq!(told(&mask, "3.2.1.10.in-addr.arpa"), format!("{d}.{c}.{b}.{a}.in-addr.arpa"));
    assert_eq!(told(&mask, "2.1.10.in-addr.arpa"), format!("{c}.{b}.{a}.in-addr.arpa"));
}

#[test]
fn hashed_names_keep_their_domain_together() {
    let hashes = |key| mask(|settings| settings.names = Names::Hash, key);
    let mask = hashes(OTHER);
    let parts = |name: &str| -> Vec<String> { told(&mask, name).split('.').map(ToOwned::to_owned).collect() };
    let (www, mail, bare) = (parts("www.example.co.uk"), parts("mail.example.co.uk"), parts("example.co.uk"));
    assert_eq!((www.len(), bare.len()), (3, 2));
    assert_eq!(www[1..], mail[1..], "one registered domain");
    assert_eq!(www[1..], bare[..], "and the domain itself");
    assert_ne!(www[0], mail[0]);
    assert_eq!(www[2], "invalid");
    assert!(www[0].len() == 26 && www[1].len() == 26, "{www:?}");
    assert_eq!(told(&mask, "."), ".");
    assert_eq!(parts("com").len(), 2);
    assert_ne!(
        told(&hashes(&sample()), "www.example.co.uk"),
        told(&mask, "www.example.co.uk"),
        "the key matters"
    );
}

/// Made with Python: `hmac.new(hmac.new(key, b"dns-monitor names 1", sha256).digest(), name, sha256)`, 16 bytes, base32hex.
#[test]
fn hashes_are_those_of_the_document() {
    let mask = mask(|settings| settings.names = Names::Hash, OTHER);
    assert_eq!(
        told(&mask, "www.example.com"),
        "5bpnp80o0tq5h0l7bur0g4ju24.1cgsh1fsal63svj18oci1psrcc.invalid"
    );
}

#[test]
fn machines_have_no_name_beside_a_pseudonym_unless_it_is_asked_for() {
    let machine = Machine { name: Some("laptop-17"), mac: Some([2, 0, 0, 0, 0, 1]) };
    assert_eq!(pseudonyms(OTHER).machine(machine), Machine::default());
    let keeps = mask(
        |settings| (settings.addresses, settings.drop) = (Addresses::Truncate, Some(vec![Field::ClientMac])),
        OTHER,
    );
    assert_eq!(keeps.machine(machine), Machine { mac: None, ..machine });
    let nothing = mask(|_| (), OTHER);
    assert_eq!(nothing.machine(machine), machine);
}

#[test]
fn keys_are_checked_and_never_told() {
    assert!(Key::parse(&format!(" {OTHER}\n")).is_ok());
    for bad in ["", "00", &OTHER[1..], &OTHER.replace('f', "g"), &format!("{OTHER}00")] {
        assert_eq!(Key::parse(bad), Err(PrivacyError::BadKey), "{bad}");
    }
    let settings = Settings { key: Some(Key::parse(OTHER).unwrap()), ..Settings::default() };
    assert!(!format!("{settings:?}").contains("0102") && format!("{settings:?}").contains("***"));
    assert_eq!(serde_json::to_string(&settings.key).unwrap(), "\"***\"");
}

#[test]
fn settings_that_protect_nothing_are_refused() {
    let refused = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        Mask::new(&settings).err()
    };
    assert_eq!(refused(|_| ()), None);
    assert_eq!(refused(|settings| settings.addresses = Addresses::Pseudonym), Some(PrivacyError::NoKey));
    assert_eq!(refused(|settings| settings.names = Names::Hash), Some(PrivacyError::NoKey));
    let long = |settings: &mut Settings| {
        (settings.addresses, settings.ipv4_prefix) = (Addresses::Truncate, 33);
    };
    assert_eq!(refused(long), Some(PrivacyError::Prefix(33, 32)));
}
