//! JSON text (RFC 8259), appended without allocation.

use std::net::IpAddr;

use crate::{
    decode::{mnemonics::Mnemonic, name::Name, text as digits},
    sample::Mac,
};

/// Appends literal bytes.
#[inline(always)]
pub fn raw(out: &mut Vec<u8>, literal: &str) {
    out.extend_from_slice(literal.as_bytes());
}

/// Appends a list of flags between two texts: those that are set, each with its separator behind it, which the last one
/// lacks. Nothing where none is set.
pub fn flags<const N: usize>(out: &mut Vec<u8>, open: &str, flags: [(bool, &str); N], close: &str) {
    let start = out.len();
    raw(out, open);
    let empty = out.len();
    for (_, flag) in flags.iter().filter(|(set, _)| *set) {
        raw(out, flag);
    }
    if out.len() == empty {
        return out.truncate(start);
    }
    out.pop();
    raw(out, close);
}

/// Appends the contents of a string, escaped; `bytes` are ASCII wherever the decoders made them.
#[inline]
pub fn escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    if is_plain(bytes) {
        return out.extend_from_slice(bytes);
    }
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| needs_escape(*byte)) {
        let (plain, from) = rest.split_at(at);
        out.extend_from_slice(plain);
        if let Some((byte, after)) = from.split_first() {
            escape(out, *byte);
            rest = after;
        }
    }
    out.extend_from_slice(rest);
}

/// Whether it can stand in a string as it is. Without an early exit, and in blocks, of which the last reaches back into the
/// one before: so it is done by whole registers.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    let special = match (bytes.last_chunk::<16>(), bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(last), ..) => {
            let (blocks, _) = bytes.as_chunks();
            blocks.iter().fold(is_special(last), |found, block| found | is_special::<16>(block))
        }
        (None, Some(first), Some(last)) => is_special(first) | is_special(last),
        _ => bytes.iter().any(|byte| needs_escape(*byte)),
    };
    !special
}

#[inline]
fn is_special<const N: usize>(block: &[u8; N]) -> bool {
    block.iter().fold(false, |found, byte| found | needs_escape(*byte))
}

const fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cold]
fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => raw(out, "\\\""),
        b'\\' => raw(out, "\\\\"),
        control => {
            raw(out, "\\u00");
            digits::hex(&[control], out);
        }
    }
}

/// Escapes what was appended since `start`, in place; nearly always there is nothing to do.
#[inline]
pub fn escape_tail(out: &mut Vec<u8>, start: usize) {
    let tail = out.get(start..).unwrap_or_default();
    if !is_plain(tail) {
        let copy = tail.to_vec();
        out.truncate(start);
        escaped(out, &copy);
    }
}

/// Appends a number.
#[inline]
pub fn number(out: &mut Vec<u8>, number: u64) {
    digits::decimal(number, out);
}

/// Appends a number, after the text that opens its member.
#[inline]
pub fn count(out: &mut Vec<u8>, open: &str, count: u64) {
    raw(out, open);
    number(out, count);
}

/// Appends a string with its closing quote, after the text that opens its member and ends with the other quote.
#[inline]
pub fn text(out: &mut Vec<u8>, open: &str, value: &str) {
    raw(out, open);
    escaped(out, value.as_bytes());
    raw(out, "\"");
}

/// Appends a name of a message, lower-case, with its closing quote: see [`text`].
#[inline]
pub fn name(out: &mut Vec<u8>, open: &str, name: &Name<'_>) {
    raw(out, open);
    let start = out.len();
    name.write_lower(out);
    escape_tail(out, start);
    raw(out, "\"");
}

/// Appends the name of a number with its closing quote: see [`text`].
#[inline]
pub fn mnemonic(out: &mut Vec<u8>, open: &str, mnemonic: Mnemonic) {
    raw(out, open);
    mnemonic.write(out);
    raw(out, "\"");
}

/// Appends a time span in seconds, six digits behind the point; `ns` is in nanoseconds.
pub fn seconds(out: &mut Vec<u8>, open: &str, ns: u64) {
    count(out, open, ns / 1_000_000_000);
    raw(out, ".");
    digits::padded(ns / 1000 % 1_000_000, 6, out);
}

/// Appends an address with its closing quote: see [`text`].
#[inline]
pub fn ip(out: &mut Vec<u8>, open: &str, ip: IpAddr) {
    raw(out, open);
    address(out, ip);
    raw(out, "\"");
}

/// Appends an address, without quotes.
#[inline]
pub fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => digits::ipv4(address, out),
        IpAddr::V6(address) => digits::ipv6(address, out),
    }
}

/// Appends a MAC address as ECS wants it (RFC 7042): upper-case hexadecimal with hyphens.
pub fn mac(out: &mut Vec<u8>, mac: Mac) {
    mac_with(out, mac, b'-');
}

/// The same with another separator.
#[inline]
pub fn mac_with(out: &mut Vec<u8>, mac: Mac, separator: u8) {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'A' + value - 10 };
    let bytes = mac.map(|byte| [digit(byte >> 4), digit(byte & 15), separator]);
    if let Some((_, text)) = bytes.as_flattened().split_last() {
        out.extend_from_slice(text);
    }
}
