//! Conditions as the configuration has them, and the lookups that they hold for.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod cases;

use jiff::{Timestamp, tz::TimeZone};

use super::{network::BadPrefix, *};
use crate::config::{Config, Spec};

/// Central European time, without a file of time zones.
const ZONE: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

fn condition(text: &str) -> Condition {
    let config = Config::parse("t", &format!("[[rule]]\nname = 't'\naction = 'alert'\n{text}"));
    match config.unwrap_or_else(|error| panic!("{error}")).specs.pop() {
        Some(Spec::Rule(rule)) => rule.condition,
        other => panic!("{other:?}"),
    }
}

/// The name of a query as the decoder hands it to rules: any bytes, `\DDD` and `\.` in the text.
fn canonical(text: &str) -> Vec<u8> {
    let mut labels = vec![Vec::new()];
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'.' => labels.push(Vec::new()),
            b'\\' => {
                let next = bytes.next().unwrap();
                let byte = if next.is_ascii_digit() {
                    [next, bytes.next().unwrap(), bytes.next().unwrap()]
                        .iter()
                        .fold(0, |number, digit| number * 10 + (digit - b'0'))
                } else {
                    next
                };
                labels.last_mut().unwrap().push(byte);
            }
            byte => labels.last_mut().unwrap().push(byte.to_ascii_lowercase()),
        }
    }
    labels.retain(|label| !label.is_empty());
    labels.iter().flat_map(|label| std::iter::once(label.len() as u8).chain(label.iter().copied())).collect()
}

#[test]
fn conditions_hold_where_they_should_and_nowhere_else() {
    let zone = TimeZone::posix(ZONE).unwrap();
    for cases in cases::ALL {
        for (description, text, lookup, expected) in cases {
            let name = canonical(lookup.name);
            // Resolvers are asked in punycode.
            let name = match lookup.name.is_ascii() {
                true => name,
                false => NameBuf::parse(lookup.name).unwrap().as_bytes().to_vec(),
            };
            let time = lookup.time.parse::<Timestamp>().unwrap().as_nanosecond();
            let subject = Subject {
                name: &name,
                qtype: lookup.qtype,
                qclass: lookup.qclass,
                client: lookup.client.parse().unwrap(),
                mac: lookup.mac,
                vlan: lookup.vlan,
                time: u64::try_from(time).unwrap(),
            };
            let facts = Facts::in_zone(subject, zone.clone());
            assert_eq!(condition(text).holds(&facts), *expected, "{description}");
        }
    }
}

/// Letters that are on the wire as they are, not in punycode, deceive as well.
#[test]
fn raw_utf8_is_decoded_too() {
    let name = canonical("pаypal.com");
    let subject = Subject {
        name: &name,
        qtype: 1,
        qclass: 1,
        client: "192.0.2.7".parse().unwrap(),
        mac: None,
        vlan: None,
        time: 0,
    };
    assert!(condition(cases::PROTECTED).matches(&subject));
}

#[test]
fn the_longest_name_is_as_long_as_a_name_can_be() {
    assert_eq!(canonical(cases::LONGEST).len(), dns_monitor_common::rule::MAX_NAME);
}

#[test]
fn networks_are_written_by_their_first_address() {
    let network = |text: &str| text.parse::<Prefix>().map(|prefix| prefix.to_string());
    let host_bits = |text: &str| Err(BadPrefix::HostBits(text.parse().unwrap()));
    let cases = [
        ("192.0.2.0/24", Ok("192.0.2.0/24")),
        ("192.0.2.1", Ok("192.0.2.1/32")),
        ("0.0.0.0/0", Ok("0.0.0.0/0")),
        ("2001:DB8::/32", Ok("2001:db8::/32")),
        ("::1", Ok("::1/128")),
        ("::/0", Ok("::/0")),
        ("::ffff:192.0.2.0/120", Ok("192.0.2.0/24")),
        ("::ffff:192.0.2.1", Ok("192.0.2.1/32")),
        ("::ffff:0:0/96", Ok("0.0.0.0/0")),
        ("192.0.2.1/24", host_bits("192.0.2.0/24")),
        ("10.0.0.1/0", host_bits("0.0.0.0/0")),
        ("2001:db8::1/64", host_bits("2001:db8::/64")),
        ("::ffff:192.0.2.1/120", host_bits("192.0.2.0/24")),
        ("::ffff:192.0.2.1/95", host_bits("::fffe:0:0/95")),
        ("192.0.2.0/33", Err(BadPrefix::Length(32))),
        ("2001:db8::/129", Err(BadPrefix::Length(128))),
        ("192.0.2.0/", Err(BadPrefix::Syntax)),
        ("192.0.2.0/+8", Err(BadPrefix::Syntax)),
        ("192.0.2/24", Err(BadPrefix::Syntax)),
        ("example.com", Err(BadPrefix::Syntax)),
        ("", Err(BadPrefix::Syntax)),
    ];
    for (text, expected) in cases {
        assert_eq!(network(text), expected.map(ToOwned::to_owned), "{text}");
    }
}
