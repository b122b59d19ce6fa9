//! Lines of a text, and where the readers of the formats put what they find in them.

use std::net::IpAddr;

use memchr::memchr;

use super::{Bad, Context, MAX_LINE, Sink, name, text};
use crate::{
    identity::assignment::{Assignment, Change, Source},
    sample::Mac,
};

/// Byte order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The sink, and the line that is being read.
pub(super) struct Out<'s> {
    pub sink: &'s mut dyn Sink,
    pub context: &'s Context,
    /// From 1.
    pub line: u64,
}

/// Who has an address, as a line writes it.
pub(super) struct Holder<'a> {
    pub address: IpAddr,
    /// From then on, ns.
    pub from: u64,
    /// No longer then, ns.
    pub until: Option<u64>,
    /// Empty: not known.
    pub name: &'a [u8],
    pub mac: Option<Mac>,
    pub source: Source,
}

impl Out<'_> {
    /// Somebody has an address. A name that cannot be one is reported, and the rest is believed.
    pub fn assigned(&mut self, holder: Holder<'_>) -> Result<(), Bad> {
        let Holder { address, from, until, name, mac, source } = holder;
        if from > self.context.future {
            return Err(Bad::Future);
        }
        let name = name::presentation(name).unwrap_or_else(|why| {
            self.sink.bad(self.line, why, false);
            None
        });
        let assignment = Assignment { address, from, until, name, mac, source };
        self.sink.change(self.line, Change::Assigned(assignment));
        Ok(())
    }

    /// Whoever had an address has it no longer.
    pub fn ended(&mut self, address: IpAddr, at: u64) {
        self.sink.change(self.line, Change::Ended { address, at, source: Source::Lease });
    }

    /// When a lease began that says only when it ends, ns.
    pub fn began(&self, until: Option<u64>) -> u64 {
        let seen = self.context.seen;
        match (until, self.context.lease_time) {
            (Some(until), Some(time)) => seen.min(until.saturating_sub(time)),
            _ => seen,
        }
    }

    fn read<R>(&mut self, line: &[u8], read: &mut R)
    where
        R: FnMut(&[u8], &mut Self) -> Result<(), Bad>,
    {
        self.line = self.line.saturating_add(1);
        let line = if self.line == 1 { line.strip_prefix(BOM).unwrap_or(line) } else { line };
        let line = line.trim_ascii_end();
        let result = if line.len() > MAX_LINE { Err(Bad::LineTooLong) } else { read(line, self) };
        if let Err(why) = result {
            self.sink.bad(self.line, why, true);
        }
    }
}

/// Calls `read` with every complete line, without the blanks at its end; returns how many bytes they have.
pub(super) fn each<R>(text: &[u8], out: &mut Out<'_>, mut read: R) -> usize
where
    R: FnMut(&[u8], &mut Out<'_>) -> Result<(), Bad>,
{
    let mut rest = text;
    while let Some((line, after)) = split_line(rest) {
        out.read(line, &mut read);
        rest = after;
    }
    text.len().saturating_sub(rest.len())
}

/// The text up to the end of the line, and what follows.
#[inline]
pub(super) fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, after) = text.split_at_checked(memchr(b'\n', text)?)?;
    Some((line, after.get(1..)?))
}

/// An address of a line, which must be there.
pub(super) fn address(text: Option<&[u8]>) -> Result<IpAddr, Bad> {
    text::address(text.ok_or(Bad::Syntax("an address is missing"))?)
}
