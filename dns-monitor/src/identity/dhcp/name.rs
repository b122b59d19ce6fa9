//! Host names as clients and servers send them, in presentation form (RFC 1035 §5.1).

use std::fmt::Write as _;

/// Longest name, bytes (RFC 1035 §2.3.4).
const LONGEST: usize = 255;

/// A name written as text; some clients end it with a NUL.
pub(super) fn from_text(text: &[u8]) -> Option<Box<str>> {
    let end = text.iter().rposition(|byte| *byte != 0)?;
    let text = text.get(..=end)?;
    let text = text.strip_suffix(b".").unwrap_or(text);
    let mut name = String::with_capacity(text.len());
    for byte in text {
        if *byte == b'.' { name.push('.') } else { push(&mut name, *byte) }
    }
    finished(name, text.len())
}

/// A name in the wire format of DNS, without compression. One that is not whole may lack its end (RFC 4702 §3.1).
pub(super) fn from_wire(wire: &[u8]) -> Option<Box<str>> {
    let mut name = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((length, after)) = rest.split_first().filter(|(length, _)| **length != 0) {
        let (label, after) = after.split_at_checked(usize::from(*length)).filter(|_| *length < 64)?;
        if !name.is_empty() {
            name.push('.');
        }
        for byte in label {
            if *byte == b'.' { name.push_str("\\.") } else { push(&mut name, *byte) }
        }
        rest = after;
    }
    finished(name, wire.len())
}

fn push(name: &mut String, byte: u8) {
    match byte {
        b'\\' => name.push_str("\\\\"),
        b'!'..=b'~' => name.push(char::from(byte)),
        // Writing to a String does not fail.
        _ => _ = write!(name, "\\{byte:03}"),
    }
}

fn finished(name: String, length: usize) -> Option<Box<str>> {
    (!name.is_empty() && length <= LONGEST).then(|| name.into())
}

#[cfg(test)]
mod tests {
    use super::{from_text, from_wire};

    #[test]
    fn names_are_written_in_presentation_form() {
        for (text, expected) in [
            (&b"laptop-17"[..], Some("laptop-17")),
            (b"laptop-17.lab.example.", Some("laptop-17.lab.example")),
            (b"laptop-17\0\0", Some("laptop-17")),
            (b"Ada's PC", Some("Ada's\\032PC")),
            (b"b\xc3\xbcro", Some("b\\195\\188ro")),
            (b"a\\b\n", Some("a\\\\b\\010")),
            (b"", None),
            (b"\0", None),
            (b".", None),
            (&[b'a'; 256], None),
        ] {
            assert_eq!(from_text(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn names_are_read_from_the_wire() {
        for (wire, expected) in [
            (&b"\x06laptop\x03lab\x00"[..], Some("laptop.lab")),
            (b"\x06laptop", Some("laptop")),
            (b"\x03a.b\x00", Some("a\\.b")),
            (b"\x00", None),
            (b"", None),
            (b"\x07laptop", None),
            (b"\xc0\x0c", None),
        ] {
            assert_eq!(from_wire(wire).as_deref(), expected, "{wire:?}");
        }
    }
}
