//! A file of leases of any bytes in every format: no panic, names are printable, and it says the same in one piece as in
//! two.
#![no_main]

use clap::ValueEnum;
use dns_monitor::identity::{
    assignment::{Assignment, Change},
    lease::{Bad, Context, Format, Reader, Sink, detect},
};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

#[derive(Default, PartialEq, Debug)]
struct Said(Vec<(u64, Result<Change, Bad>)>);

impl Sink for Said {
    fn change(&mut self, line: u64, change: Change) {
        if let Change::Assigned(Assignment { name: Some(name), .. }) = &change {
            assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()), "{name:?}");
        }
        self.0.push((line, Ok(change)));
    }

    fn bad(&mut self, line: u64, why: Bad, _: bool) {
        assert!(!why.to_string().is_empty());
        self.0.push((line, Err(why)));
    }
}

fn read(format: Format, text: &[u8], split: usize) -> Said {
    let context =
        Context { seen: 1 << 60, future: 1 << 61, zone: TimeZone::UTC, lease_time: Some(3_600_000_000_000) };
    let (mut reader, mut said) = (Reader::new(format), Said::default());
    let first = reader.read(&text[..split], &context, &mut said);
    let second = first + reader.read(&text[first..], &context, &mut said);
    reader.finish(&text[second..], &context, &mut said);
    said
}

fuzz_target!(|data: &[u8]| {
    let _format = detect(data);
    let split = data.first().map_or(0, |byte| usize::from(*byte) % (data.len() + 1));
    for format in Format::value_variants() {
        assert_eq!(read(*format, data, 0), read(*format, data, split), "{format:?}");
    }
});
