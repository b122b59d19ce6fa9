#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    fill::{Listed, Size, TooFull},
    hash::{self, Labels},
    keys::from_seed,
    memory::{Heap, Room},
    *,
};
use crate::rules::name::{NameBuf, suffixes};

fn table(filter_words: u32, buckets: u32) -> Table {
    let (filter, buckets) = (Heap.filter(filter_words).unwrap(), Heap.buckets(buckets).unwrap());
    Table::new(from_seed(7), filter, buckets).unwrap()
}

fn listed(keys: &Keys, number: u32) -> Listed {
    let name = [&[4][..], &number.to_be_bytes()].concat();
    Listed { hash: hash::hash(&name, keys), candidate: 1 + (number % 9) as u16, line: number }
}

fn says(table: &Table, of: Listed) -> bool {
    table.find(of.hash) == Some(of.hash.rest(of.candidate, of.line))
}

#[test]
fn a_table_that_is_nine_tenths_full() {
    const BUCKETS: u32 = 4000;
    const NAMES: u32 = BUCKETS * SLOTS as u32 * 9 / 10;
    let table = table(NAMES / 5, BUCKETS);
    let mut all: Vec<_> = (0..NAMES).map(|number| listed(table.keys(), number)).collect();
    all.sort_by_key(|name| name.hash.place);
    table.fill(all.iter().copied()).unwrap();
    assert!(all.iter().all(|name| says(&table, *name)));
    let mut passed = 0;
    for number in NAMES..NAMES + 100_000 {
        let hash = listed(table.keys(), number).hash;
        assert_eq!(table.find(hash), None);
        passed += usize::from(table.may_have(hash));
    }
    assert!((100..3000).contains(&passed), "{passed} of 100,000 pass the filter");
}

#[test]
fn more_than_fits_is_too_full() {
    let table = table(8, 8);
    let names: Vec<_> = (0..8 * SLOTS as u32 + 1).map(|number| listed(table.keys(), number)).collect();
    assert_eq!(table.fill(names.into_iter()), Err(TooFull));
}

#[test]
fn sizes() {
    let cases = [
        (0, 8, 8),
        (1000, 200, 500),
        (200_000, 40_000, 50_000),
        (575_000, 115_000, 100_000),
        (7_000_000, 1_400_000, 1_000_000),
    ];
    for (names, filter_words, buckets) in cases {
        assert_eq!(Size::for_names(names), Some(Size { filter_words, buckets }), "{names} names");
    }
    for names in [1_000_000, 10_000_000] {
        let Size { filter_words, buckets } = Size::for_names(names).unwrap();
        let bytes = filter_words as usize * 8 + buckets as usize * size_of::<Bucket>();
        assert!(bytes <= 24 * names, "{bytes} bytes for {names}");
    }
}

/// Large enough for some entries to know their first bucket.
const LARGE: u32 = 130_000;
/// As many as a table of that size has.
const NAMES: u32 = LARGE / 8 * 46;

fn large() -> (Table, Vec<Listed>) {
    let table = table(LARGE, LARGE);
    let mut all: Vec<_> = (0..NAMES).map(|number| listed(table.keys(), number)).collect();
    all.sort_by_key(|name| name.hash.place);
    table.fill(all.iter().copied()).unwrap();
    (table, all)
}

#[test]
fn names_are_added_to_a_full_table_and_taken_off() {
    let (table, all) = large();
    let more: Vec<_> = (10_000_000..10_020_000).map(|number| listed(table.keys(), number)).collect();
    for name in &more {
        table.set(name.hash, name.candidate, name.line).unwrap();
    }
    assert!(all.iter().chain(&more).all(|name| says(&table, *name)));
    for name in &more {
        table.clear(name.hash);
    }
    assert!(all.iter().all(|name| says(&table, *name)));
    assert!(more.iter().all(|name| table.find(name.hash).is_none()));
}

#[test]
fn a_reader_always_finds_what_is_there() {
    let (table, all) = large();
    let done = AtomicBool::new(false);
    let (found, added) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut found = true;
            while found && !done.load(Ordering::Relaxed) {
                found = all.iter().step_by(7).all(|name| says(&table, *name));
            }
            found
        });
        let added = (0..3).all(|round| {
            let numbers = 10_000_000 + round * 20_000..10_020_000 + round * 20_000;
            let more: Vec<_> = numbers.map(|number| listed(table.keys(), number)).collect();
            let added = more.iter().all(|name| table.set(name.hash, name.candidate, name.line).is_ok());
            more.iter().for_each(|name| table.clear(name.hash));
            added
        });
        done.store(true, Ordering::Relaxed);
        (reader.join().unwrap(), added)
    });
    assert!(added, "no room");
    assert!(found, "a name was not found while others were added");
}

#[test]
fn a_name_and_those_above_it_hash_the_same_alone_and_together() {
    let keys = from_seed(1);
    let names =
        ["a", "ab", "www.example.com", "abcdefg.abcdefg", "abcdefgh.abcdefgh.x", "a.b.c.d.e.f.g.h.i.j.k.l"];
    for name in names {
        let name = NameBuf::parse(name).unwrap();
        let labels = Labels::of(name.as_bytes()).unwrap();
        let mut together = Vec::new();
        labels.hashes(&keys, [u64::MAX; 2], |depth, hash| together.push((depth, hash)));
        let mut alone: Vec<_> = suffixes(name.as_bytes()).filter(|name| !name.is_empty()).collect();
        alone.reverse();
        let alone: Vec<_> =
            alone.iter().enumerate().map(|(at, name)| (at + 1, hash::hash(name, &keys))).collect();
        assert_eq!(together, alone, "{name}");
    }
}

#[test]
fn what_is_no_name_has_no_labels() {
    let cases: [(&str, &[u8]); 3] =
        [("cut short", b"\x03ab"), ("a length without label", b"\x01a\x05"), ("too long", &[1; 256])];
    for (what, name) in cases {
        assert!(Labels::of(name).is_none(), "{what}");
    }
    assert_eq!(Labels::of(b"").unwrap().count(), 0);
}
