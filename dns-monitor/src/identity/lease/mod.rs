//! Files that say who has which address: what stands in them, in any format, becomes [`Change`]s.
//!
//! A [`Reader`] takes the text of one file piece by piece, as it grows, and gives back what is only half written. What a
//! format means is said in the module that reads it.

mod bad;
mod detect;
mod dnsmasq;
mod hosts;
mod isc;
mod kea;
mod lines;
pub(super) mod name;
mod networkd;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod windows;

use clap::ValueEnum;
use jiff::tz::TimeZone;
use serde::Serialize;

pub use bad::{Bad, MAX_LINE};
pub use detect::{HEAD, detect};
use lines::Out;

use super::assignment::Change;

/// What a file of leases looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One of the others, by its first lines.
    #[default]
    Auto,
    /// `dhcpd.leases` and `dhcpd6.leases` of ISC dhcpd.
    Isc,
    /// CSV of Kea, IPv4 or IPv6.
    Kea,
    /// `dnsmasq.leases`.
    Dnsmasq,
    /// The audit log of the DHCP server of Windows.
    Windows,
    /// JSON of the DHCP server of systemd-networkd.
    Networkd,
    /// `ip,name,mac`.
    Table,
    /// `ip name …`, as `/etc/hosts`.
    Hosts,
}

impl Format {
    /// Whether such a file grows at its end, and its last word on an address counts. The others are written anew, and
    /// what is not in them any more is over.
    #[must_use]
    pub const fn grows(self) -> bool {
        matches!(self, Self::Isc | Self::Kea | Self::Windows)
    }
}

/// What a reader has to know beside the text.
#[derive(Clone, Debug)]
pub struct Context {
    /// When the text was written at the latest, ns since the Unix epoch: what the file says without a time.
    pub seen: u64,
    /// From when on leases are from the future and not believed, ns since the Unix epoch.
    pub future: u64,
    /// The zone of local times.
    pub zone: TimeZone,
    /// How long a lease lasts where only its end is known, ns.
    pub lease_time: Option<u64>,
}

/// Who wants to know what is in a file.
pub trait Sink {
    /// What a line says. `line` counts from 1; of JSON, whose lines mean nothing, it is the number of the lease.
    fn change(&mut self, line: u64, change: Change);
    /// A line of which something cannot be believed. `whole` is whether nothing of it was.
    fn bad(&mut self, line: u64, why: Bad, whole: bool);
}

/// Reads one file, piece by piece.
#[derive(Debug)]
pub struct Reader {
    line: u64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Isc(isc::Reader),
    Kea(kea::Reader),
    Dnsmasq(dnsmasq::Reader),
    Windows,
    Networkd,
    Table(table::Reader),
    Hosts,
}

impl Reader {
    /// A reader at the beginning of a file. [`Format::Auto`] is what [`detect`] is for; here it is a hosts file.
    #[must_use]
    pub fn new(format: Format) -> Self {
        let kind = match format {
            Format::Isc => Kind::Isc(isc::Reader::default()),
            Format::Kea => Kind::Kea(kea::Reader::default()),
            Format::Dnsmasq => Kind::Dnsmasq(dnsmasq::Reader::default()),
            Format::Windows => Kind::Windows,
            Format::Networkd => Kind::Networkd,
            Format::Table => Kind::Table(table::Reader::default()),
            Format::Hosts | Format::Auto => Kind::Hosts,
        };
        Self { line: 0, kind }
    }

    /// Reads what is complete, and says how many bytes that were. The rest is given again, with what follows it.
    pub fn read(&mut self, text: &[u8], context: &Context, sink: &mut dyn Sink) -> usize {
        let mut out = Out { sink, context, line: self.line };
        let read = match &mut self.kind {
            Kind::Isc(reader) => lines::each(text, &mut out, |line, out| reader.line(line, out)),
            Kind::Kea(reader) => lines::each(text, &mut out, |line, out| reader.line(line, out)),
            Kind::Dnsmasq(reader) => lines::each(text, &mut out, |line, out| reader.line(line, out)),
            Kind::Windows => lines::each(text, &mut out, windows::line),
            Kind::Table(reader) => lines::each(text, &mut out, |line, out| reader.line(line, out)),
            Kind::Hosts => lines::each(text, &mut out, hosts::line),
            // Half of it is no JSON.
            Kind::Networkd => 0,
        };
        self.line = out.line;
        read
    }

    /// Reads the rest of a file to which nothing will be added. People may leave out the end of the last line; what
    /// a server writes is then not whole.
    pub fn finish(&mut self, rest: &[u8], context: &Context, sink: &mut dyn Sink) {
        let is_open = match &self.kind {
            Kind::Networkd => {
                networkd::read(rest, &mut Out { sink, context, line: self.line });
                return;
            }
            Kind::Hosts | Kind::Table(_) => {
                self.read(&[rest, b"\n"].concat(), context, sink);
                return;
            }
            Kind::Isc(reader) => reader.is_open(),
            Kind::Kea(_) | Kind::Dnsmasq(_) | Kind::Windows => false,
        };
        if is_open || !rest.trim_ascii().is_empty() {
            let line = self.line.saturating_add(u64::from(!rest.is_empty()));
            sink.bad(line, Bad::HalfWritten, true);
        }
    }
}
