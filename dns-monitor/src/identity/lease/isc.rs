//! `dhcpd.leases` and `dhcpd6.leases` of ISC dhcpd: blocks of statements, a new block for every change of a lease, the last
//! one holds. Times are UTC, or seconds since the Unix epoch.
//!
//! Of IPv6 the file has no MAC, and as a name only what was put into DNS.

use std::net::IpAddr;

use jiff::tz::TimeZone;

use super::{
    Bad,
    bad::quoted,
    lines::{Holder, Out},
    text,
};
use crate::{identity::assignment::Source, sample::Mac};

/// What stands in no other block.
const OUTERMOST: [&[u8]; 4] = [b"lease", b"ia-na", b"ia-ta", b"ia-pd"];

/// What the lines before say of those that follow.
#[derive(Debug, Default)]
pub(super) struct Reader {
    depth: u32,
    /// The lease whose block is open, at which depth, and what is wrong with it.
    lease: Option<(Lease, u32)>,
    /// When the client of the `ia-na` around was last heard.
    heard: Option<u64>,
    bad: Option<Bad>,
}

#[derive(Debug)]
struct Lease {
    address: IpAddr,
    from: Option<u64>,
    until: Option<u64>,
    name: Vec<u8>,
    mac: Option<Mac>,
    is_abandoned: bool,
}

impl Reader {
    /// Whether a lease has begun and not ended.
    pub const fn is_open(&self) -> bool {
        self.depth > 0
    }

    pub fn line(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        let mut rest = line;
        let mut result = Ok(());
        while let Some((statement, mark, after)) = split_statement(rest) {
            result = self.take(statement.trim_ascii(), mark, out).and(result);
            rest = after;
        }
        if rest.iter().filter(|byte| **byte == b'"').count() == 1 {
            // What follows may be of another lease.
            self.bad = Some(Bad::HalfWritten);
        }
        result
    }

    fn take(&mut self, statement: &[u8], mark: Mark, out: &mut Out<'_>) -> Result<(), Bad> {
        match mark {
            Mark::Open => return self.open(statement),
            Mark::Close => return self.close(out),
            Mark::End => {}
        }
        let result = self.statement(statement);
        match (result, &self.lease) {
            // Told once, where the block ends.
            (Err(why), Some(_)) => _ = self.bad.get_or_insert(why),
            (result, _) => return result,
        }
        Ok(())
    }

    fn open(&mut self, statement: &[u8]) -> Result<(), Bad> {
        let mut words = text::words(statement);
        let kind = words.next().unwrap_or_default();
        let is_outermost = OUTERMOST.contains(&kind);
        // The end of what came before was never written.
        let is_cut = is_outermost && self.is_open() || kind == b"iaaddr" && self.lease.is_some();
        if is_outermost {
            (self.depth, self.lease, self.heard) = (0, None, None);
        }
        self.depth = self.depth.saturating_add(1);
        if kind == b"lease" || kind == b"iaaddr" {
            self.begin(words.next())?;
        }
        if is_cut { Err(Bad::HalfWritten) } else { Ok(()) }
    }

    fn begin(&mut self, address: Option<&[u8]>) -> Result<(), Bad> {
        let address = super::lines::address(address)?;
        let lease = Lease {
            address,
            from: self.heard,
            until: None,
            name: Vec::new(),
            mac: None,
            is_abandoned: false,
        };
        (self.lease, self.bad) = (Some((lease, self.depth)), None);
        Ok(())
    }

    fn close(&mut self, out: &mut Out<'_>) -> Result<(), Bad> {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        if self.depth == 0 {
            self.heard = None;
        }
        match self.lease.take() {
            Some((lease, at)) if at == depth => match self.bad.take() {
                Some(why) => Err(why),
                None => lease.said(out),
            },
            open => {
                self.lease = open;
                Ok(())
            }
        }
    }

    fn statement(&mut self, statement: &[u8]) -> Result<(), Bad> {
        let (key, rest) = first_word(statement);
        let Some((lease, _)) = &mut self.lease else {
            if key == b"cltt" {
                self.heard = time(rest)?;
            }
            return Ok(());
        };
        match key {
            b"starts" => lease.from = time(rest)?,
            b"ends" => lease.until = time(rest)?,
            b"hardware" => {
                let (kind, address) = first_word(rest);
                lease.mac = if kind == b"ethernet" { text::mac(address)? } else { None };
            }
            b"client-hostname" => lease.name = unquoted(rest),
            b"set" if rest.starts_with(b"ddns-fwd-name") && lease.name.is_empty() => {
                lease.name = rest.split(|byte| *byte == b'=').nth(1).map(unquoted).unwrap_or_default();
            }
            b"binding" => lease.is_abandoned = rest.ends_with(b"abandoned"),
            b"abandoned" => lease.is_abandoned = true,
            _ => {}
        }
        Ok(())
    }
}

impl Lease {
    fn said(self, out: &mut Out<'_>) -> Result<(), Bad> {
        let Self { address, from, until, name, mac, is_abandoned } = self;
        let from = from.ok_or(Bad::Syntax("a lease that does not say when it starts"))?;
        if is_abandoned {
            // Somebody has it, and the server does not know who.
            out.ended(address, from);
            return Ok(());
        }
        out.assigned(Holder { address, from, until, name: &name, mac, source: Source::Lease })
    }
}

/// What ends a statement.
#[derive(Clone, Copy)]
enum Mark {
    End,
    Open,
    Close,
}

/// The text up to the next mark outside quotes, the mark, and what follows. Comments have none.
fn split_statement(line: &[u8]) -> Option<(&[u8], Mark, &[u8])> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in line.iter().enumerate() {
        let mark = match byte {
            _ if is_escaped => {
                is_escaped = false;
                continue;
            }
            b'\\' => {
                is_escaped = is_quoted;
                continue;
            }
            b'"' => {
                is_quoted = !is_quoted;
                continue;
            }
            _ if is_quoted => continue,
            b'#' => return None,
            b';' => Mark::End,
            b'{' => Mark::Open,
            b'}' => Mark::Close,
            _ => continue,
        };
        let (statement, rest) = line.split_at_checked(at)?;
        return Some((statement, mark, rest.get(1..)?));
    }
    None
}

fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, b""));
    (word, rest.trim_ascii())
}

/// `2 2026/11/24 10:00:00`, `epoch 1795514400`, or `never`.
fn time(text: &[u8]) -> Result<Option<u64>, Bad> {
    let mut words = text::words(text);
    let when = match (words.next(), words.next(), words.next()) {
        (Some(b"never"), None, None) => return Ok(None),
        (Some(b"epoch"), Some(seconds), None) => text::number(seconds).and_then(text::nanoseconds),
        (Some(_day), Some(date), Some(time)) => text::three(date, b'/')
            .zip(text::three(time, b':'))
            .and_then(|(date, time)| text::calendar(date, time, &TimeZone::UTC)),
        _ => None,
    };
    when.map(Some).ok_or_else(|| Bad::Time(quoted(text)))
}

/// A string without its quotes, `\"` and `\303` (octal) as the bytes that they mean.
fn unquoted(text: &[u8]) -> Vec<u8> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let mut rest = text.strip_suffix(b"\"").unwrap_or(text);
    let mut bytes = Vec::with_capacity(rest.len());
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let octal =
            after.get(..3).and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 8).ok());
        let (byte, length) = octal.map_or((after.first().copied().unwrap_or(b'\\'), 1), |byte| (byte, 3));
        bytes.push(byte);
        rest = after.get(length..).unwrap_or_default();
    }
    bytes
}
