//! Lines of text: syslog (RFC 3164, RFC 5424), and what else people keep alerts in. The rules are those of
//! `docs/TRACE.md`.

use std::{net::IpAddr, sync::LazyLock};

use regex::Regex;

use super::{
    End, Said, name,
    when::{Clock, When},
};

/// Patterns of this file are right, or its tests fail.
macro_rules! pattern {
    ($text:expr) => {
        LazyLock::new(|| Regex::new($text).ok())
    };
}

/// `<PRI>VERSION TIMESTAMP HOST APP PROCID MSGID` and then structured data or a dash (RFC 5424 §6).
static RFC_5424: LazyLock<Option<Regex>> =
    pattern!(r"^(?:<\d{1,3}>)?1 (\S+) (?:\S+ ){4}(?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(?:\x{FEFF})?(.*)$");
/// `<PRI>Mmm dd hh:mm:ss HOST TAG:`; the year that some add; or an ISO time.
static RFC_3164: LazyLock<Option<Regex>> = pattern!(
    r"^(?:<\d{1,3}>)?((?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d+)?)|(?:\d{4}-\d\d-\d\dT\S+)) \S+ (.*)$"
);
/// A time at the beginning of a line, without a host behind it.
static TIME: LazyLock<Option<Regex>> = pattern!(
    r"^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*|\d\d/\d\d(?:/\d{2,4})?-\d\d:\d\d:\d\d\.\d+|\d{10}(?:\.\d+)?)\]?\s+(.*)$"
);
/// An address with its port, as `1.2.3.4:53`, `1.2.3.4#53`, `[2001:db8::1]:53`, `2001:db8::1#53`, or eight full groups and
/// the port behind a ninth colon, as Suricata's `fast.log` has it; or alone.
static ADDRESS: LazyLock<Option<Regex>> = pattern!(concat!(
    r"\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\](?::(\d{1,5}))?",
    r"|((?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}):(\d{1,5})",
    r"|(\d{1,3}(?:\.\d{1,3}){3})(?:[:#](\d{1,5}))?",
    r"|([0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:\d{1,3}(?:\.\d{1,3}){3})?)(?:#(\d{1,5}))?"
));
/// A message id behind its name.
static ID: LazyLock<Option<Regex>> = pattern!(
    r#"(?i)\b(?:dns[ _.-]?(?:query[ _.-]?)?id|query[ _.-]?id|trans(?:action)?[ _.-]?id|tx[ _.-]?id|xid|id(?:\s*[=:]))[\s=:#"']*(0x[0-9a-f]{1,4}|\d{1,5})\b"#
);
/// A name behind a word that announces one.
static NAMED: LazyLock<Option<Regex>> = pattern!(
    r#"(?i)\b(?:query|qname|rrname|domain|fqdn|hostname|host|name|indicator|lookup (?:of|for))(?:\s*[=:]\s*|\s+)["'(<]?([\w.\[\]-]+)"#
);
/// Any word that may be a name, or hold one as a URL does.
static WORD: LazyLock<Option<Regex>> =
    pattern!(r#"(?i)(?:h(?:tt|xx)ps?://)?([\w-]+(?:(?:\.|\[\.\])[\w-]+)+\.?)"#);

/// Takes the syslog header off: when it says that it was, and the message.
#[must_use]
pub fn header<'l>(line: &'l str, clock: &Clock) -> (Option<When>, &'l str) {
    for pattern in [&RFC_5424, &RFC_3164, &TIME] {
        let Some(found) = pattern.as_ref().and_then(|pattern| pattern.captures(line)) else { continue };
        if let (Some(time), Some(message)) = (found.get(1), found.get(2))
            && let Some(when) = clock.read(time.as_str())
        {
            return (Some(when), message.as_str());
        }
    }
    (None, line)
}

/// Reads what a message says.
#[must_use]
pub fn read(message: &str) -> Said {
    let mut ends = ends(message);
    Said {
        ends: [ends.next(), ends.next()],
        id: id(message),
        name: host(message),
        about: Some(message.trim().into()),
        ..Said::default()
    }
}

/// The first host name: behind a word that announces one, else any.
#[must_use]
pub fn host(text: &str) -> Option<Box<str>> {
    let word = |found: regex::Captures<'_>| {
        let found = found.get(1)?;
        // A path is no name, and neither is a mail address.
        let before = text.get(..found.start())?.chars().next_back();
        let inside = matches!(before, Some('/' | '\\' | '@')) && !text.get(..found.start())?.ends_with("://");
        let plain = found.as_str().replace("[.]", ".");
        (!inside && name::is_host(&plain)).then(|| name::read(&plain))?
    };
    let all = |pattern: &'static LazyLock<Option<Regex>>| {
        pattern.as_ref().into_iter().flat_map(|p| p.captures_iter(text))
    };
    all(&NAMED).find_map(word).or_else(|| all(&WORD).find_map(word))
}

/// A number from 0 to 65535, decimal or as `0x126f`.
#[must_use]
pub fn number(text: &str) -> Option<u16> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn id(text: &str) -> Option<u16> {
    number(ID.as_ref()?.captures(text)?.get(1)?.as_str())
}

fn ends(text: &str) -> impl Iterator<Item = End> {
    let found = ADDRESS.as_ref().into_iter().flat_map(|pattern| pattern.captures_iter(text));
    found.filter_map(|found| {
        let whole = found.get(0)?;
        let beside = |at: Option<char>| at.is_some_and(|c| c.is_alphanumeric() || c == '.' || c == '_');
        let before = text.get(..whole.start())?.chars().next_back();
        let after =
            text.get(whole.end()..)?.strip_suffix('.').unwrap_or(text.get(whole.end()..)?).chars().next();
        if beside(before) || beside(after) {
            return None;
        }
        let (address, port) = [(1, 2), (3, 4), (5, 6), (7, 8)].into_iter().find_map(|(address, port)| {
            Some((found.get(address)?.as_str(), found.get(port).map(|port| port.as_str())))
        })?;
        end(address, port)
    })
}

fn end(address: &str, port: Option<&str>) -> Option<End> {
    let port = match port {
        Some(port) => Some(port.parse().ok()?),
        None => None,
    };
    Some(End { address: address.parse::<IpAddr>().ok()?.to_canonical(), port })
}

#[cfg(test)]
mod tests;
