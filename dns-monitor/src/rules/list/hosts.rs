//! `0.0.0.0 name name # comment`, as in `/etc/hosts`: the names themselves, not those below them.
//!
//! Whatever the address, the names do what the list does: block lists write `0.0.0.0`, `127.0.0.1`, `::` or `::1`.

use super::{Bad, lines::Out, text};
use crate::rules::{entry::Scope, name::BadName};

/// What block lists copy from a system's own file, beside `ip6-…`.
const OWN: [&[u8]; 10] = [
    b"localhost",
    b"localhost.localdomain",
    b"localhost4",
    b"localhost4.localdomain4",
    b"localhost6",
    b"localhost6.localdomain6",
    b"local",
    b"localdomain",
    b"broadcasthost",
    b"0.0.0.0",
];

pub(super) fn line(line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
    let line = line.trim_ascii_start();
    let Some(line) = line.split(|byte| *byte == b'#').next().filter(|line| !line.is_empty()) else {
        return Ok(());
    };
    let (first, rest) = text::first_word(line);
    if !is_usual(first) {
        text::address(first.split(|byte| *byte == b'%').next().unwrap_or(first))?;
    }
    names(rest, out)
}

/// The names behind the address. All that can be read are entries; the last that cannot is the error.
pub(super) fn names(rest: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
    if rest.is_empty() {
        return Err(BadName::Empty.into());
    }
    let mut result = Ok(());
    for name in text::words(rest).filter(|name| !is_own(name)) {
        result = out.listed(name, Scope::Exact).and(result);
    }
    result
}

/// Addresses that need not be read again on every line.
fn is_usual(word: &[u8]) -> bool {
    matches!(word, b"0.0.0.0" | b"127.0.0.1" | b"::" | b"::1")
}

#[inline]
fn is_own(name: &[u8]) -> bool {
    let may_be = matches!(name.first(), Some(b'l' | b'L' | b'b' | b'B' | b'i' | b'I' | b'0'));
    may_be
        && (OWN.iter().any(|own| own.eq_ignore_ascii_case(name))
            || name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"ip6-"))
                && !name.contains(&b'.'))
}
