//! Words, addresses and times.

use std::{net::IpAddr, str::FromStr};

use jiff::{civil::DateTime, tz::TimeZone};

use super::{Bad, bad::quoted};
use crate::sample::Mac;

const SECOND: u64 = 1_000_000_000;

/// Words between blanks.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

/// The fields of a line of CSV, without blanks and quotes around them.
pub(super) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(|field| {
        let field = field.trim_ascii();
        field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
    })
}

/// An IPv4 or IPv6 address; an IPv4 address in an IPv6 address is that IPv4 address.
pub(super) fn address(text: &[u8]) -> Result<IpAddr, Bad> {
    let address: Option<IpAddr> = parsed(text);
    address.map(|address| address.to_canonical()).ok_or_else(|| Bad::Address(quoted(text)))
}

/// An Ethernet address, with colons, dashes or nothing between its bytes. `None`: there is none, or it is that of another
/// kind of network.
pub(super) fn mac(text: &[u8]) -> Result<Option<Mac>, Bad> {
    let mut mac = Mac::default();
    let (mut bytes, mut rest) = (0, text);
    while let Some((byte, after)) = rest.split_first_chunk() {
        let byte = hex(*byte).ok_or_else(|| Bad::Mac(quoted(text)))?;
        if let Some(place) = mac.get_mut(bytes) {
            *place = byte;
        }
        bytes = bytes.saturating_add(1);
        rest = after.strip_prefix(b":").or_else(|| after.strip_prefix(b"-")).unwrap_or(after);
    }
    match rest {
        [] => Ok((bytes == mac.len() && mac != Mac::default()).then_some(mac)),
        _ => Err(Bad::Mac(quoted(text))),
    }
}

/// Two hexadecimal digits.
pub(super) fn hex(digits: [u8; 2]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let [high, low] = digits;
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

/// Seconds since the Unix epoch, in ns.
pub(super) fn seconds(text: &[u8]) -> Result<u64, Bad> {
    number(text).and_then(nanoseconds).ok_or_else(|| Bad::Time(quoted(text)))
}

/// Seconds, in ns.
pub(super) fn nanoseconds(seconds: u64) -> Option<u64> {
    seconds.checked_mul(SECOND)
}

/// A time of the calendar in a zone, in ns since the Unix epoch. Of a time that comes twice, as clocks are put back, it is
/// the first.
pub(super) fn calendar(date: [i16; 3], time: [i8; 3], zone: &TimeZone) -> Option<u64> {
    let ([year, month, day], [hour, minute, second]) = (date, time);
    let (month, day) = (month.try_into().ok()?, day.try_into().ok()?);
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let seconds = zone.to_ambiguous_timestamp(civil).compatible().ok()?.as_second();
    nanoseconds(u64::try_from(seconds).ok()?)
}

/// A number in decimal.
pub(super) fn number(text: &[u8]) -> Option<u64> {
    let digit = |byte: &u8| char::from(*byte).to_digit(10);
    let add = |sum: u64, byte: &u8| sum.checked_mul(10)?.checked_add(digit(byte)?.into());
    if text.is_empty() { None } else { text.iter().try_fold(0, add) }
}

/// Three numbers with something between them.
pub(super) fn three<T: TryFrom<u64>>(text: &[u8], separator: u8) -> Option<[T; 3]> {
    let mut parts = text.split(|byte| *byte == separator).map(|part| number(part)?.try_into().ok());
    let three = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(three)
}

/// What any type with `FromStr` makes of a text.
pub(super) fn parsed<T: FromStr>(text: &[u8]) -> Option<T> {
    str::from_utf8(text).ok()?.parse().ok()
}
