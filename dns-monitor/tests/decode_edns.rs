//! EDNS options and mnemonics as data.
#![allow(clippy::unwrap_used, reason = "tests")]

mod decode_support;

use decode_support::{text, unhex};
use dns_monitor::decode::{
    edns::{Edns, EdnsOption},
    malformed::Malformed,
    message::Message,
    mnemonics,
};

/// A query for the root with an OPT record: payload size 1232, high rcode 1, version 0, DO.
fn query(options: &str) -> Vec<u8> {
    let options = unhex(options);
    let mut bytes = unhex("0001 8107 0001 0000 0000 0001 00 0002 0001 00 0029 04d0 01008000");
    bytes.extend(u16::try_from(options.len()).unwrap().to_be_bytes());
    bytes.extend(options);
    bytes
}

fn with_edns(options: &str, check: impl FnOnce(&Edns<'_>)) {
    let bytes = query(options);
    check(&Message::parse(&bytes).unwrap().edns().unwrap());
}

#[test]
fn the_fixed_part() {
    let bytes = query("");
    let message = Message::parse(&bytes).unwrap();
    let edns = message.edns().unwrap();
    assert_eq!((edns.udp_payload_size, edns.extended_rcode, edns.version), (1232, 1, 0));
    assert!(edns.dnssec_ok());
    assert_eq!(message.rcode(Some(&edns)), 23);
    assert_eq!(message.rcode(None), 7);
}

#[test]
fn client_subnets() {
    // What it shows, option, presentation form and scope.
    type Case = (&'static str, &'static str, Option<(&'static str, u8)>);
    let cases: &[Case] = &[
        ("IPv4", "0008 0007 0001 18 00 c00002", Some(("192.0.2.0/24", 0))),
        ("IPv4, answered for a wider net", "0008 0007 0001 18 10 c00002", Some(("192.0.2.0/24", 16))),
        ("IPv6", "0008 000b 0002 38 00 20010db8000000", Some(("2001:db8::/56", 0))),
        ("a prefix inside a byte", "0008 0008 0001 1a 00 c0000240", Some(("192.0.2.64/26", 0))),
        ("private", "0008 0004 0001 00 00", Some(("0.0.0.0/0", 0))),
        ("private, IPv6", "0008 0004 0002 00 00", Some(("::/0", 0))),
        ("after another option", "fde9 0001 aa 0008 0004 0001 00 00", Some(("0.0.0.0/0", 0))),
        ("an address too short", "0008 0006 0001 18 00 c000", None),
        ("an address too long", "0008 0008 0001 18 00 c0000200", None),
        ("33 bits of IPv4", "0008 0009 0001 21 00 c000020000", None),
        ("a scope of 33 bits", "0008 0007 0001 18 21 c00002", None),
        ("17 bytes of IPv6", "0008 0015 0002 81 00 0000000000000000000000000000000000", None),
        ("an unknown family", "0008 0005 0003 08 00 c0", None),
        ("three bytes", "0008 0003 0001 18", None),
    ];
    for (what, options, expected) in cases {
        with_edns(options, |edns| {
            let subnet =
                edns.client_subnet().map(|subnet| (text(|out| subnet.write(out)), subnet.scope_prefix));
            assert_eq!(subnet.as_ref().map(|(net, scope)| (net.as_str(), *scope)), *expected, "{what}");
            assert_eq!(edns.fault().is_none(), expected.is_some(), "{what}");
        });
    }
}

#[test]
fn no_family_and_no_address_is_no_subnet_and_no_fault() {
    with_edns("0008 0004 0000 00 00", |edns| assert_eq!((edns.client_subnet(), edns.fault()), (None, None)));
}

#[test]
fn cookies() {
    // What it shows, option, length of the server's part.
    let cases: &[(&str, &str, Option<usize>)] = &[
        ("the client's alone", "000a 0008 0102030405060708", Some(0)),
        ("with the server's", "000a 0010 0102030405060708 1112131415161718", Some(8)),
        ("7 bytes", "000a 0007 01020304050607", None),
        ("a server's part of 7 bytes", "000a 000f 0102030405060708 11121314151617", None),
    ];
    for (what, options, server) in cases {
        with_edns(options, |edns| {
            let cookie = edns.cookie();
            assert_eq!(cookie.map(|cookie| cookie.server.len()), *server, "{what}");
            assert!(cookie.is_none_or(|cookie| cookie.client == [1, 2, 3, 4, 5, 6, 7, 8]), "{what}");
        });
    }
}

#[test]
fn extended_errors_come_one_after_another() {
    with_edns("000f 0002 0012 000f 0008 0006 626f677573 21", |edns| {
        let errors: Vec<_> = edns.extended_errors().map(|error| (error.info_code, error.text)).collect();
        assert_eq!(errors, [(18, &b""[..]), (6, &b"bogus!"[..])]);
    });
}

#[test]
fn options_end_after_the_first_error() {
    with_edns("0003 0000 000f 0001 00 0003 0000", |edns| {
        let options: Vec<_> = edns.options().collect();
        assert_eq!(options, [Ok(EdnsOption::Other { code: 3, data: &[] }), Err(Malformed::BadEdns)]);
    });
    with_edns("0003 0005 00", |edns| assert_eq!(edns.fault(), Some(Malformed::BadEdns)));
}

#[test]
fn names_of_numbers() {
    let cases = [
        (mnemonics::rr_type(1), "A"),
        (mnemonics::rr_type(65), "HTTPS"),
        (mnemonics::rr_type(255), "ANY"),
        (mnemonics::rr_type(0), "TYPE0"),
        (mnemonics::rr_type(54), "TYPE54"),
        (mnemonics::rr_type(65280), "TYPE65280"),
        (mnemonics::class(1), "IN"),
        (mnemonics::class(12), "CLASS12"),
        (mnemonics::class(254), "NONE"),
        (mnemonics::opcode(0), "QUERY"),
        (mnemonics::opcode(5), "UPDATE"),
        (mnemonics::opcode(7), "OPCODE7"),
        (mnemonics::rcode(3), "NXDOMAIN"),
        (mnemonics::rcode(16), "BADVERS"),
        (mnemonics::rcode(23), "BADCOOKIE"),
        (mnemonics::rcode(4095), "RCODE4095"),
        (mnemonics::tsig_error(16), "BADSIG"),
        (mnemonics::tsig_error(18), "BADTIME"),
    ];
    for (mnemonic, expected) in cases {
        assert_eq!(text(|out| mnemonic.write(out)), expected);
        assert_eq!(mnemonic.to_string(), expected);
    }
}
