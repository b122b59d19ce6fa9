//! Files as data: what stands in them, and what is said of it.

mod broken;
mod detection;
mod servers;
mod tables;

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

use super::{Bad, Context, Format, Reader, Sink};
use crate::{config::rules::show_mac, identity::assignment::Change};

/// 2026-11-24 12:00:00 UTC: when every file of the tests was written.
pub const SEEN: u64 = 1_795_521_600_000_000_000;
const DAY: u64 = 86_400_000_000_000;

/// Description, text, what it says: `line: …` for each.
pub type Case = (&'static str, &'static str, &'static [&'static str]);

pub fn context() -> Context {
    Context { seen: SEEN, future: SEEN + DAY, zone: TimeZone::UTC, lease_time: None }
}

/// What is said, as text.
#[derive(Default)]
pub struct Said(pub Vec<String>);

impl Sink for Said {
    fn change(&mut self, line: u64, change: Change) {
        self.0.push(format!("{line}: {}", show(&change)));
    }

    fn bad(&mut self, line: u64, why: Bad, whole: bool) {
        self.0.push(format!("{line}: {}{why}", if whole { "! " } else { "? " }));
    }
}

/// `address name mac from … until … source`, without what is not known.
pub fn show(change: &Change) -> String {
    let assignment = match change {
        Change::Ended { address, at, .. } => return format!("{address} ended {}", time(*at)),
        Change::Assigned(assignment) => assignment,
    };
    let mut text = assignment.address.to_string();
    if let Some(name) = &assignment.name {
        _ = write!(text, " {name}");
    }
    if let Some(mac) = &assignment.mac {
        _ = write!(text, " {}", show_mac(mac));
    }
    if assignment.from > 0 {
        _ = write!(text, " from {}", time(assignment.from));
    }
    if let Some(until) = assignment.until {
        _ = write!(text, " until {}", time(until));
    }
    text
}

/// The time of the day of the tests, or the whole time.
fn time(nanoseconds: u64) -> String {
    let time = Timestamp::from_second((nanoseconds / 1_000_000_000) as i64).unwrap_or_default().to_string();
    time.trim_start_matches("2026-11-24T").trim_end_matches('Z').to_owned()
}

/// A whole file.
pub fn read(format: Format, text: &[u8], context: &Context) -> Vec<String> {
    let (mut reader, mut said) = (Reader::new(format), Said::default());
    let read = reader.read(text, context, &mut said);
    reader.finish(&text[read..], context, &mut said);
    said.0
}

/// A whole file, a byte more at a time, as if each were written alone.
fn read_slowly(format: Format, text: &[u8], context: &Context) -> Vec<String> {
    let (mut reader, mut said) = (Reader::new(format), Said::default());
    let mut start = 0;
    for end in 0..=text.len() {
        start += reader.read(&text[start..end], context, &mut said);
    }
    reader.finish(&text[start..], context, &mut said);
    said.0
}

pub fn check(format: Format, context: &Context, cases: &[Case]) {
    for (what, text, expected) in cases {
        assert_eq!(read(format, text.as_bytes(), context), *expected, "{what}");
        assert_eq!(read_slowly(format, text.as_bytes(), context), *expected, "{what}, byte by byte");
    }
}
