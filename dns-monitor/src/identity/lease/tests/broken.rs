//! What is half written, from the future, or garbage.

use super::{Case, Said, check, context, read};
use crate::identity::lease::{Format, MAX_LINE, Reader};

const HALF: &[(Format, Case)] = &[
    (
        Format::Isc,
        (
            "a lease that ends in the middle, and one behind it",
            "lease 10.0.0.5 {\n starts 2 2026/11/24 10:00:00;\n client-hos\nlease 10.0.0.6 {\n starts 2 2026/11/24 10:00:00;\n}\n",
            &[
                "4: ! the file ends in the middle of a lease: the rest is not written yet, or was lost",
                "6: 10.0.0.6 from 10:00:00",
            ],
        ),
    ),
    (
        Format::Isc,
        (
            "a string without an end swallows the lease behind it: neither is believed",
            "lease 10.0.0.5 {\n starts 2 2026/11/24 10:00:00;\n client-hostname \"laplease 10.0.0.6 {\n starts 2 2026/11/24 11:00:00;\n}\n",
            &["5: ! the file ends in the middle of a lease: the rest is not written yet, or was lost"],
        ),
    ),
    (
        Format::Isc,
        (
            "the last lease is not complete",
            "lease 10.0.0.5 {\n starts 2 2026/11/24 10:00:00;\n",
            &["2: ! the file ends in the middle of a lease: the rest is not written yet, or was lost"],
        ),
    ),
    (
        Format::Kea,
        (
            "a row that ends too early",
            "address,hwaddr,client_id,valid_lifetime,expire,hostname\n10.0.0.5,02:00:5e:00:53:01,,3600\n",
            &["2: ! a row that ends too early"],
        ),
    ),
    (
        Format::Dnsmasq,
        (
            "a line that ends too early",
            "1795525200 02:00:5e:00:53:01 10.0.0.5\n1795525200 02:00:5e:00:5\n",
            &["1: ! a line of less than four words", "2: ! an address is missing"],
        ),
    ),
    (
        Format::Windows,
        (
            "a line that ends too early",
            "10,11/24/26,10:00:00,Assign,10.0.0.5,lap\n10,11/24/2\n",
            &["1: ! a line that ends too early", "2: ! \"11/24/2 \" is not a time as this format writes it"],
        ),
    ),
    (
        Format::Networkd,
        (
            "half of it",
            "{\"Leases\":[{\"Address\":[10,0",
            &["0: ! not JSON as systemd-networkd writes it: EOF while parsing a list at line 1 column 27"],
        ),
    ),
];

const WRONG: &[(Format, Case)] = &[
    (
        Format::Isc,
        (
            "an address, a time, a MAC that are none; no start; a file of something else",
            "lease here {\n starts 2 2026/11/24 10:00:00;\n}\nlease 10.0.0.5 {\n starts yesterday;\n ends later;\n}\n\
             lease 10.0.0.6 {\n starts 2 2026/11/24 10:00:00;\n hardware ethernet 02:xx;\n}\nlease 10.0.0.7 {\n}\n\
             lease 10.0.0.8 {\n starts 2 2026/13/24 10:00:00;\n}\n}}}\n",
            &[
                "1: ! \"here\" is not an IP address",
                "7: ! \"yesterday\" is not a time as this format writes it",
                "11: ! \"02:xx\" is not a hardware address",
                "13: ! a lease that does not say when it starts",
                "16: ! \"2 2026/13/24 10:00:00\" is not a time as this format writes it",
            ],
        ),
    ),
    (
        Format::Kea,
        (
            "no header, then numbers that are none or too large",
            "10.0.0.5,,,3600,1795518000,x\naddress,valid_lifetime,expire\n10.0.0.5,long,1795518000\n10.0.0.6,3600,99999999999999999999\n\
             10.0.0.7,3600,18446744073709551615\n10.0.0.8,18446744073709551615,1795518000\n,3600,1795518000\n",
            &[
                "1: ! a row before the header, which begins with \"address,\"",
                "3: ! valid_lifetime is not a number of seconds",
                "4: ! \"99999999999999999999\" is not a time as this format writes it",
                "5: ! \"18446744073709551615\" is not a time as this format writes it",
                "6: 10.0.0.8 until 11:00:00",
                "7: ! \"\" is not an IP address",
            ],
        ),
    ),
    (
        Format::Networkd,
        (
            "a lease that is none, beside one",
            r#"{"Leases":[{"Address":"10.0.0.5"},{"Address":[10,0,0,6],"Hostname":"x"}]}"#,
            &[
                "1: ! not JSON as systemd-networkd writes it: invalid type: string \"10.0.0.5\", expected an array of length 4",
                "2: 10.0.0.6 x from 12:00:00",
            ],
        ),
    ),
];

const FUTURE: &[(Format, Case)] = &[
    (
        Format::Isc,
        (
            "in an hour, and in a month",
            "lease 10.0.0.5 {\n starts 2 2026/11/24 13:00:00;\n}\nlease 10.0.0.6 {\n starts 4 2026/12/24 13:00:00;\n}\n",
            &[
                "3: 10.0.0.5 from 13:00:00",
                "6: ! a lease from the future, more than a day ahead: the clock or the time zone of the server is wrong",
            ],
        ),
    ),
    (
        Format::Kea,
        (
            "in 79 years",
            "address,valid_lifetime,expire\n10.0.0.5,3600,4294967295\n",
            &[
                "2: ! a lease from the future, more than a day ahead: the clock or the time zone of the server is wrong",
            ],
        ),
    ),
];

#[test]
fn what_is_half_written_is_not_believed() {
    for (format, case) in HALF {
        check(*format, &context(), &[*case]);
    }
}

#[test]
fn what_is_wrong_is_told_and_the_rest_believed() {
    for (format, case) in WRONG {
        check(*format, &context(), &[*case]);
    }
}

#[test]
fn what_is_far_in_the_future_is_not_believed() {
    for (format, case) in FUTURE {
        check(*format, &context(), &[*case]);
    }
}

#[test]
fn a_name_that_is_too_long_does_not_hide_the_machine() {
    let text = format!("10.0.0.5,{},02:00:5e:00:53:01\n", "x".repeat(254));
    let expected = ["1: ? a host name of 254 bytes: names have 253 at most", "1: 10.0.0.5 02:00:5e:00:53:01"];
    assert_eq!(read(Format::Table, text.as_bytes(), &context()), expected);
}

#[test]
fn a_line_has_an_end() {
    let text = format!("10.0.0.5 {}\n10.0.0.6 b\n", "x".repeat(MAX_LINE));
    let expected = ["1: ! a line of more than 64 KiB", "2: 10.0.0.6 b"];
    assert_eq!(read(Format::Hosts, text.as_bytes(), &context()), expected);
}

/// Whatever stands in a file, it is read to its end, and only what is an address is believed.
#[test]
fn garbage_stops_nothing() {
    let samples: Vec<&[u8]> = HALF.iter().chain(WRONG).map(|(_, (_, text, _))| text.as_bytes()).collect();
    let mut state = 4711_u64;
    for round in 0..4000 {
        let mut text = samples[round % samples.len()].to_vec();
        for _ in 0..8 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = (state >> 33) as usize % text.len();
            text[place] = (state >> 24) as u8;
        }
        text.push(b'\n');
        for format in [
            Format::Isc,
            Format::Kea,
            Format::Dnsmasq,
            Format::Windows,
            Format::Networkd,
            Format::Table,
            Format::Hosts,
        ] {
            let (mut reader, mut said) = (Reader::new(format), Said::default());
            let length = reader.read(&text, &context(), &mut said);
            assert!(format == Format::Networkd && length == 0 || length == text.len(), "{format:?} {text:?}");
            reader.finish(&text[length..], &context(), &mut said);
        }
    }
}
