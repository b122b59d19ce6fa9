//! The Common Event Format of ArcSight: seven fields between bars, then `key=value` pairs.

use std::{borrow::Cow, net::IpAddr};

use super::{BadAlert, End, Said, name, plain, when::Clock};

/// Keys that hold the time, the best first: when it was received is the last resort.
const TIMES: [&str; 4] = ["start", "end", "rt", "deviceReceiptTime"];
/// Keys that hold the name, the best first. Those behind may be that of the server.
const NAMES: [&str; 7] =
    ["dnsQuery", "query", "qname", "queryName", "destinationDnsDomain", "dhost", "destinationHostName"];
/// Fields of the sensor's own, whose meaning is in the field of that name and `Label`.
const CUSTOM: [&str; 10] = ["cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "cn1", "cn2", "cn3", "flexString1"];
/// Keys that hold the message id.
const IDS: [&str; 4] = ["dnsId", "dnsTransactionId", "transactionId", "queryId"];

/// Where a message begins in a line; a syslog header may stand before it.
#[must_use]
pub fn begin(line: &str) -> Option<usize> {
    line.find("CEF:")
        .filter(|at| line.get(at.saturating_add(4)..).is_some_and(|rest| rest.starts_with(['0', '1', ' '])))
}

/// Reads a message from `CEF:` on.
///
/// # Errors
/// [`BadAlert::Cef`].
pub fn read(text: &str, clock: &Clock) -> Result<Said, BadAlert> {
    let (title, extension) = header(text).ok_or(BadAlert::Cef)?;
    let pairs = Pairs(extension_pairs(extension));
    let request = pairs.get("request").and_then(plain::host);
    let listed = NAMES.iter().filter_map(|key| pairs.get(key)).find(|name| name::is_host(name));
    let name = pairs.custom(is_name_label).filter(|name| name::is_host(name)).or(listed).and_then(name::read);
    let id = pairs.custom(is_id_label).or_else(|| IDS.iter().find_map(|key| pairs.get(key)));
    Ok(Said {
        when: TIMES.iter().find_map(|key| clock.read(pairs.get(key)?)),
        ends: [pairs.end(["src", "c6a2"], "spt"), pairs.end(["dst", "c6a3"], "dpt")],
        id: id.and_then(plain::number),
        name: name.or(request).or_else(|| plain::host(pairs.get("msg")?)),
        about: Some(title).filter(|title| !title.is_empty()).map(Into::into),
        ..Said::default()
    })
}

/// The message's name, and what is behind the seventh bar.
fn header(text: &str) -> Option<(String, &str)> {
    let mut rest = text;
    let mut title = String::new();
    for field in 0..7 {
        let (value, after) = until_bar(rest)?;
        if field == 5 {
            title = unescaped(value).into_owned();
        }
        rest = after;
    }
    Some((title, rest))
}

/// The text before the next bar that no backslash precedes, and what is behind it.
fn until_bar(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let at = text.bytes().position(|byte| {
        let is_bar = byte == b'|' && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_bar
    })?;
    Some((text.get(..at)?, text.get(at.checked_add(1)?..)?))
}

/// The pairs. A value ends where the next key begins: a word right before a `=` that no backslash precedes.
fn extension_pairs(text: &str) -> Vec<(&str, Cow<'_, str>)> {
    let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']');
    let mut begins = Vec::new();
    for (at, _) in text.match_indices('=') {
        let before = text.get(..at).unwrap_or_default();
        let key = before.trim_end_matches(|c: char| u8::try_from(c).is_ok_and(is_key));
        let key_at = key.len();
        if key_at < at && (key.is_empty() || key.ends_with(' ')) {
            begins.push((key_at, at));
        }
    }
    let ends = begins.iter().skip(1).map(|(key, _)| *key).chain([text.len()]);
    let pair = |((key, equals), end): (&(usize, usize), usize)| {
        let value = text.get(equals.checked_add(1)?..end)?;
        Some((text.get(*key..*equals)?, unescaped(value.trim())))
    };
    begins.iter().zip(ends).filter_map(pair).collect()
}

struct Pairs<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl Pairs<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().find(|(name, _)| *name == key)?;
        Some(found.1.as_ref()).filter(|value| !value.is_empty())
    }

    /// The custom field whose label fits.
    fn custom(&self, fits: fn(&str) -> bool) -> Option<&str> {
        let labelled = CUSTOM.iter().filter(|key| {
            self.get(&format!("{key}Label")).is_some_and(|label| fits(&label.to_ascii_lowercase()))
        });
        labelled.into_iter().find_map(|key| self.get(key))
    }

    fn end(&self, addresses: [&str; 2], port: &str) -> Option<End> {
        let read = |key: &&str| self.get(key)?.parse::<IpAddr>().ok();
        let address = addresses.iter().find_map(read)?;
        let port = self.get(port).and_then(|port| port.parse().ok());
        Some(End { address: address.to_canonical(), port })
    }
}

fn is_name_label(label: &str) -> bool {
    let words = ["domain", "query", "qname", "fqdn", "hostname", "host name", "rrname"];
    words.iter().any(|word| label.contains(word)) && !is_id_label(label) && !label.contains("type")
}

fn is_id_label(label: &str) -> bool {
    let words = ["dns id", "dnsid", "query id", "queryid", "transaction id", "transactionid", "txid", "xid"];
    words.iter().any(|word| label.contains(word))
}

/// Resolves `\|`, `\=`, `\\`, `\n` and `\r`.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'r') => out.push('\n'),
                Some(escaped) => out.push(escaped),
                None => out.push('\\'),
            },
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests;
