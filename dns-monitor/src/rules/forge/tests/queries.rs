//! Queries that get no answer, and queries that are signed.

use super::*;

#[test]
fn what_cannot_be_answered_is_not() {
    let long =
        |last: usize| [&[63; 64][..], &[63; 64], &[63; 64], &[last as u8], &vec![b'x'; last], b"\0"].concat();
    let bytes = usual().bytes();
    let cases: &[(&str, Vec<u8>, bool)] = &[
        ("the usual", bytes.clone(), true),
        ("bytes behind it", [&bytes[..], b"xyz"].concat(), true),
        ("nothing", vec![], false),
        ("less than a header", bytes[..11].to_vec(), false),
        ("a header", bytes[..12].to_vec(), false),
        ("a question without its end", bytes[..bytes.len() - 1].to_vec(), false),
        ("a response", Asked { flags: 0x8100, ..usual() }.bytes(), false),
        ("NOTIFY", Asked { flags: 0x2000, ..usual() }.bytes(), false),
        ("opcode 8", Asked { flags: 0x4000, ..usual() }.bytes(), false),
        ("opcode 1", Asked { flags: 0x0800, ..usual() }.bytes(), false),
        ("no question", Asked { counts: [0; 4], ..usual() }.bytes(), false),
        ("two questions", Asked { counts: [2, 0, 0, 0], ..usual() }.bytes(), false),
        ("257 questions", Asked { counts: [257, 0, 0, 0], ..usual() }.bytes(), false),
        ("a name that points", asked(b"\x03www\xc0\x0c", A, IN).bytes(), false),
        ("a label of another type", asked(b"\x43www\0", A, IN).bytes(), false),
        ("a name of 255 bytes", asked(&long(61), A, IN).bytes(), true),
        ("a name of 256 bytes", asked(&long(62), A, IN).bytes(), false),
        ("EDNS 1", usual().with(&[edns(1, 0, b"")]).bytes(), false),
        ("EDNS 255", usual().with(&[edns(255, 0, b"")]).bytes(), false),
        (
            "EDNS 1 where nobody looks, because there are answers",
            Asked { counts: [1, 1, 0, 1], ..usual().with(&[edns(1, 0, b"")]) }.bytes(),
            true,
        ),
        (
            "EDNS 1 where nobody looks, because there are authorities",
            Asked { counts: [1, 0, 1, 1], ..usual().with(&[edns(1, 0, b"")]) }.bytes(),
            true,
        ),
    ];
    let mut out = Vec::new();
    for (what, query, expected) in cases {
        assert_eq!(forge(query, Block::Nxdomain, &effect(Block::Nxdomain), &mut out), *expected, "{what}");
        assert_eq!(out.is_empty(), !expected, "{what}");
    }
}

#[test]
fn a_signature_is_seen_wherever_it_may_be() {
    let key = b"\x03key\x07example\0";
    let signature = || some_record(key, TSIG, &[0; 58]);
    let without_end = signature()[..30].to_vec();
    let cases: &[(&str, Vec<Vec<u8>>, bool)] = &[
        ("nothing", vec![], false),
        ("EDNS", vec![edns(0, 0, b"")], false),
        ("a signature", vec![signature()], true),
        ("behind EDNS", vec![edns(0, 0, &option(10, &[7; 8])), signature()], true),
        ("before EDNS", vec![signature(), edns(0, 0, b"")], true),
        ("of a key whose name points", vec![some_record(b"\x03key\xc0\x10", TSIG, b"")], true),
        ("of the root", vec![some_record(b"\0", TSIG, b"")], true),
        ("behind two records", vec![edns(0, 0, b""), edns(0, 0, b""), signature()], false),
        ("without its end", vec![without_end], false),
        ("of a key with a label of another type", vec![some_record(b"\x80key\0", TSIG, b"")], false),
        ("a signature of the other kind", vec![some_record(b"\0", 24, b"")], false),
    ];
    for (what, records, expected) in cases {
        assert_eq!(is_signed(&usual().with(records).bytes()), *expected, "{what}");
    }
    let not_counted = Asked { counts: [1, 0, 0, 0], ..usual().with(&[signature()]) };
    assert!(!is_signed(&not_counted.bytes()), "behind the message");
    let with_answers = Asked { counts: [1, 1, 0, 1], ..usual().with(&[signature()]) };
    assert!(!is_signed(&with_answers.bytes()), "nobody looks where there are answers");
    let response = Asked { flags: 0x8000, ..usual().with(&[signature()]) };
    assert!(!is_signed(&response.bytes()), "a response");
}
