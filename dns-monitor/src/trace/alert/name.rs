//! Names as sensors write them become names as events have them: presentation form, lower case, no trailing dot.

use std::fmt::Write as _;

use crate::rules::name::NameBuf;

/// The longest name in presentation form: 255 octets, each as `\DDD`.
const MAX_TEXT: usize = 4 * 255;

/// Reads a name. Letters beyond ASCII become `xn--` labels where that is possible, and `\DDD` where it is not; so do
/// blanks, and what a sensor writes as `\xHH`.
#[must_use]
pub fn read(text: &str) -> Option<Box<str>> {
    let text = text.trim();
    if text == "." || text.eq_ignore_ascii_case("<root>") {
        return Some(".".into());
    }
    let ends_in_dot = |text: &str| text.ends_with('.') && !text.ends_with("\\.");
    let text = if ends_in_dot(text) { text.strip_suffix('.')? } else { text };
    if text.is_empty() || text.len() > MAX_TEXT || ends_in_dot(text) {
        return None;
    }
    let host = NameBuf::parse(text).map(|name| name.to_string().into());
    host.ok().or_else(|| Some(escaped(text)).filter(|name| name.len() <= MAX_TEXT))
}

/// Whether the text can be the name of a host: at least two labels, the last one of letters.
#[must_use]
pub fn is_host(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    let is_top = last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        || last.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"));
    is_top && NameBuf::parse(text).is_ok()
}

/// Writes `\xHH` and every byte that is not a visible ASCII character as `\DDD`.
fn escaped(text: &str) -> Box<str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\\\") {
            out.push_str("\\\\");
            rest = after;
            continue;
        }
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        let coded = rest
            .strip_prefix("\\x")
            .and_then(|code| Some((u8::from_str_radix(code.get(..2)?, 16).ok()?, code.get(2..)?)));
        if let Some((byte, after)) = coded {
            byte_into(&mut out, byte);
            rest = after;
            continue;
        }
        match character {
            '!'..='~' => out.push(character.to_ascii_lowercase()),
            _ => character.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| byte_into(&mut out, byte)),
        }
        rest = after;
    }
    out.into()
}

fn byte_into(out: &mut String, byte: u8) {
    match byte {
        b'.' => out.push_str("\\."),
        b'\\' => out.push_str("\\\\"),
        b'!'..=b'~' => out.push(char::from(byte.to_ascii_lowercase())),
        // A String takes what is written.
        _ => drop(write!(out, "\\{byte:03}")),
    }
}

#[cfg(test)]
mod tests;
