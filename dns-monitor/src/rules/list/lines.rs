//! Lines of a text of any size, and where the readers of the formats put what they find in them.

use std::io::{self, BufRead};

use memchr::memchr;

use super::{Bad, MAX_LINE, Sink, text};
use crate::rules::{
    action::Effect,
    entry::{Entry, Scope},
    name,
};

/// Byte order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The sink, and the line that is being read.
pub(super) struct Out<'s> {
    sink: &'s mut dyn Sink,
    /// From 1.
    pub line: u32,
    /// The name last read, canonical; kept for its memory.
    name: Vec<u8>,
}

impl<'s> Out<'s> {
    pub fn new(sink: &'s mut dyn Sink) -> Self {
        Self { sink, line: 0, name: Vec::new() }
    }

    /// A name that does what the list does.
    #[inline]
    pub fn listed(&mut self, text: &[u8], scope: Scope) -> Result<(), Bad> {
        self.named(text, scope, None)
    }

    /// A name that does as the line says.
    #[inline]
    pub fn named(&mut self, text: &[u8], scope: Scope, effect: Option<Effect>) -> Result<(), Bad> {
        self.name.clear();
        name::parse(text, &mut self.name)?;
        let entry = Entry { effect, ..Entry::listed(&self.name, scope) };
        self.sink.entry(self.line, entry);
        Ok(())
    }

    /// An entry of this line.
    pub fn entry(&mut self, entry: Entry<'_>) {
        self.sink.entry(self.line, entry);
    }

    /// An entry of an earlier line.
    pub fn entry_of(&mut self, line: u32, entry: Entry<'_>) {
        self.sink.entry(line, entry);
    }

    /// This line gives no entry.
    pub fn bad(&mut self, why: Bad) {
        self.sink.bad(self.line, why);
    }

    fn read<R>(&mut self, line: &[u8], read: &mut R)
    where
        R: FnMut(&[u8], &mut Self) -> Result<(), Bad>,
    {
        self.line = self.line.saturating_add(1);
        let line = if self.line == 1 { line.strip_prefix(BOM).unwrap_or(line) } else { line };
        if line.len() > MAX_LINE {
            return self.bad(Bad::LineTooLong);
        }
        if let Err(why) = read(line.trim_ascii_end(), self) {
            self.bad(if text::is_text(line) { why } else { Bad::NotText });
        }
    }
}

/// Calls `read` with every line, without the blanks at its end.
pub(super) fn each<R>(text: &mut dyn BufRead, out: &mut Out<'_>, mut read: R) -> io::Result<()>
where
    R: FnMut(&[u8], &mut Out<'_>) -> Result<(), Bad>,
{
    // The beginning of a line whose end has not been seen.
    let mut begun = Vec::new();
    loop {
        let available = match text.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        if available.is_empty() {
            break;
        }
        let (length, mut rest) = (available.len(), available);
        while let Some((line, after)) = split_line(rest) {
            rest = after;
            if begun.is_empty() {
                out.read(line, &mut read);
                continue;
            }
            carry(&mut begun, line);
            out.read(&begun, &mut read);
            begun.clear();
        }
        carry(&mut begun, rest);
        text.consume(length);
    }
    if !begun.is_empty() {
        out.read(&begun, &mut read);
    }
    Ok(())
}

/// The text up to the end of the line, and what follows.
#[inline]
pub(super) fn split_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (line, after) = text.split_at_checked(memchr(b'\n', text)?)?;
    Some((line, after.get(1..)?))
}

/// Appends no more than it takes to know that the line is too long.
fn carry(begun: &mut Vec<u8>, part: &[u8]) {
    let room = (MAX_LINE + 1).saturating_sub(begun.len());
    begun.extend_from_slice(part.get(..room).unwrap_or(part));
}
