//! Record data as text: examples of every type, and every way to get one wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod decode_support;

use decode_support::{
    rdata_examples::{BAD, KNOWN_TO_BIND, UNKNOWN_TO_BIND, message},
    text, unhex,
};
use dns_monitor::decode::{malformed::Malformed, message::Message, rdata, rr_type};
use std::collections::BTreeSet;

/// The text of the one record in a message, and what was left in the buffer.
fn write(rtype: u16, class: u16, data: &[u8]) -> (Result<(), Malformed>, String) {
    let bytes = message(rtype, class, data);
    let record = Message::parse(&bytes).unwrap().records().next().unwrap().unwrap();
    let mut result = Ok(());
    let written = text(|out| result = rdata::write(&record, out));
    (result, written)
}

#[test]
fn every_example_reads_as_its_presentation_form() {
    for (rtype, wire, expected) in KNOWN_TO_BIND.iter().chain(UNKNOWN_TO_BIND) {
        let (result, written) = write(*rtype, 1, &unhex(wire));
        assert_eq!((result, written.as_str()), (Ok(()), *expected), "type {rtype}");
    }
}

#[test]
fn every_type_with_a_form_has_an_example() {
    let shown: BTreeSet<u16> = KNOWN_TO_BIND.iter().chain(UNKNOWN_TO_BIND).map(|example| example.0).collect();
    let missing: Vec<&u16> =
        rr_type::ALL.iter().filter(|n| rr_type::form(**n).is_some() && !shown.contains(n)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn bad_data_has_a_reason_and_leaves_no_text() {
    for (rtype, wire, reason, what) in BAD {
        let (result, written) = write(*rtype, 1, &unhex(wire));
        assert_eq!((result.map_err(Malformed::name), written.as_str()), (Err(*reason), ""), "{what}");
    }
}

#[test]
fn classes_change_the_form() {
    // What it shows, type, class, data, text.
    let cases: &[(&str, u16, u16, &str, &str)] = &[
        ("Chaosnet's address is octal (RFC 1034 §3.6)", 1, 3, "026368000102", "ch 402"),
        ("Hesiod's is that of IN", 1, 4, "c0000201", "192.0.2.1"),
        ("UPDATE deletes an RRset (RFC 2136 §2.5.2)", 1, 255, "", ""),
        ("UPDATE wants a name not in use (RFC 2136 §2.4.3)", 5, 254, "", ""),
        ("UPDATE deletes a record (RFC 2136 §2.5.4)", 1, 254, "c0000201", "192.0.2.1"),
        ("an unknown type may be empty (RFC 3597 §5)", 65280, 1, "", "\\# 0"),
    ];
    for (what, rtype, class, wire, expected) in cases {
        let (result, written) = write(*rtype, *class, &unhex(wire));
        assert_eq!((result, written.as_str()), (Ok(()), *expected), "{what}");
    }
}

#[test]
fn names_in_data_are_lower_case_and_may_be_compressed() {
    // A question for Example.ORG, and an MX record whose exchange is "Mail" and a pointer to it.
    let bytes = unhex(
        "000181800001000100000000 074578616d706c65034f524700 000f0001
         c00c 000f 0001 00000e10 0009 000a 044d61696c c00c",
    );
    let record = Message::parse(&bytes).unwrap().records().next().unwrap().unwrap();
    assert_eq!(text(|out| rdata::write(&record, out).unwrap()), "10 mail.example.org");
}

#[test]
fn truncated_data_never_panics() {
    for (rtype, wire, _) in KNOWN_TO_BIND.iter().chain(UNKNOWN_TO_BIND) {
        let wire = unhex(wire);
        for length in 0..wire.len() {
            let (result, written) = write(*rtype, 1, &wire[..length]);
            assert!(result.is_ok() || written.is_empty(), "type {rtype} cut to {length}: {written}");
        }
    }
}

#[test]
fn what_was_in_the_buffer_stays() {
    let bytes = message(16, 1, &unhex("016104"));
    let record = Message::parse(&bytes).unwrap().records().next().unwrap().unwrap();
    let mut out = b"before".to_vec();
    assert_eq!(rdata::write(&record, &mut out), Err(Malformed::BadRdata));
    assert_eq!(out, b"before");
}
