#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

/// Gives its bytes in pieces, as a pipe does.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let (piece, rest) = self.0.split_at(self.1.min(self.0.len()).min(room.len()));
        room[..piece.len()].copy_from_slice(piece);
        self.0 = rest;
        Ok(piece.len())
    }
}

fn read(text: &[u8], piece: usize) -> Vec<(u64, Option<Vec<u8>>)> {
    let mut lines = Lines::new(Pieces(text, piece));
    let mut found = Vec::new();
    while let Some(line) = lines.advance().unwrap() {
        found.push(match line {
            Line::Whole { at, text } => (at, Some(text.to_vec())),
            Line::TooLong { at } => (at, None),
        });
    }
    found
}

/// What it shows, the text, and its lines with where they begin.
type Case = (&'static str, &'static str, &'static [(u64, &'static str)]);

#[test]
fn lines_come_whole_however_they_arrive() {
    let cases: [Case; 6] = [
        ("nothing", "", &[]),
        ("one", "a\n", &[(0, "a")]),
        ("without an end", "a", &[(0, "a")]),
        ("several", "ab\ncde\nf", &[(0, "ab"), (3, "cde"), (7, "f")]),
        ("empty ones", "\n\na\n\n", &[(0, ""), (1, ""), (2, "a"), (4, "")]),
        ("a carriage return stays", "a\r\nb", &[(0, "a\r"), (3, "b")]),
    ];
    for (what, text, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(at, text)| (*at, Some(text.as_bytes().to_vec()))).collect();
        for piece in [1, 2, 3, 100] {
            assert_eq!(read(text.as_bytes(), piece), expected, "{what}, in pieces of {piece}");
        }
    }
}

#[test]
fn a_line_may_be_longer_than_a_block_and_not_longer_than_the_bound() {
    let long = |length: usize| vec![b'x'; length];
    let cases = [
        ("a block", BLOCK, true),
        ("three", 3 * BLOCK, true),
        ("the bound", MAX_LINE, true),
        ("more", MAX_LINE + BLOCK, false),
    ];
    for (what, length, whole) in cases {
        let text = [b"a\n", long(length).as_slice(), b"\nb\n"].concat();
        let expected = [
            (0, Some(b"a".to_vec())),
            (2, whole.then(|| long(length))),
            (length as u64 + 3, Some(b"b".to_vec())),
        ];
        for piece in [usize::MAX, 100_000] {
            assert!(read(&text, piece) == expected, "{what}, in pieces of {piece}");
        }
        let unended = text.strip_suffix(b"\nb\n").unwrap();
        assert!(read(unended, usize::MAX) == expected[..2], "{what}, at the end");
    }
}

#[test]
fn what_the_source_says_is_passed_on() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    assert_eq!(Lines::new(Broken).advance().unwrap_err().to_string(), "gone");
}
