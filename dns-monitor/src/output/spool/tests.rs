//! A spool against everything that a disk, a power failure and a full house do to it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod crash;
mod damage;

use std::{fs, path::Path};

use tempfile::TempDir;

use super::{frame::Frame, *};
use crate::{config::output, output::sink::Framing};

/// Lines that say their number.
fn lines(from: u64, events: u64) -> Vec<u8> {
    (from..from + events).flat_map(|number| format!("event {number}\n").into_bytes()).collect()
}

fn settings(size: usize, full: Full) -> output::Spool {
    output::Spool { path: None, size, full, sync: SyncPolicy::Every(Duration::from_secs(60)) }
}

fn open(folder: &TempDir) -> Spool {
    Spool::open(folder.path(), &settings(4 << 20, Full::DropOldest)).unwrap()
}

/// Appends batches of so many events each, numbered from `from` on.
fn fill(spool: &mut Spool, mut from: u64, batches: &[u64]) {
    for events in batches {
        spool.append(&lines(from, *events), *events, Framing::Lines).unwrap();
        from += events;
    }
}

/// The bytes of all files.
fn on_disk(folder: &TempDir) -> u64 {
    segment::list(folder.path()).unwrap().iter().map(|segment| segment.length).sum()
}

/// The numbers of all events that are left, each batch acknowledged.
fn drain(spool: &mut Spool) -> Vec<u64> {
    let mut numbers = Vec::new();
    let mut bytes = Vec::new();
    while let Some(read) = spool.read(1, &mut bytes).unwrap() {
        let text = String::from_utf8(std::mem::take(&mut bytes)).unwrap();
        let read_now: Vec<u64> =
            text.lines().map(|line| line.strip_prefix("event ").unwrap().parse().unwrap()).collect();
        assert_eq!(read_now.len() as u64, read.events);
        numbers.extend(read_now);
        spool.acknowledge().unwrap();
    }
    numbers
}

fn numbers(range: std::ops::Range<u64>) -> Vec<u64> {
    range.collect()
}

#[test]
fn what_goes_in_comes_out_in_order() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    fill(&mut spool, 0, &[3, 1, 5]);
    assert_eq!(spool.pending(), 9);
    assert_eq!(drain(&mut spool), numbers(0..9));
    fill(&mut spool, 9, &[2]);
    assert_eq!(drain(&mut spool), numbers(9..11));
    assert_eq!((spool.pending(), spool.take_lost()), (0, 0));
}

#[test]
fn several_batches_are_read_at_once_up_to_a_size() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    fill(&mut spool, 0, &[1, 1, 1, 1]);
    let mut bytes = Vec::new();
    let read = spool.read(16, &mut bytes).unwrap().unwrap();
    assert_eq!((read.events, bytes.as_slice()), (2, lines(0, 2).as_slice()));
    spool.acknowledge().unwrap();
    bytes.clear();
    assert_eq!(spool.read(1 << 20, &mut bytes).unwrap().unwrap().events, 2);
}

#[test]
fn what_is_not_acknowledged_is_read_again_after_a_start() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    fill(&mut spool, 0, &[2, 2, 2]);
    let mut bytes = Vec::new();
    spool.read(1, &mut bytes).unwrap();
    spool.acknowledge().unwrap();
    spool.read(1, &mut bytes).unwrap();
    spool.close().unwrap();
    drop(spool);
    let mut spool = open(&folder);
    assert_eq!(spool.pending(), 4);
    fill(&mut spool, 6, &[1]);
    assert_eq!(drain(&mut spool), numbers(2..7));
}

#[test]
fn a_spool_has_one_owner() {
    let folder = TempDir::new().unwrap();
    let _spool = open(&folder);
    let second = Spool::open(folder.path(), &settings(4 << 20, Full::DropOldest));
    assert!(matches!(second, Err(SpoolError::Taken(_))));
}

#[test]
fn a_folder_that_cannot_be_is_said() {
    let error = Spool::open(Path::new("/proc/no/spool"), &settings(4 << 20, Full::DropOldest)).err().unwrap();
    assert_eq!(error.to_string(), "/proc/no/spool: No such file or directory (os error 2)");
}

#[test]
fn what_is_delivered_leaves_the_disk() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    for round in 0..40 {
        fill(&mut spool, round * 10_000, &[10_000]);
        assert_eq!(drain(&mut spool), numbers(round * 10_000..(round + 1) * 10_000));
    }
    assert!(spool.bytes() < 512 << 10, "{}", spool.bytes());
    assert_eq!(spool.bytes(), on_disk(&folder));
    drop(spool);
    assert_eq!(open(&folder).bytes(), on_disk(&folder));
    assert_eq!(segment::list(folder.path()).unwrap().len(), 1);
}

/// Each batch has some 128 KB.
#[test]
fn a_full_spool_loses_what_the_settings_say() {
    for (full, kept_from) in [(Full::DropOldest, None), (Full::DropNewest, Some(0))] {
        let folder = TempDir::new().unwrap();
        let mut spool = Spool::open(folder.path(), &settings(1 << 20, full)).unwrap();
        fill(&mut spool, 0, &[10_000; 30]);
        assert!(spool.bytes() <= 1 << 20);
        assert_eq!(spool.bytes(), on_disk(&folder), "{full:?}");
        let lost = spool.take_lost();
        assert!(lost > 0 && lost < 300_000, "{lost}");
        assert_eq!(spool.pending() + lost, 300_000);
        let first = kept_from.unwrap_or(lost);
        assert_eq!(drain(&mut spool), numbers(first..first + 300_000 - lost), "{full:?}");
        assert_eq!(spool.take_lost(), 0);
    }
}

/// What is on its way to the collector while its file is thrown out is not lost.
#[test]
fn what_is_under_way_is_not_thrown_out() {
    let folder = TempDir::new().unwrap();
    let mut spool = Spool::open(folder.path(), &settings(1 << 20, Full::DropOldest)).unwrap();
    fill(&mut spool, 0, &[10_000]);
    let mut bytes = Vec::new();
    assert_eq!(spool.read(1, &mut bytes).unwrap().unwrap().events, 10_000);
    fill(&mut spool, 10_000, &[10_000; 29]);
    spool.acknowledge().unwrap();
    let lost = spool.take_lost();
    let rest = drain(&mut spool);
    assert_eq!(rest.last(), Some(&299_999));
    assert_eq!(10_000 + lost + rest.len() as u64, 300_000);
}

#[test]
fn framings_do_not_mix() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    spool.append(b"a\n", 1, Framing::Lines).unwrap();
    spool.append(b"\0\0\0\x01b", 1, Framing::Lengths).unwrap();
    let mut bytes = Vec::new();
    for framing in [Framing::Lines, Framing::Lengths] {
        assert_eq!(spool.read(1 << 20, &mut bytes).unwrap(), Some(Read { events: 1, framing }));
        spool.acknowledge().unwrap();
    }
}

/// Only a disk that is full is a reason to lose something.
#[test]
fn what_the_disk_refuses_is_still_the_callers() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    fs::remove_dir_all(folder.path()).unwrap();
    for _ in 0..3 {
        assert!(!is_full(&spool.append(b"event 0\n", 1, Framing::Lines).unwrap_err()));
        assert_eq!((spool.pending(), spool.bytes(), spool.take_lost()), (0, 0, 0));
    }
    fs::create_dir(folder.path()).unwrap();
    fill(&mut spool, 0, &[2]);
    assert_eq!((drain(&mut spool), spool.take_lost()), (numbers(0..2), 0));
}

#[test]
fn the_oldest_event_has_an_age() {
    let start = Instant::now();
    let second = |number: u64| start + Duration::from_secs(number);
    let mut ages = Ages::found(&[]);
    assert_eq!(ages.of(0), None);
    for number in 0..100 {
        ages.came(number, start + Duration::from_millis(100 * number));
    }
    // One mark a second.
    let cases = [(0, 0), (9, 0), (10, 1), (55, 5), (54, 5), (99, 9), (1000, 9)];
    for (event, expected) in cases {
        assert_eq!(ages.of(event), Some(second(expected)), "{event}");
    }
    ages.clear();
    // Days of marks are few, and none is later than the event.
    for number in 0..200_000 {
        ages.came(number, second(number));
    }
    for event in [0, 1000, 150_000, 199_999] {
        let of = ages.of(event).unwrap();
        assert!(of <= second(event) && of + Duration::from_secs(512) >= second(event), "{event}");
    }
}

#[test]
fn an_age_survives_a_start() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    assert_eq!(spool.oldest(), None);
    fill(&mut spool, 0, &[1]);
    drop(spool);
    let mut spool = open(&folder);
    assert!(spool.oldest().unwrap() <= Instant::now());
    drain(&mut spool);
    assert_eq!(spool.oldest(), None);
}
