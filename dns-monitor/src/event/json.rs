//! JSON text (RFC 8259), appended without allocation.

use std::net::IpAddr;

use crate::{decode::text, sample::Mac};

/// Appends literal bytes.
#[inline(always)]
pub fn raw(out: &mut Vec<u8>, literal: &str) {
    out.extend_from_slice(literal.as_bytes());
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

/// Without an early exit, so that it is done by whole vectors.
#[inline]
fn is_plain(bytes: &[u8]) -> bool {
    !bytes.iter().fold(false, |found, byte| found | needs_escape(*byte))
}

fn needs_escape(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

#[cold]
fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => raw(out, "\\\""),
        b'\\' => raw(out, "\\\\"),
        control => {
            raw(out, "\\u00");
            text::hex(&[control], out);
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
    text::decimal(number, out);
}

/// Appends an address, without quotes.
#[inline]
pub fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => text::ipv4(address, out),
        IpAddr::V6(address) => text::ipv6(address, out),
    }
}

/// Appends a MAC address as ECS wants it (RFC 7042): upper-case hexadecimal with hyphens.
pub fn mac(out: &mut Vec<u8>, mac: Mac) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value & 15)).copied().unwrap_or_default();
    let mut text = *b"00-00-00-00-00-00";
    for (pair, byte) in text.chunks_mut(3).zip(mac) {
        if let [high, low, ..] = pair {
            (*high, *low) = (digit(byte >> 4), digit(byte));
        }
    }
    out.extend_from_slice(&text);
}
