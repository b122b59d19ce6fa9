//! Names as data: what is read, how it is written, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

mod decode_support;

use decode_support::{text, unhex};
use dns_monitor::decode::{
    malformed::Malformed,
    name::{MAX_WIRE_LENGTH, Name},
};
use std::hash::{BuildHasher, RandomState};

/// Message, offset of the name, lower-case text, text as sent, offset after it.
const GOOD: &[(&str, &str, usize, &str, &str, usize)] = &[
    ("the root", "00", 0, ".", ".", 1),
    ("one label", "03636f6d00", 0, "com", "com", 5),
    ("0x20 mixing", "03777777 074578416d506c45 03436f4d 00", 0, "www.example.com", "www.ExAmPlE.CoM", 17),
    ("@, [, ` and { beside the letters", "06405a5b607a7b00", 0, "@z[`z{", "@Z[`z{", 8),
    ("a dot in a label", "03612e62 00", 0, r"a\.b", r"a\.b", 5),
    ("a backslash", "03615c62 00", 0, r"a\\b", r"a\\b", 5),
    ("a blank, a zero, DEL, 255", "04200 07fff 00", 0, r"\032\000\127\255", r"\032\000\127\255", 6),
    ("! and ~ need no escape", "02217e 00", 0, "!~", "!~", 4),
    ("a quote", "0122 00", 0, "\"", "\"", 3),
    ("escapes in upper case too", "03412e42 00", 0, r"a\.b", r"A\.B", 5),
    (
        "a label of 46 bytes, whose length is a dot",
        "2e 61616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161 00",
        0,
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        48,
    ),
    (
        "a label of 46 bytes, one of them a blank",
        "2e 20616161616161616161616161616161616161616161616161616161616161616161616161616161616161616161 00",
        0,
        r"\032aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        r"\032aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        48,
    ),
    ("a pointer", "03636f6d00 c000", 5, "com", "com", 7),
    ("a label and a pointer", "03436f4d00 0141c000", 5, "a.com", "A.CoM", 9),
    ("two pointers in turn", "03636f6d00 0161c000 0162c005", 9, "b.a.com", "b.a.com", 13),
    ("a pointer to the root", "00 0161c000", 1, "a", "a", 5),
    ("a pointer into a name", "0161 03636f6d 00 0162c002", 7, "b.com", "b.com", 11),
    ("an escape behind a pointer", "022e6d00 0141c000", 4, r"a.\.m", r"A.\.m", 8),
];

/// Message, offset of the name, reason.
const BAD: &[(&str, &str, usize, Malformed)] = &[
    ("nothing", "", 0, Malformed::TruncatedName),
    ("past the end", "00", 9, Malformed::TruncatedName),
    ("no root", "0161", 0, Malformed::TruncatedName),
    ("a label cut short", "0361", 0, Malformed::TruncatedName),
    ("half a pointer", "0161 c0", 0, Malformed::TruncatedName),
    ("label type 01 (RFC 2673)", "41", 0, Malformed::LabelType),
    ("label type 10", "80", 0, Malformed::LabelType),
    ("a pointer to itself", "c000", 0, Malformed::ForwardPointer),
    ("a pointer to its own labels", "0161c000", 0, Malformed::ForwardPointer),
    ("a pointer into its own labels", "020161c001", 0, Malformed::ForwardPointer),
    ("a pointer ahead", "c00200", 0, Malformed::ForwardPointer),
    ("two pointers at each other", "c002c000", 2, Malformed::ForwardPointer),
    ("a pointer past the end", "00c0ff", 1, Malformed::ForwardPointer),
    ("a pointer to a bad label", "8000 c000", 2, Malformed::LabelType),
];

#[test]
fn good_names() {
    for (what, message, at, lower, original, next) in GOOD {
        let message = unhex(message);
        let (name, end) = Name::read(&message, *at).unwrap();
        assert_eq!(text(|out| name.write_lower(out)), *lower, "{what}");
        assert_eq!(text(|out| name.write_original(out)), *original, "{what}");
        assert_eq!(name.to_string(), *original, "{what}");
        assert_eq!(end, *next, "{what}");
        assert_eq!(name.has_upper(), lower != original, "{what}");
        assert_eq!(name.label_count(), name.labels().count(), "{what}");
        assert_eq!(name.wire_length(), name.labels().map(|l| l.len() + 1).sum::<usize>() + 1, "{what}");
        assert_eq!(name.is_root(), *lower == ".", "{what}");
    }
}

#[test]
fn bad_names() {
    for (what, message, at, reason) in BAD {
        let message = unhex(message);
        assert_eq!(Name::read(&message, *at).err(), Some(*reason), "{what}");
    }
}

#[test]
fn equality_ignores_case_and_compression() {
    // Example.COM, then example and a pointer to COM, then sample.COM, then example alone.
    let message = unhex(
        "074578616d706c6503434f4d00 076578616d706c65c008 0673616d706c65c008 076578616d706c6500 086578616d706c6563026f6d00",
    );
    let names = [0, 13, 23, 32, 41].map(|at| Name::read(&message, at).unwrap().0);
    let hasher = RandomState::new();
    for (a, first) in names.iter().enumerate() {
        for (b, second) in names.iter().enumerate() {
            let same = a == b || a + b == 1;
            assert_eq!(first == second, same, "{first} and {second}");
            assert_eq!(hasher.hash_one(first) == hasher.hash_one(second), same, "{first} and {second}");
        }
    }
    let mut buffer = [0xff; MAX_WIRE_LENGTH];
    assert_eq!(names[1].canonical(&mut buffer), unhex("076578616d706c6503636f6d00"));
}

/// A name of `count` labels of `length` bytes.
fn long(count: usize, length: u8) -> Vec<u8> {
    let label = [vec![length], vec![b'a'; usize::from(length)]].concat();
    [label.repeat(count), vec![0]].concat()
}

#[test]
fn names_may_have_255_octets_and_no_more() {
    let one_byte_labels = long(127, 1);
    let (name, next) = Name::read(&one_byte_labels, 0).unwrap();
    assert_eq!((name.wire_length(), name.label_count(), next), (255, 127, 255));
    assert_eq!(text(|out| name.write_lower(out)), ["a"; 127].join("."));
    assert_eq!(name.canonical(&mut [0; MAX_WIRE_LENGTH]), one_byte_labels);

    assert_eq!(Name::read(&long(128, 1), 0).err(), Some(Malformed::NameTooLong));
    assert_eq!(Name::read(&long(4, 63), 0).err(), Some(Malformed::NameTooLong));

    // 251 octets of labels, and a pointer to them after labels of 3 and of 4 octets.
    let mut compressed = [long(3, 63), vec![]].concat();
    compressed.truncate(192);
    compressed.extend([vec![58], vec![b'b'; 58], vec![0]].concat());
    let at = compressed.len();
    compressed.extend(unhex("026161c000 03616161c000"));
    assert_eq!(Name::read(&compressed, at).unwrap().0.wire_length(), 255);
    assert_eq!(Name::read(&compressed, at + 5).err(), Some(Malformed::NameTooLong));
}

#[test]
fn every_byte_is_escaped_or_itself() {
    for byte in 0..=u8::MAX {
        let message = [1, byte, 0];
        let written = text(|out| Name::read(&message, 0).unwrap().0.write_original(out));
        let expected = match byte {
            b'.' => r"\.".to_owned(),
            b'\\' => r"\\".to_owned(),
            b'!'..=b'~' => char::from(byte).to_string(),
            _ => format!("\\{byte:03}"),
        };
        assert_eq!(written, expected);
    }
}
