//! Words, addresses and networks.

use std::net::IpAddr;

use super::{Bad, bad::quoted};
use crate::{
    decode::rr_type,
    rules::{
        action::{Action, Block, Effect, Sinkhole},
        condition::{Prefix, network::BadPrefix},
    },
};

/// Whether a line is text: UTF-8 without control characters.
pub(super) fn is_text(line: &[u8]) -> bool {
    let control = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    str::from_utf8(line).is_ok() && !line.iter().any(control)
}

/// The first word, and what follows behind the blanks.
pub(super) fn first_word(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
    let (word, rest) = line.split_at_checked(end).unwrap_or((line, b""));
    (word, rest.trim_ascii_start())
}

/// Words between blanks.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// An IPv4 or IPv6 address.
pub(super) fn address(text: &[u8]) -> Result<IpAddr, Bad> {
    parsed(text).ok_or_else(|| Bad::Address(quoted(text)))
}

/// An address, or a network in CIDR notation; what lies behind the prefix does not count.
pub(super) fn prefix(text: &[u8]) -> Result<Prefix, Bad> {
    match str::from_utf8(text).map(str::parse) {
        Ok(Ok(network) | Err(BadPrefix::HostBits(network))) => Ok(network),
        _ => Err(Bad::Prefix(quoted(text))),
    }
}

/// What leads to one address.
pub(super) fn sinkhole(address: IpAddr) -> Effect {
    let sinkhole = match address {
        IpAddr::V4(v4) => Sinkhole { v4: Some(v4), v6: None },
        IpAddr::V6(v6) => Sinkhole { v4: None, v6: Some(v6) },
    };
    Effect { sinkhole, ..Effect::of(Action::Block(Block::Sinkhole)) }
}

/// Appends the regular expression that finds just this text, in lower case. Bytes beyond ASCII cannot be part of a name
/// as it is looked up.
pub(super) fn escape(text: &[u8], regex: &mut String) {
    for byte in text {
        if !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_') {
            regex.push('\\');
        }
        regex.push(char::from(byte.to_ascii_lowercase()));
    }
}

/// A query type, see [`rr_type::parse`].
pub(super) fn query_type(text: &[u8]) -> Result<u16, Bad> {
    str::from_utf8(text).ok().and_then(rr_type::parse).ok_or_else(|| Bad::Type(quoted(text)))
}

/// What any type with `FromStr` makes of a text.
pub(super) fn parsed<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    str::from_utf8(text).ok()?.parse().ok()
}
