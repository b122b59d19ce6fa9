//! Files as data: what stands in them, and what is said of it.

mod broken;
mod detection;
mod servers;
mod tables;

use jiff::tz::TimeZone;

use super::{Bad, Context, Format, Reader, Sink};
use crate::identity::{assignment::Change, tests::show};

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
