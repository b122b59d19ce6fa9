//! BIND's `named-rrchecker` reads our text of record data: the bytes it makes must be those we had.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod decode_support;

use decode_support::{
    captures,
    rdata_examples::{KNOWN_TO_BIND, message},
    text, unhex,
};
use dns_monitor::decode::{message::Message, mnemonics, rdata, record::Record, rr_type};
use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

/// Types in the captures that `named-rrchecker` of BIND 9.18 does not read, and why.
const NOT_READ: &[(u16, &str)] = &[
    (rr_type::OPT, "a pseudo record has no presentation form"),
    (249, "TKEY is never in a zone"),
    (250, "TSIG is never in a zone"),
];

/// The bytes BIND makes of a record's text.
fn wire_by_bind(rtype: u16, written: &str) -> Result<Vec<u8>, String> {
    let mut checker = Command::new("named-rrchecker")
        .args(["-o", ".", "-u"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("named-rrchecker (package bind9-utils): {error}"));
    let line = format!("IN {} {written}\n", mnemonics::rr_type(rtype));
    checker.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let output = checker.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // CLASS1 TYPE15 \\# length hex
    let hex = said.split_whitespace().skip(4).collect::<String>();
    if said.contains("\\#") { Ok(unhex(&hex)) } else { Err(String::from_utf8(output.stderr).unwrap()) }
}

fn text_of(record: &Record<'_>) -> Option<String> {
    let mut result = Ok(());
    let written = text(|out| result = rdata::write(record, out));
    result.ok().map(|()| written)
}

#[test]
fn bind_reads_every_example_back() {
    for (rtype, wire, written) in KNOWN_TO_BIND {
        let bytes = message(*rtype, 1, &unhex(wire));
        let record = Message::parse(&bytes).unwrap().records().next().unwrap().unwrap();
        let written_by_us = text_of(&record).unwrap();
        assert_eq!(wire_by_bind(*rtype, &written_by_us), Ok(unhex(wire)), "type {rtype}: {written}");
    }
}

#[test]
fn bind_reads_all_captured_data_back() {
    let captured = captures::udp_payloads();
    let mut texts = BTreeSet::new();
    for payload in &captured {
        let Ok(message) = Message::parse(&payload.payload) else { continue };
        for record in message.records().map_while(Result::ok) {
            let judged =
                NOT_READ.iter().all(|(rtype, _)| *rtype != record.rtype) && !record.rdata().is_empty();
            if judged && let Some(written) = text_of(&record) {
                texts.insert((record.rtype, written));
            }
        }
    }
    assert!(texts.len() > 500, "only {} different records", texts.len());
    for (rtype, written) in &texts {
        let wire = wire_by_bind(*rtype, written).unwrap_or_else(|error| panic!("{rtype} {written}: {error}"));
        // Names were compressed or in upper case perhaps: what BIND made has to read the same.
        let bytes = message(*rtype, 1, &wire);
        let record = Message::parse(&bytes).unwrap().records().next().unwrap().unwrap();
        assert_eq!(text_of(&record).as_ref(), Some(written), "type {rtype}");
    }
}
