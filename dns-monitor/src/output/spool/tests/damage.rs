//! Files that are cut off or changed, at every byte.

use super::*;

const BATCHES: [u64; 4] = [2, 3, 1, 4];
const EVENTS: u64 = 10;

/// The file of a spool with [`BATCHES`].
fn written() -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    fill(&mut spool, 0, &BATCHES);
    fs::read(Segment { first: 0, length: 0, begun: None }.path(folder.path())).unwrap()
}

/// A spool whose first file is this.
fn spool_of(file: &[u8]) -> (TempDir, Spool) {
    let folder = TempDir::new().unwrap();
    fs::write(Segment { first: 0, length: 0, begun: None }.path(folder.path()), file).unwrap();
    let spool = open(&folder);
    (folder, spool)
}

/// Where each batch ends, bytes and events.
fn ends(file: &[u8]) -> Vec<(usize, u64)> {
    let mut ends = vec![(0, 0)];
    while let Some(frame) = Frame::read(&file[ends.last().unwrap().0..]) {
        let at = ends.last().unwrap().0;
        ends.push((at + frame.size() as usize, frame.end()));
        if at + frame.size() as usize == file.len() {
            break;
        }
    }
    ends
}

#[test]
fn cut_off_at_every_byte() {
    let file = written();
    let ends = ends(&file);
    assert_eq!(ends.len(), BATCHES.len() + 1);
    for length in 0..=file.len() {
        let whole = ends.iter().rev().find(|(end, _)| *end <= length).unwrap().1;
        let (_folder, mut spool) = spool_of(&file[..length]);
        assert_eq!(spool.pending(), whole, "{length}");
        // What comes then stands behind the last whole batch.
        fill(&mut spool, 100, &[1]);
        let mut expected = numbers(0..whole);
        expected.push(100);
        assert_eq!((drain(&mut spool), spool.take_lost()), (expected, 0), "{length}");
    }
}

#[test]
fn changed_at_every_byte() {
    let file = written();
    let ends = ends(&file);
    for at in 0..file.len() {
        for change in [0x01, 0xff] {
            let mut file = file.clone();
            file[at] ^= change;
            let hit = ends.windows(2).position(|pair| (pair[0].0..pair[1].0).contains(&at)).unwrap();
            let (from, to) = (ends[hit].1, ends[hit + 1].1);
            let (_folder, mut spool) = spool_of(&file);
            fill(&mut spool, EVENTS, &[1]);
            let found = drain(&mut spool);
            let expected: Vec<u64> = (0..=EVENTS).filter(|number| !(from..to).contains(number)).collect();
            assert_eq!(found, expected, "byte {at}");
            // Of the last batch of a file nobody can tell that it was whole once.
            let lost = if hit + 1 == BATCHES.len() { 0 } else { to - from };
            assert_eq!(spool.take_lost(), lost, "byte {at}");
        }
    }
}

#[test]
fn a_hole_of_zeros_is_skipped() {
    let mut file = written();
    let ends = ends(&file);
    file[ends[1].0..ends[3].0].fill(0);
    let (_folder, mut spool) = spool_of(&file);
    assert_eq!((drain(&mut spool), spool.take_lost()), ([numbers(0..2), numbers(6..10)].concat(), 4));
}

/// A file between others that is gone, or has nothing good in it.
#[test]
fn whole_files_may_be_broken() {
    for (what, contents) in [("gone", None), ("empty", Some(Vec::new())), ("noise", Some(b"DNSQ".repeat(99)))]
    {
        let folder = TempDir::new().unwrap();
        let mut spool = open(&folder);
        fill(&mut spool, 0, &[30_000; 4]);
        drop(spool);
        let segments = segment::list(folder.path()).unwrap();
        assert!(segments.len() >= 3, "{segments:?}");
        let path = segments[1].path(folder.path());
        match contents {
            None => fs::remove_file(&path).unwrap(),
            Some(contents) => fs::write(&path, contents).unwrap(),
        }
        let (from, to) = (segments[1].first, segments[2].first);
        let mut spool = open(&folder);
        let found = drain(&mut spool);
        assert_eq!(found, [numbers(0..from), numbers(to..120_000)].concat(), "{what}");
        assert_eq!(spool.take_lost(), to - from, "{what}");
    }
}

/// Without it, or with a broken one, everything is delivered, again perhaps.
#[test]
fn a_cursor_may_be_broken_at_every_byte() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    fill(&mut spool, 0, &BATCHES);
    spool.read(1, &mut Vec::new()).unwrap();
    spool.acknowledge().unwrap();
    spool.close().unwrap();
    drop(spool);
    let path = folder.path().join("cursor");
    let cursor = fs::read(&path).unwrap();
    let left = |cursor: &[u8]| {
        fs::write(&path, cursor).unwrap();
        open(&folder).pending()
    };
    assert_eq!(left(&cursor), EVENTS - 2);
    for at in 0..cursor.len() {
        let mut broken = cursor.clone();
        broken[at] ^= 0x10;
        assert_eq!((left(&broken), left(&cursor[..at])), (EVENTS, EVENTS), "{at}");
    }
}

/// The power failed: the disk has the cursor, and not what it speaks of.
#[test]
fn a_cursor_beyond_the_end_is_the_end() {
    let folder = TempDir::new().unwrap();
    let mut spool = open(&folder);
    fill(&mut spool, 0, &BATCHES);
    assert_eq!(drain(&mut spool).len() as u64, EVENTS);
    spool.close().unwrap();
    drop(spool);
    let path = Segment { first: 0, length: 0, begun: None }.path(folder.path());
    fs::write(&path, &fs::read(&path).unwrap()[..100]).unwrap();
    let mut spool = open(&folder);
    assert_eq!(spool.pending(), 0);
    fill(&mut spool, 50, &[3]);
    assert_eq!((drain(&mut spool), spool.take_lost()), (numbers(50..53), 0));
}
