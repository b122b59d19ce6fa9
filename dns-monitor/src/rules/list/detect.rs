//! Which format a list has, by its first lines.
//!
//! JSON is STIX, and a line `#fields` is Zeek's. Otherwise every line has a vote, if it looks like one format; most votes
//! win, and of formats with as many votes the one that is harder to take for another. Comments and lines that could be
//! anything have none. Without any votes a list is one of plain domains. Under a header of Adblock's, plain domains are
//! what Adblock takes them for.

use memchr::memmem;

use super::{Format, lines, suricata, text};
use crate::rules::name;

/// Formats that lines vote for, the one that is harder to take for another first.
const BALLOT: [Format; 6] =
    [Format::Suricata, Format::Dnsmasq, Format::Rpz, Format::Hosts, Format::Adblock, Format::Domains];

/// What the beginning of a list says of it.
pub(super) fn format(head: &[u8]) -> Format {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if head.trim_ascii_start().starts_with(b"{") {
        return Format::Stix;
    }
    let mut votes = [0_u32; BALLOT.len()];
    let mut has_header = false;
    let mut rest = head;
    while !rest.is_empty() {
        let line;
        (line, rest) = lines::split_line(rest).unwrap_or((rest, b""));
        if line.starts_with(b"#fields\t") {
            return Format::ZeekIntel;
        }
        let line = line.trim_ascii();
        has_header |= is_header(line);
        let vote = vote(line).map(|format| match format {
            Format::Domains if has_header => Format::Adblock,
            format => format,
        });
        if let Some(at) = BALLOT.iter().position(|format| Some(*format) == vote) {
            votes[at] += 1;
        }
    }
    let most = votes.iter().max().filter(|most| **most > 0);
    let winner = votes.iter().zip(BALLOT).find(|(count, _)| Some(*count) == most);
    winner.map_or(Format::Domains, |(_, format)| format)
}

/// The format that a line looks like.
fn vote(line: &[u8]) -> Option<Format> {
    let (first, rest) = text::first_word(line);
    match first {
        b"" => None,
        b"$ORIGIN" | b"$TTL" => Some(Format::Rpz),
        b"alert" | b"drop" | b"reject" | b"pass" if rest.ends_with(b")") => Some(Format::Suricata),
        _ if is_header(line) => Some(Format::Adblock),
        _ if matches!(line[0], b'#' | b'!' | b';' | b'[') => None,
        _ if line[0] == b'"' => Some(Format::Domains),
        _ if is_setting(line) => Some(Format::Dnsmasq),
        _ if is_adblock(line) => Some(Format::Adblock),
        _ if !rest.is_empty() && text::address(first).is_ok() => Some(Format::Hosts),
        _ if is_record(line) => Some(Format::Rpz),
        _ if is_domain(first) => Some(Format::Domains),
        _ if rest.is_empty() && suricata::member(first).is_ok_and(|name| is_domain(&name)) => {
            Some(Format::Suricata)
        }
        _ => None,
    }
}

/// What only lists for Adblock begin with.
fn is_header(line: &[u8]) -> bool {
    let line = line.to_ascii_lowercase();
    line.starts_with(b"[adblock") || line.starts_with(b"! title:")
}

fn is_setting(line: &[u8]) -> bool {
    [&b"address=/"[..], b"local=/", b"server=/"].iter().any(|start| line.starts_with(start))
}

fn is_adblock(line: &[u8]) -> bool {
    let starts = [&b"||"[..], b"@@", b"|", b"/"].iter().any(|start| line.starts_with(start));
    let has = |mark: &[u8]| memmem::find(line, mark).is_some();
    starts && !line.starts_with(b"//") || line.ends_with(b"^") || has(b"^$") || has(b"##") || has(b"#@#")
}

/// A name, and among the next three words a type that response policy zones use.
fn is_record(line: &[u8]) -> bool {
    let is_type = |word: &[u8]| {
        matches!(word.to_ascii_uppercase().as_slice(), b"CNAME" | b"A" | b"AAAA" | b"SOA" | b"NS" | b"TXT")
    };
    text::words(line).skip(1).take(3).any(is_type)
}

/// A name of at least two labels, perhaps behind `*.` or `.`.
fn is_domain(word: &[u8]) -> bool {
    let word = word.strip_prefix(b"*").unwrap_or(word);
    let word = word.strip_prefix(b".").unwrap_or(word);
    word.contains(&b'.') && name::parse(word, &mut Vec::new()).is_ok()
}
