//! A block list of any bytes in every format: no panic, names are canonical, expressions can be compiled.
#![no_main]

use clap::ValueEnum;
use dns_monitor::rules::{
    entry::{Entry, Pattern},
    list::{Bad, Format, Sink, read},
    name::{self, Shown},
};
use libfuzzer_sys::fuzz_target;

struct Strict;

impl Sink for Strict {
    fn entry(&mut self, _: u32, entry: Entry<'_>) {
        match entry.pattern {
            Pattern::Name(name, _) => {
                let mut again = Vec::new();
                name::parse(Shown(name).to_string().as_bytes(), &mut again).expect("what was a name is one");
                assert_eq!(again, name);
            }
            Pattern::Regex(regex) => _ = regex::Regex::new(regex).expect("what is handed on can be compiled"),
            Pattern::Every => {}
        }
    }

    fn bad(&mut self, _: u32, why: Bad) {
        assert!(!why.to_string().is_empty());
    }
}

fuzz_target!(|data: &[u8]| {
    for format in Format::value_variants() {
        read(*format, &mut &*data, &mut Strict).expect("bytes in memory can be read");
    }
});
