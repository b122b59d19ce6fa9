//! How one setting is read and written, the same in the file and on the command line.
//!
//! Every reader takes the text and gives the value, or what would have been right.

use std::{net::IpAddr, ops::RangeInclusive, time::Duration};

use clap::ValueEnum;
use dns_monitor_common::sample::MAX_CAPTURE;
use jiff::{SignedDuration, Timestamp};
use serde::Serializer;

use super::error::Expected;

/// A value, or what is allowed.
pub type Checked<T> = Result<T, Expected>;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const UNITS: [(&str, u64); 3] = [("GiB", GIB), ("MiB", MIB), ("KiB", KIB)];

/// Longest interface name: `IFNAMSIZ` less its NUL.
const INTERFACE_LENGTH: usize = 15;

/// An interface name as Linux allows it.
pub fn interface(text: &str) -> Checked<String> {
    let odd = |c: char| c == '/' || c.is_whitespace();
    if text.is_empty() || text.len() > INTERFACE_LENGTH || text.contains(odd) {
        return expected("an interface name of 1 to 15 bytes, such as \"eth0\"");
    }
    Ok(text.to_owned())
}

/// A host name for the events; any text without spaces.
pub fn hostname(text: &str) -> Checked<String> {
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if text.is_empty() || text.len() > 253 || text.contains(odd) {
        return expected("a host name of 1 to 253 bytes, such as \"resolver-1\"");
    }
    Ok(text.to_owned())
}

/// A UDP and TCP port.
pub fn port(text: &str) -> Checked<u16> {
    match text.parse() {
        Ok(port) if port != 0 => Ok(port),
        _ => expected("a port from 1 to 65535, such as 53"),
    }
}

/// An IPv4 or IPv6 address.
pub fn address(text: &str) -> Checked<IpAddr> {
    text.parse().or_else(|_| expected("an IPv4 or IPv6 address, such as \"192.0.2.53\""))
}

/// A point in time, ns since the Unix epoch.
pub fn time(text: &str) -> Checked<u64> {
    let time: Option<Timestamp> = text.parse().ok();
    time.and_then(|time| u64::try_from(time.as_nanosecond()).ok())
        .map_or_else(|| expected("a time since 1970 with its zone, such as \"2026-11-24T12:00:00Z\""), Ok)
}

/// One of the names of an enum.
pub fn choice<T: ValueEnum>(text: &str) -> Checked<T> {
    T::from_str(text, false).or_else(|_| {
        let names = T::value_variants().iter().filter_map(T::to_possible_value);
        let names: Vec<String> = names.map(|name| format!("{:?}", name.get_name())).collect();
        match names.as_slice() {
            [only] => expected(only),
            names => expected(format!("one of {}", names.join(", "))),
        }
    })
}

/// What the file calls one of an enum.
pub fn name_of(choice: impl ValueEnum) -> String {
    choice.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// A whole number within bounds.
pub fn count(text: &str, bounds: RangeInclusive<usize>) -> Checked<usize> {
    let count = text.parse().ok().filter(|count| bounds.contains(count));
    count.map_or_else(|| expected(format!("a number from {} to {}", bounds.start(), bounds.end())), Ok)
}

/// The ring buffer of one CPU, bytes. The kernel takes powers of two of at least a page.
pub fn ring_size(text: &str) -> Checked<u32> {
    let size =
        parse_size(text).filter(|size| size.is_power_of_two() && (64 * KIB..=256 * MIB).contains(size));
    match size.and_then(|size| u32::try_from(size).ok()) {
        Some(size) => Ok(size),
        None => expected("a power of two from 64KiB to 256MiB, such as \"4MiB\""),
    }
}

/// Payload bytes a sample may hold.
pub fn capture_length(text: &str) -> Checked<u16> {
    let size = parse_size(text).and_then(|size| u16::try_from(size).ok());
    match size.filter(|size| (64..=MAX_CAPTURE).contains(&usize::from(*size))) {
        Some(size) => Ok(size),
        None => expected(format!("a number of bytes from 64 to {MAX_CAPTURE}, such as {MAX_CAPTURE}")),
    }
}

/// How long a lookup waits for its response.
pub fn response_timeout(text: &str) -> Checked<Duration> {
    duration(text, Duration::from_millis(100)..=Duration::from_secs(60))
}

/// A duration within bounds.
pub fn duration(text: &str, bounds: RangeInclusive<Duration>) -> Checked<Duration> {
    let duration = text.parse().ok().and_then(|signed: SignedDuration| Duration::try_from(signed).ok());
    match duration.filter(|duration| bounds.contains(duration)) {
        Some(duration) => Ok(duration),
        None => {
            let (least, most) = (show_duration(*bounds.start()), show_duration(*bounds.end()));
            expected(format!("a duration from {least} to {most}, such as {}", examples(&bounds)))
        }
    }
}

/// Durations that are within bounds.
fn examples(bounds: &RangeInclusive<Duration>) -> &'static str {
    match *bounds.start() {
        least if least < Duration::from_secs(1) => "\"5s\" or \"500ms\"",
        least if least < Duration::from_secs(60) => "\"10s\" or \"5m\"",
        _ => "\"30m\" or \"6h\"",
    }
}

/// A size within bounds, bytes.
pub fn size(text: &str, bounds: RangeInclusive<u64>, example: &str) -> Checked<usize> {
    let size = parse_size(text).filter(|size| bounds.contains(size));
    match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) => Ok(size),
        None => {
            let (least, most) = (show_size(*bounds.start()), show_size(*bounds.end()));
            expected(format!("a size from {least} to {most}, such as \"{example}\""))
        }
    }
}

/// Says what would have been right.
pub fn expected<T>(phrase: impl Into<String>) -> Checked<T> {
    Err(Expected(phrase.into()))
}

/// Bytes, or a number of KiB, MiB or GiB.
fn parse_size(text: &str) -> Option<u64> {
    for (unit, bytes) in UNITS {
        if let Some(number) = text.strip_suffix(unit) {
            return number.trim_end().parse::<u64>().ok()?.checked_mul(bytes);
        }
    }
    text.parse().ok()
}

/// In the largest unit that leaves a whole number.
fn show_size(size: u64) -> String {
    match UNITS.iter().find(|(_, bytes)| size != 0 && size.is_multiple_of(*bytes)) {
        Some((unit, bytes)) => format!("{}{unit}", size / bytes),
        None => size.to_string(),
    }
}

/// In jiff's friendly format: `5s`, `1m 30s`.
pub fn show_duration(duration: Duration) -> String {
    SignedDuration::try_from(duration)
        .map_or_else(|_| format!("{duration:?}"), |signed| format!("{signed:#}"))
}

/// Serializes a size as this module reads it.
pub fn write_size<T, S>(size: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Copy + TryInto<u64>,
    S: Serializer,
{
    let size = (*size).try_into().map_err(|_| serde::ser::Error::custom("a size beyond 64 bits"))?;
    serializer.serialize_str(&show_size(size))
}

/// Serializes a duration as this module reads it.
pub fn write_duration<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&show_duration(*duration))
}
