//! The text of a block list, in any format, becomes [`Entry`]s.
//!
//! [`read`] goes through the text once, a line at a time, in memory that does not grow with it. What a format means is
//! said in the module that reads it.

mod adblock;
mod bad;
mod detect;
mod dnsmasq;
mod domains;
mod hosts;
mod lines;
mod rpz;
mod stix;
mod suricata;
#[cfg(test)]
mod tests;
mod text;
mod zeek;

use std::io::{self, BufRead, Cursor, Read};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

pub use bad::{Bad, MAX_LINE, MAX_STIX};
use lines::Out;

use super::entry::Entry;

/// How much of a text is looked at to tell its format, bytes.
const HEAD: u64 = 64 << 10;

/// What the text of a list looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One of the others, by its first lines.
    #[default]
    Auto,
    /// `0.0.0.0 name`.
    Hosts,
    /// `name`, and everything below it.
    Domains,
    /// `||name^$modifiers`, as AdGuard reads it for DNS.
    Adblock,
    /// A response policy zone.
    Rpz,
    /// `address=/name/`.
    Dnsmasq,
    /// Rules with `dns.query`, or a data set.
    Suricata,
    /// Intel of Zeek, tab-separated.
    ZeekIntel,
    /// A STIX 2.1 bundle.
    Stix,
}

/// Who wants to know what is in a list.
pub trait Sink {
    /// One entry. `line` counts from 1; of STIX, whose lines mean nothing, it is the number of
    /// the object, and 0 for the bundle around them.
    fn entry(&mut self, line: u32, entry: Entry<'_>);
    /// A line that gives no entry though it looks as if it should.
    fn bad(&mut self, line: u32, why: Bad);
}

/// Reads a list to its end, and says which format it was read as.
///
/// [`Format::Auto`] is decided by majority among the lines of the first 64 KiB; see the module `detect`. Indicators of
/// STIX are judged by the clock of the system.
///
/// # Errors
/// Those of `text`; what is wrong with a line goes to [`Sink::bad`].
pub fn read(format: Format, text: &mut dyn BufRead, sink: &mut dyn Sink) -> io::Result<Format> {
    if format != Format::Auto {
        return read_as(format, text, sink);
    }
    let mut head = Vec::new();
    text.take(HEAD).read_to_end(&mut head)?;
    let format = detect::format(&head);
    read_as(format, &mut Cursor::new(head).chain(text), sink)
}

fn read_as(format: Format, text: &mut dyn BufRead, sink: &mut dyn Sink) -> io::Result<Format> {
    let out = &mut Out::new(sink);
    match format {
        Format::Hosts => lines::each(text, out, hosts::line)?,
        Format::Auto | Format::Domains => {
            let mut column = domains::Column::default();
            lines::each(text, out, |line, out| domains::line(line, &mut column, out))?;
        }
        Format::Adblock => {
            let mut scratch = adblock::Scratch::default();
            lines::each(text, out, |line, out| adblock::line(line, &mut scratch, out))?;
        }
        Format::Rpz => {
            let mut zone = rpz::Zone::default();
            lines::each(text, out, |line, out| zone.line(line, out))?;
            zone.finish(out);
        }
        Format::Dnsmasq => lines::each(text, out, dnsmasq::line)?,
        Format::Suricata => {
            let mut reader = suricata::Reader::default();
            lines::each(text, out, |line, out| reader.line(line, out))?;
            reader.finish(out);
        }
        Format::ZeekIntel => {
            let mut fields = None;
            lines::each(text, out, |line, out| zeek::line(line, &mut fields, out))?;
        }
        Format::Stix => stix::read(text, jiff::Timestamp::now(), out)?,
    }
    Ok(format)
}
