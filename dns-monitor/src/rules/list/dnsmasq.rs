//! Lines of a dnsmasq configuration: `address=/name/`, `local=/name/`, `server=/name/`; all cover what is below too.
//!
//! Without an address the name does not exist. `#` and the addresses `0.0.0.0` and `::`, which mean the same to dnsmasq,
//! do what the list does; any other address is a sinkhole. `server=/name/#` is an exception: the usual servers answer.

use super::{Bad, lines::Out, text};
use crate::rules::{
    action::{Action, Block, Effect},
    entry::{Entry, Pattern, Scope},
    name,
};

pub(super) fn line(line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
    let line = line.trim_ascii_start();
    if matches!(line.first(), None | Some(b'#')) {
        return Ok(());
    }
    let Some(at) = line.iter().position(|byte| *byte == b'=') else {
        return Err(Bad::Syntax("not a setting such as address=/name/"));
    };
    let (key, value) = (line[..at].trim_ascii_end(), without_comment(&line[at + 1..]).trim_ascii());
    let is_address = match key {
        b"address" => true,
        b"local" | b"server" => false,
        _ => return Err(Bad::NotForDns("a setting other than address, local and server")),
    };
    let Some(domains) = value.strip_prefix(b"/") else {
        return Err(Bad::NotForDns("a setting for all names"));
    };
    let Some(at) = domains.iter().rposition(|byte| *byte == b'/') else {
        return Err(Bad::Syntax("no / behind the name"));
    };
    let (domains, target) = (&domains[..at], domains[at + 1..].trim_ascii());
    let effect = if is_address { address(target)? } else { server(target)? };
    let mut result = Ok(());
    for domain in domains.split(|byte| *byte == b'/') {
        result = entry(domain, effect, out).and(result);
    }
    result
}

/// dnsmasq takes `#` for a comment where a blank stands before it.
fn without_comment(value: &[u8]) -> &[u8] {
    let comment = value.windows(2).position(|two| two[0].is_ascii_whitespace() && two[1] == b'#');
    comment.map_or(value, |at| &value[..at])
}

fn entry(domain: &[u8], effect: Option<Effect>, out: &mut Out<'_>) -> Result<(), Bad> {
    match domain {
        b"#" => out.entry(Entry { effect, ..Entry::matching(Pattern::Every) }),
        [] => return Err(Bad::Unsupported("names of a single label")),
        [b'*', b'.', below @ ..] => return out.named(below, Scope::Below, effect),
        [b'*', end @ ..] => out.entry(Entry { effect, ..Entry::matching(Pattern::Regex(&ending(end)?)) }),
        [b'.', domain @ ..] | domain => return out.named(domain, Scope::Suffix, effect),
    }
    Ok(())
}

/// The regular expression of `*end`, which the start of a label may precede.
fn ending(end: &[u8]) -> Result<String, Bad> {
    name::parse(end, &mut Vec::new())?;
    let mut regex = String::new();
    text::escape(end, &mut regex);
    regex.push('$');
    Ok(regex)
}

/// What `address=/name/target` does.
fn address(target: &[u8]) -> Result<Option<Effect>, Bad> {
    if target.is_empty() {
        return Ok(Some(Effect::of(Action::Block(Block::Nxdomain))));
    }
    if target == b"#" {
        return Ok(None);
    }
    let address = text::address(target)?;
    Ok((!address.is_unspecified()).then(|| text::sinkhole(address)))
}

/// What `server=/name/target` and `local=/name/target` do.
fn server(target: &[u8]) -> Result<Option<Effect>, Bad> {
    match target {
        b"" => Ok(Some(Effect::of(Action::Block(Block::Nxdomain)))),
        b"#" => Ok(Some(Effect::of(Action::Allow))),
        _ => Err(Bad::NotForDns("a server to forward to")),
    }
}
