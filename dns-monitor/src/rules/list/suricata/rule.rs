//! One rule: `action protocol source port -> destination port (options)`.

use super::{
    content::{self, Content, QUERY_HEADER},
    options,
};
use crate::rules::{
    action::{Action, Effect},
    condition::Condition,
    entry::{Entry, Pattern, Scope},
    list::{Bad, bad::quoted, lines::Out, text},
    name,
};

/// What a content is looked for in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Buffer {
    /// The packet.
    #[default]
    Payload,
    /// The name asked for, with dots.
    Query,
    /// The same, with a dot before it.
    DottedQuery,
}

/// What the options say.
#[derive(Debug, Default)]
struct Match {
    buffer: Buffer,
    content: Option<Content>,
    /// Size of the whole buffer, bytes.
    size: Option<usize>,
}

/// Options that do not change which names a rule matches.
const REMARKS: [&str; 14] = [
    "msg",
    "sid",
    "rev",
    "gid",
    "classtype",
    "reference",
    "metadata",
    "priority",
    "target",
    "flow",
    "nocase",
    "fast_pattern",
    "to_lowercase",
    "threshold",
];

pub(super) fn read(line: &str, out: &mut Out<'_>) -> Result<(), Bad> {
    let broken = Bad::Syntax("not a rule: action protocol source port -> destination port (options)");
    let (header, options) = line.split_once('(').ok_or(broken.clone())?;
    let options = options.strip_suffix(')').ok_or(broken.clone())?;
    let words: Vec<&str> = header.split_whitespace().collect();
    let [action, protocol, source, _, "->" | "<>", _, port] = words.as_slice() else { return Err(broken) };
    let effect = match *action {
        "alert" | "drop" | "reject" | "rejectsrc" | "rejectdst" | "rejectboth" => None,
        "pass" => Some(Effect::of(Action::Allow)),
        _ => return Err(broken),
    };
    let is_dns = *protocol == "dns" || matches!(*protocol, "udp" | "tcp" | "ip") && *port == "53";
    if !is_dns {
        return Err(Bad::NotForDns("a rule for another protocol"));
    }
    let when = client(source)?;
    let found = options::split(options)?.into_iter().try_fold(Match::default(), option)?;
    let mut buffer = Vec::new();
    let mut regex = String::new();
    let pattern = pattern(&found, &mut buffer, &mut regex)?;
    out.entry(Entry { effect, when: &when, ..Entry::matching(pattern) });
    Ok(())
}

/// Whose queries a rule is about. Variables of a sensor, such as `$HOME_NET`, stand for everyone.
fn client(source: &str) -> Result<Vec<Condition>, Bad> {
    if source == "any" || source.starts_with('$') {
        return Ok(Vec::new());
    }
    let list = source.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or(source);
    let networks = list.split(',').map(|network| text::prefix(network.as_bytes()));
    let networks = networks.collect::<Result<Vec<_>, _>>();
    let networks = networks.map_err(|_| Bad::Unsupported("a source that is not a list of addresses"))?;
    Ok(vec![Condition::Client(networks)])
}

/// Adds an option.
fn option(mut found: Match, (name, value): (&str, Option<&str>)) -> Result<Match, Bad> {
    let unsupported = || Bad::Option(quoted(name.as_bytes()));
    let has_content = found.content.is_some();
    match (name, value) {
        ("dns.query" | "dns_query" | "dns.queries.rrname", None) if !has_content => {
            found.buffer = Buffer::Query
        }
        ("dotprefix", None) if found.buffer == Buffer::Query && !has_content => {
            found.buffer = Buffer::DottedQuery
        }
        ("content", Some(value)) if !has_content => found.content = Some(read_content(value)?),
        ("content", Some(_)) => return Err(Bad::Unsupported("several contents in a rule")),
        // Where the header stands; it is not kept.
        ("depth" | "offset", Some(_)) if !has_content && found.buffer == Buffer::Payload => {}
        ("bsize", Some(value)) => found.size = Some(value.parse().map_err(|_| unsupported())?),
        _ if REMARKS.contains(&name) => {}
        _ => place(&mut found, name, value).ok_or_else(unsupported)?,
    }
    // The header of a query tells nothing of its name.
    found.content = found.content.filter(|content| content.bytes != QUERY_HEADER);
    Ok(found)
}

fn read_content(value: &str) -> Result<Content, Bad> {
    if value.starts_with('!') {
        return Err(Bad::Unsupported("a content that must not be found"));
    }
    Ok(Content { bytes: content::bytes(value)?, ..Content::default() })
}

/// Options that say where the content before them must be.
fn place(found: &mut Match, name: &str, value: Option<&str>) -> Option<()> {
    let is_payload = found.buffer == Buffer::Payload;
    let content = found.content.as_mut()?;
    match (name, value) {
        ("startswith", None) if !is_payload => content.is_start = true,
        ("endswith", None) if !is_payload => content.is_end = true,
        ("isdataat", Some(value)) if !is_payload && value.replace(' ', "") == "!1,relative" => {
            content.is_end = true
        }
        ("depth", Some(value)) if !is_payload && value.parse() == Ok(content.bytes.len()) => {
            content.is_start = true
        }
        ("distance", Some("0")) if is_payload => {}
        _ => return None,
    }
    Some(())
}

/// Which names the content is found in. What it is made of is put into `name` or `regex`.
fn pattern<'b>(found: &Match, name: &'b mut Vec<u8>, regex: &'b mut String) -> Result<Pattern<'b>, Bad> {
    let content = found.content.as_ref().ok_or(Bad::NotForDns("a rule without a content for the name"))?;
    let bytes = content.bytes.as_slice();
    if found.size.is_some_and(|size| size != bytes.len()) {
        return Err(Bad::Unsupported("a bsize other than the length of the content"));
    }
    let is_whole = found.size.is_some() || content.is_start && content.is_end;
    let (listed, scope) = match (found.buffer, bytes) {
        (Buffer::Payload, _) => return in_packet(bytes, name, regex),
        (Buffer::Query, _) if is_whole => (bytes, Scope::Exact),
        (Buffer::Query, [b'.', below @ ..]) if content.is_end => (below, Scope::Below),
        (Buffer::DottedQuery, [b'.', name @ ..]) if is_whole => (name, Scope::Exact),
        (Buffer::DottedQuery, [b'.', name @ ..]) if content.is_end => (name, Scope::Suffix),
        (Buffer::DottedQuery, _) if content.is_start && !bytes.starts_with(b".") => {
            return Err(Bad::Syntax("dotprefix, but a content without a dot before it"));
        }
        _ => return part(found.buffer, content, regex),
    };
    name::parse(listed, name)?;
    Ok(Pattern::Name(name, scope))
}

/// A part of a name.
fn part<'b>(buffer: Buffer, content: &Content, regex: &'b mut String) -> Result<Pattern<'b>, Bad> {
    let mut bytes = content.bytes.as_slice();
    if !bytes.iter().all(u8::is_ascii_graphic) {
        return Err(Bad::Unsupported("a content that no name contains"));
    }
    if content.is_start {
        regex.push('^');
        // The dot that dotprefix added.
        bytes = if buffer == Buffer::DottedQuery { bytes.get(1..).unwrap_or_default() } else { bytes };
    } else if buffer == Buffer::DottedQuery && bytes.starts_with(b".") {
        regex.push_str(r"(?:^|\.)");
        bytes = &bytes[1..];
    }
    text::escape(bytes, regex);
    if content.is_end {
        regex.push('$');
    }
    Ok(Pattern::Regex(regex))
}

/// Old rules look for the name in the packet, length bytes and all.
fn in_packet<'b>(bytes: &[u8], name: &'b mut Vec<u8>, regex: &'b mut String) -> Result<Pattern<'b>, Bad> {
    let Some((text, is_end)) = content::wire_name(bytes) else {
        return Err(Bad::Unsupported(
            "a content of a packet that is not a name from its first length byte on",
        ));
    };
    name::parse(&text, name)?;
    if is_end {
        return Ok(Pattern::Name(name, Scope::Suffix));
    }
    regex.push_str(r"(?:^|\.)");
    text::escape(&text, regex);
    regex.push_str(r"(?:\.|$)");
    Ok(Pattern::Regex(regex))
}
