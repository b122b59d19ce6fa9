//! Whole messages as data: what is decoded, and the reason where something is missing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod decode_support;

use decode_support::{captures, text, unhex};
use dns_monitor::decode::{malformed::Malformed, message::Message, mnemonics, rdata, record::Section};

const HEADER: &str = "1234 8180";
const QUESTION: &str = "03777777 076578616d706c65 00 0001 0001";
const ANSWER: &str = "c00c 0001 0001 0000003c 0004 c0000201";
const OPT: &str = "00 0029 04d0 00008000 0000";

/// What it shows, counts, body, the question, records that decode, the first fault.
type Example =
    (&'static str, &'static str, &'static [&'static str], &'static str, usize, Option<&'static str>);
const MESSAGES: &[Example] = &[
    ("a query", "0001 0000 0000 0000", &[QUESTION], "www.example", 0, None),
    ("an answer with EDNS", "0001 0001 0000 0001", &[QUESTION, ANSWER, OPT], "www.example", 2, None),
    ("no question", "0000 0000 0000 0000", &[], "", 0, None),
    ("no question but a record", "0000 0000 0000 0001", &[OPT], "", 1, None),
    ("bytes after the last record", "0001 0000 0000 0000", &[QUESTION, "00ff"], "www.example", 0, None),
    (
        "two questions",
        "0002 0001 0000 0000",
        &[QUESTION, QUESTION, ANSWER],
        "www.example",
        1,
        Some("many-questions"),
    ),
    ("a question too few", "0002 0000 0000 0000", &[QUESTION], "www.example", 0, Some("truncated-name")),
    ("65,535 questions", "ffff 0000 0000 0000", &[QUESTION], "www.example", 0, Some("truncated-name")),
    ("a question that ends in its name", "0001 0000 0000 0000", &["03777777"], "", 0, Some("truncated-name")),
    ("a question without a class", "0001 0000 0000 0000", &["0161 00 0001"], "", 0, Some("short-question")),
    (
        "a loop in the question",
        "0001 0001 0000 0000",
        &["c00c 0001 0001", ANSWER],
        "",
        0,
        Some("forward-pointer"),
    ),
    ("a record too few", "0001 0002 0000 0000", &[QUESTION, ANSWER], "www.example", 1, Some("short-record")),
    ("65,535 records", "0001 ffff ffff ffff", &[QUESTION, ANSWER], "www.example", 1, Some("short-record")),
    (
        "a record that ends in its TTL",
        "0001 0001 0000 0000",
        &[QUESTION, "c00c 0001 0001 00"],
        "www.example",
        0,
        Some("short-record"),
    ),
    (
        "data past the end",
        "0001 0001 0000 0000",
        &[QUESTION, "c00c 0001 0001 00000000 0005 c0000201"],
        "www.example",
        0,
        Some("rdata-length"),
    ),
    ("an owner of type 01", "0001 0001 0000 0000", &[QUESTION, "41"], "www.example", 0, Some("label-type")),
    ("two OPT records", "0001 0000 0000 0002", &[QUESTION, OPT, OPT], "www.example", 2, Some("bad-edns")),
    ("OPT as an answer", "0001 0001 0000 0000", &[QUESTION, OPT], "www.example", 1, Some("bad-edns")),
    (
        "OPT that is not of the root",
        "0001 0000 0000 0001",
        &[QUESTION, "0161", OPT],
        "www.example",
        1,
        Some("bad-edns"),
    ),
    (
        "half an option",
        "0001 0000 0000 0001",
        &[QUESTION, "00 0029 04d0 00000000 0003 000a00"],
        "www.example",
        1,
        Some("bad-edns"),
    ),
    (
        "a cookie of 7 bytes",
        "0001 0000 0000 0001",
        &[QUESTION, "00 0029 04d0 00000000 000b 000a0007 01020304050607"],
        "www.example",
        1,
        Some("bad-edns"),
    ),
];

fn build(counts: &str, body: &[&str]) -> Vec<u8> {
    unhex(&format!("{HEADER}{counts}{}", body.concat()))
}

#[test]
fn messages() {
    for (what, counts, body, question, records, fault) in MESSAGES {
        let bytes = build(counts, body);
        let message = Message::parse(&bytes).unwrap();
        let name = message.question.map(|q| text(|out| q.name.write_lower(out)));
        assert_eq!(name.unwrap_or_default(), *question, "{what}");
        assert_eq!(message.records().filter(Result::is_ok).count(), *records, "{what}");
        assert_eq!(message.fault().map(Malformed::name), *fault, "{what}");
    }
}

#[test]
fn header_fields() {
    let message = unhex("beef abbf 0001 0002 0003 0004");
    let header = Message::parse(&message).unwrap().header;
    assert_eq!((header.id, header.opcode(), header.rcode()), (0xbeef, 5, 15));
    let flags = [header.qr(), header.aa(), header.tc(), header.rd()];
    assert_eq!(flags, [true, false, true, true]);
    assert_eq!([header.ra(), header.z(), header.ad(), header.cd()], [true, false, true, true]);
    assert_eq!([header.questions, header.answers, header.authorities, header.additionals], [1, 2, 3, 4]);
}

#[test]
fn fewer_than_twelve_bytes_are_no_message() {
    for length in 0..12 {
        assert_eq!(Message::parse(&vec![0; length]).err(), Some(Malformed::ShortHeader));
        assert_eq!(Message::parse_captured(&vec![0; length], 40).err(), Some(Malformed::CapturedInPart));
    }
}

#[test]
fn records_know_their_section() {
    let bytes = build("0001 0001 0001 0001", &[QUESTION, ANSWER, ANSWER, OPT]);
    let message = Message::parse(&bytes).unwrap();
    let sections: Vec<Section> = message.records().map(|record| record.unwrap().section).collect();
    assert_eq!(sections, [Section::Answer, Section::Authority, Section::Additional]);
    let answer = message.records().next().unwrap().unwrap();
    assert_eq!((answer.rtype, answer.class, answer.ttl, answer.rdata()), (1, 1, 60, &[192, 0, 2, 1][..]));
    assert_eq!(Some(answer.name), message.question.map(|question| question.name));
}

#[test]
fn nothing_follows_the_first_error() {
    let bytes = build("0001 0003 0000 0000", &[QUESTION, ANSWER, "41", ANSWER]);
    let records: Vec<_> = Message::parse(&bytes).unwrap().records().collect();
    assert_eq!(records.len(), 2);
    assert_eq!(records[1].as_ref().err(), Some(&Malformed::LabelType));
}

/// Reads everything there is to read; panics are the failure.
fn read_all(bytes: &[u8], length: usize) -> Option<Malformed> {
    let message = match Message::parse_captured(bytes, length) {
        Ok(message) => message,
        Err(reason) => return Some(reason),
    };
    let mut out = Vec::new();
    if let Some(question) = message.question {
        question.name.write_lower(&mut out);
    }
    for record in message.records().map_while(Result::ok) {
        record.name.write_original(&mut out);
        let _ = rdata::write(&record, &mut out);
    }
    if let Some(edns) = message.edns() {
        edns.options().filter_map(Result::ok).count();
        mnemonics::rcode(message.rcode(Some(&edns))).write(&mut out);
    }
    message.fault()
}

#[test]
fn every_truncation_of_every_example_has_a_reason_or_is_fine() {
    let mut seen = 0;
    for (what, counts, body, ..) in MESSAGES {
        let bytes = build(counts, body);
        for length in 0..bytes.len() {
            read_all(&bytes[..length], length);
            // The message was whole, the capture cut it: never "the sender's fault" by length.
            let cut = read_all(&bytes[..length], bytes.len());
            let blamed = [
                Malformed::ShortHeader,
                Malformed::TruncatedName,
                Malformed::ShortQuestion,
                Malformed::ShortRecord,
                Malformed::RdataLength,
            ];
            assert!(cut.is_none_or(|reason| !blamed.contains(&reason)), "{what} cut to {length}: {cut:?}");
            seen += usize::from(cut == Some(Malformed::CapturedInPart));
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn every_truncation_of_captured_messages_has_a_reason_or_is_fine() {
    for captured in captures::udp_payloads().iter().step_by(50) {
        let bytes = &captured.payload;
        for length in 0..bytes.len() {
            read_all(&bytes[..length], length);
        }
    }
}

#[test]
fn reasons_have_names_of_their_own() {
    for reason in Malformed::ALL {
        let name = reason.name();
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{name}");
        assert_eq!(Malformed::ALL.iter().filter(|other| other.name() == name).count(), 1, "{name}");
    }
}
