//! Host names as servers and operators write them.

use std::fmt::Write as _;

use super::Bad;

/// The longest name (RFC 1035 §2.3.4), in presentation form without its last dot.
const MAX_NAME: usize = 253;

/// A host name in presentation form, without a trailing dot; `None`: there is none. Clients choose their names: what is
/// not a visible ASCII character is escaped (RFC 1035 §5.1), so that no name can pretend to be something else.
pub(in crate::identity) fn presentation(name: &[u8]) -> Result<Option<Box<str>>, Bad> {
    let name = name.trim_ascii();
    let name = name.strip_suffix(b".").unwrap_or(name);
    if name.is_empty() || name == b"*" {
        return Ok(None);
    }
    if name.len() > MAX_NAME {
        return Err(Bad::Name(name.len()));
    }
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'\\';
    if name.iter().all(is_plain) {
        return Ok(str::from_utf8(name).ok().map(Box::from));
    }
    let mut text = String::with_capacity(name.len().saturating_mul(2));
    for byte in name {
        match byte {
            b'\\' => text.push_str("\\\\"),
            plain if plain.is_ascii_graphic() => text.push(char::from(*plain)),
            // Writing to a String cannot fail.
            odd => _ = write!(text, "\\{odd:03}"),
        }
    }
    Ok(Some(text.into()))
}
