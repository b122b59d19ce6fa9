//! A name a line, and everything below it. `*.name` means only what is below; `.name` is the same as `name`.
//!
//! Comments begin with `#`, `;`, `!` or `//`, at the start of a line or behind the name. Feeds in quoted CSV, as URLhaus
//! and ThreatFox have them, are read too: one column has a host or a URL, and its host is listed.

use memchr::memmem;

use super::{Bad, lines::Out};
use crate::rules::{
    entry::Scope,
    name::{self, BadName},
};

/// Which column of a CSV file has the host, once that is known.
#[derive(Debug, Default)]
pub(super) struct Column(Option<usize>);

/// What the column is called, where the file says so.
const TITLES: [&[u8]; 8] =
    [b"url", b"domain", b"host", b"hostname", b"fqdn", b"ioc_value", b"ioc", b"indicator"];

pub(super) fn line(line: &[u8], column: &mut Column, out: &mut Out<'_>) -> Result<(), Bad> {
    let line = line.trim_ascii_start();
    match line.first() {
        None | Some(b';' | b'!') => Ok(()),
        Some(b'#') => {
            column.learn_title(&line[1..]);
            Ok(())
        }
        Some(b'"') => column.host(line, out),
        Some(b'/') if line.starts_with(b"//") => Ok(()),
        // Nearly always there is nothing else on the line.
        Some(_) if out.listed(line, Scope::Suffix).is_ok() => Ok(()),
        Some(_) => name(without_comment(line)?, out),
    }
}

/// A name, `*.name` or `.name`.
fn name(text: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
    if let Some(name) = text.strip_prefix(b"*.") {
        return out.listed(name, Scope::Below);
    }
    out.listed(text.strip_prefix(b".").unwrap_or(text), Scope::Suffix)
}

/// The only word, without a comment behind it.
fn without_comment(line: &[u8]) -> Result<&[u8], Bad> {
    let ends_name = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'#' | b';' | b'!');
    let Some(end) = line.iter().position(ends_name) else { return Ok(line) };
    let (word, rest) = line.split_at(end);
    let rest = rest.trim_ascii_start();
    let is_comment = matches!(rest.first(), None | Some(b'#' | b';' | b'!')) || rest.starts_with(b"//");
    if is_comment {
        Ok(word)
    } else {
        Err(Bad::Syntax("more than a name on a line: say which format the list has"))
    }
}

impl Column {
    /// Looks for the titles of the columns in a comment.
    fn learn_title(&mut self, comment: &[u8]) {
        if self.0.is_none() && comment.contains(&b',') {
            let is_title = |field: &[u8]| TITLES.iter().any(|title| title.eq_ignore_ascii_case(field));
            self.0 = fields(comment).position(is_title);
        }
    }

    fn host(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        if self.0.is_none() {
            self.0 = fields(line).position(may_be_host);
        }
        let field = self.0.and_then(|column| fields(line).nth(column));
        let field = field.ok_or(Bad::Syntax("no column has a host or a URL"))?;
        if !may_be_host(field) {
            return Err(Bad::NotForDns("something else than a host or a URL"));
        }
        out.listed(host_of(field), Scope::Suffix).map_err(|why| match why {
            Bad::Name(BadName::Address) => Bad::NotForDns("a host that is an address"),
            why => why,
        })
    }
}

/// The fields of a line of CSV. Those that matter have no comma within.
fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(|field| {
        let field = field.trim_ascii();
        field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
    })
}

/// A URL, or a name of at least two labels; an address counts.
fn may_be_host(field: &[u8]) -> bool {
    let host = host_of(field);
    let is_host = || matches!(name::parse(host, &mut Vec::new()), Ok(()) | Err(BadName::Address));
    behind_scheme(field).is_some() || host.contains(&b'.') && is_host()
}

/// The host of a URL (RFC 3986 §3.2), of `host:port`, or the text itself.
fn host_of(text: &[u8]) -> &[u8] {
    let authority = behind_scheme(text).unwrap_or(text);
    let authority = authority.split(|byte| matches!(byte, b'/' | b'?' | b'#')).next().unwrap_or_default();
    let host = authority.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    if let Some(bracketed) = host.strip_prefix(b"[") {
        return bracketed.split(|byte| *byte == b']').next().unwrap_or_default();
    }
    host.split(|byte| *byte == b':').next().unwrap_or_default()
}

fn behind_scheme(url: &[u8]) -> Option<&[u8]> {
    url.get(memmem::find(url, b"://")? + 3..)
}
