//! Numbers and addresses as text, against the standard library's.
#![allow(clippy::unwrap_used, reason = "tests")]

mod decode_support;

use decode_support::{mutate::Random, text};
use dns_monitor::decode::text as write;
use std::net::{Ipv4Addr, Ipv6Addr};

#[test]
fn every_octet() {
    for octet in 0..=u8::MAX {
        let address = Ipv4Addr::new(octet, 0, 255, octet);
        assert_eq!(text(|out| write::ipv4(address, out)), address.to_string());
    }
}

#[test]
fn ipv6_with_zeros_in_every_place() {
    let mut random = Random(5952);
    for zeros in 0..=u8::MAX {
        // Groups of one to four digits where no zero is wanted.
        let groups = std::array::from_fn(|group| match zeros >> group & 1 {
            1 => 0,
            _ => u16::try_from(random.below(0xffff) + 1).unwrap() >> (random.below(4) * 4),
        });
        let address = Ipv6Addr::from(groups);
        assert_eq!(text(|out| write::ipv6(address, out)), address.to_string());
    }
    let mapped = Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped();
    assert_eq!(text(|out| write::ipv6(mapped, out)), "::ffff:192.0.2.1");
}

#[test]
fn numbers() {
    for number in [0, 9, 10, 99, 100, 65535, u64::from(u32::MAX), u64::MAX] {
        assert_eq!(text(|out| write::decimal(number, out)), number.to_string());
        assert_eq!(text(|out| write::padded(number, 4, out)), format!("{number:04}"));
    }
}

#[test]
fn base64_of_every_remainder() {
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    for length in 0..bytes.len() {
        let bytes = &bytes[..length];
        assert_eq!(text(|out| write::base64(bytes, out)), data_encoding::BASE64.encode(bytes));
        let expected = data_encoding::BASE32HEX_NOPAD.encode(bytes).to_ascii_lowercase();
        assert_eq!(text(|out| write::base32_hex(bytes, out)), expected);
        assert_eq!(text(|out| write::hex(bytes, out)), data_encoding::HEXLOWER.encode(bytes));
    }
}
