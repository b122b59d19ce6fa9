//! Host names as clients and servers send them, in presentation form (RFC 1035 §5.1).

use crate::{decode::name::Name, identity::lease::name::presentation};

/// A name written as text; some clients end it with a NUL.
pub(super) fn from_text(text: &[u8]) -> Option<Box<str>> {
    let end = text.iter().rposition(|byte| *byte != 0)?;
    presentation(text.get(..=end)?).ok()?
}

/// A name in the wire format of DNS. One that is not whole may lack its end (RFC 4702 §3.1).
pub(super) fn from_wire(wire: &[u8]) -> Option<Box<str>> {
    let whole = [wire, &[0]].concat();
    let (name, _) = Name::read(&whole, 0).ok()?;
    (!name.is_root()).then(|| name.to_string().into())
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
            (b"a\\b\nc", Some("a\\\\b\\010c")),
            (b"", None),
            (b"\0", None),
            (b".", None),
            (&[b'a'; 254], None),
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
