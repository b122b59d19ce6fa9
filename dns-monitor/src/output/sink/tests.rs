//! Batches taken apart.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn events_are_told_apart() {
    type Case = (&'static str, Framing, &'static [u8], &'static [&'static [u8]]);
    let cases: [Case; 8] = [
        ("no line", Framing::Lines, b"", &[]),
        ("lines", Framing::Lines, b"a\nbc\n\n", &[b"a", b"bc", b""]),
        ("a line without its end", Framing::Lines, b"a\nbc", &[b"a"]),
        ("no frame", Framing::Lengths, b"", &[]),
        ("frames", Framing::Lengths, b"\0\0\0\x02ab\0\0\0\0\0\0\0\x01\n", &[b"ab", b"", b"\n"]),
        ("a frame that is cut", Framing::Lengths, b"\0\0\0\x01a\0\0\0\x03bc", &[b"a"]),
        ("a length that is cut", Framing::Lengths, b"\0\0\0\x01a\0\0", &[b"a"]),
        ("a length beyond everything", Framing::Lengths, b"\xff\xff\xff\xffa", &[]),
    ];
    for (what, framing, bytes, expected) in cases {
        let events = Events { bytes, count: 0, framing };
        assert_eq!(events.iter().collect::<Vec<_>>(), expected, "{what}");
    }
}
