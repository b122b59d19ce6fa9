//! Names from text, and back.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::{BadName, NameBuf, Shown, parse, split, suffixes};

fn canonical(text: &str) -> Result<Vec<u8>, BadName> {
    let mut name = Vec::new();
    parse(text.as_bytes(), &mut name).map(|()| name)
}

#[test]
fn canonical_form() {
    for (text, expected) in [
        ("a", &b"\x01a"[..]),
        ("Example.COM", b"\x07example\x03com"),
        ("example.com.", b"\x07example\x03com"),
        ("_sip._tcp.a-b.x1", b"\x04_sip\x04_tcp\x03a-b\x02x1"),
        ("b\u{fc}cher.example", b"\x0dxn--bcher-kva\x07example"),
        ("B\u{dc}CHER.example.", b"\x0dxn--bcher-kva\x07example"),
        ("1.2.3.4.5", b"\x011\x012\x013\x014\x015"),
        ("256.1.1.1", b"\x03256\x011\x011\x011"),
    ] {
        assert_eq!(canonical(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn lengths() {
    let label = "x".repeat(63);
    let longest = format!("{label}.{label}.{label}.{}", "x".repeat(61));
    assert_eq!(longest.len(), 253);
    for (what, text, expected) in [
        ("the longest label", label.clone(), Ok(64)),
        ("one byte more", format!("{label}x"), Err(BadName::LabelTooLong)),
        ("more than a length byte holds", "x".repeat(250), Err(BadName::LabelTooLong)),
        ("the longest name", longest.clone(), Ok(254)),
        ("and its dot", format!("{longest}."), Ok(254)),
        ("one byte more", format!("x{longest}"), Err(BadName::TooLong)),
        ("the most labels", ["x"; 127].join("."), Ok(254)),
        ("one label more", ["x"; 128].join("."), Err(BadName::TooLong)),
        ("a long label beyond ASCII", "\u{fc}".repeat(60), Err(BadName::LabelTooLong)),
        ("far too long a name beyond ASCII", "\u{fc}".repeat(1 << 16), Err(BadName::TooLong)),
    ] {
        assert_eq!(canonical(&text).map(|name| name.len()), expected, "{what}");
    }
}

#[test]
fn what_is_no_name() {
    for (text, expected) in [
        ("", BadName::Empty),
        (".", BadName::Empty),
        ("..", BadName::EmptyLabel),
        (".a", BadName::EmptyLabel),
        ("a..b", BadName::EmptyLabel),
        ("a..", BadName::EmptyLabel),
        ("192.0.2.1", BadName::Address),
        ("192.0.2.1.", BadName::Address),
        ("::1", BadName::Address),
        ("2001:db8::a", BadName::Address),
        ("::ffff:192.0.2.1", BadName::Address),
        ("a b", BadName::Character),
        ("a\tb", BadName::Character),
        ("a\0b", BadName::Character),
        ("*.a", BadName::Character),
        ("a/b", BadName::Character),
        ("a:53", BadName::Character),
        ("a@b", BadName::Character),
        ("\u{fffd}.a", BadName::Idn),
    ] {
        assert_eq!(canonical(text), Err(expected), "{text:?}");
    }
}

#[test]
fn what_was_there_stays() {
    for (text, expected) in
        [("b", Ok(&b"\x01a\x01b"[..])), ("b..", Err(&b"\x01a"[..])), ("b.192.0.2.1 ", Err(b"\x01a"))]
    {
        let mut out = b"\x01a".to_vec();
        let result = parse(text.as_bytes(), &mut out);
        assert_eq!(result.map(|()| out.as_slice()).map_err(|_| out.as_slice()), expected, "{text}");
    }
}

#[test]
fn labels_and_suffixes() {
    let name = NameBuf::parse("a.b.example").unwrap();
    assert_eq!(split(name.as_bytes()).collect::<Vec<_>>(), [&b"a"[..], b"b", b"example"]);
    let shown: Vec<String> = suffixes(name.as_bytes()).map(|name| Shown(name).to_string()).collect();
    assert_eq!(shown, ["a.b.example", "b.example", "example", "."]);
}
