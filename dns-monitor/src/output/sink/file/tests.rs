//! Files that grow, become older ones, and go.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeMap, io::Read as _, path::PathBuf, thread};

use tempfile::TempDir;

use super::*;
use crate::{config::output::Compression, output::sink::Framing};

const HOUR: Duration = Duration::from_secs(3600);

fn settings(folder: &TempDir) -> output::File {
    output::File {
        path: folder.path().join("events.json"),
        rotate_size: None,
        rotate_every: None,
        compress: Compression::None,
        keep: None,
        keep_size: None,
        keep_free: 0,
    }
}

fn deliver(sink: &mut File, text: &str) -> Result<Receipt, SinkError> {
    let count = text.lines().count() as u64;
    sink.deliver(&Events { bytes: text.as_bytes(), count, framing: Framing::Lines })
}

/// Every file of the folder, unpacked.
fn files(folder: &TempDir) -> BTreeMap<String, String> {
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap();
        let mut text = String::new();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("zst") => {
                zstd::stream::read::Decoder::new(&bytes[..]).unwrap().read_to_string(&mut text).unwrap()
            }
            Some("gz") => flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap(),
            _ => bytes.as_slice().read_to_string(&mut text).unwrap(),
        };
        (path.file_name().unwrap().to_str().unwrap().to_owned(), text)
    };
    fs::read_dir(folder.path()).unwrap().map(|entry| read(entry.unwrap().path())).collect()
}

#[test]
fn lines_are_appended_to_what_is_there() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("events.json"), "before\n").unwrap();
    let mut sink = File::new(&settings(&folder));
    assert_eq!(deliver(&mut sink, "a\nb\n").unwrap(), Receipt { taken: 2, ..Receipt::default() });
    assert_eq!(files(&folder), [("events.json".to_owned(), "before\na\nb\n".to_owned())].into());
}

#[test]
fn full_files_become_older_ones_and_no_line_is_cut() {
    for (compress, suffix) in
        [(Compression::None, ""), (Compression::Gzip, ".gz"), (Compression::Zstd, ".zst")]
    {
        let folder = TempDir::new().unwrap();
        let mut sink = File::new(&output::File { rotate_size: Some(100), compress, ..settings(&folder) });
        for number in 0..20 {
            deliver(&mut sink, &format!("this is line number {number:02}\nand another\n")).unwrap();
        }
        drop(sink);
        let is_packed = |name: &String| name == "events.json" || name.ends_with(suffix);
        let start = Instant::now();
        while !(files_named(&folder).len() == 10 && files_named(&folder).iter().all(is_packed)) {
            assert!(start.elapsed() < Duration::from_secs(60), "{:?}", files_named(&folder));
            thread::sleep(Duration::from_millis(5));
        }
        let files = files(&folder);
        let (current, older) = files.iter().next().unwrap();
        assert_eq!(current, "events.json");
        assert!(older.len() <= 100);
        // In the order of their names, the current one behind them.
        let all: String = files.values().skip(1).chain([older]).map(String::as_str).collect();
        let expected: String =
            (0..20).map(|number| format!("this is line number {number:02}\nand another\n")).collect();
        assert_eq!(all, expected);
    }
}

#[test]
fn a_file_is_old_though_nothing_is_written() {
    let folder = TempDir::new().unwrap();
    let every = Some(Duration::from_millis(1));
    let mut sink = File::new(&output::File { rotate_every: every, ..settings(&folder) });
    deliver(&mut sink, "a\n").unwrap();
    thread::sleep(Duration::from_millis(20));
    sink.tend().unwrap();
    let names: Vec<String> = files(&folder).into_keys().collect();
    assert!(names.len() == 1 && names[0].starts_with("events.json.2"), "{names:?}");
    sink.tend().unwrap();
    deliver(&mut sink, "b\n").unwrap();
    assert_eq!(files(&folder)["events.json"], "b\n");
}

#[test]
fn a_file_that_is_moved_away_is_let_go_when_told() {
    let folder = TempDir::new().unwrap();
    let mut sink = File::new(&settings(&folder));
    deliver(&mut sink, "a\n").unwrap();
    fs::rename(folder.path().join("events.json"), folder.path().join("moved")).unwrap();
    deliver(&mut sink, "b\n").unwrap();
    sink.reopen();
    deliver(&mut sink, "c\n").unwrap();
    let files = files(&folder);
    assert_eq!((files["moved"].as_str(), files["events.json"].as_str()), ("a\nb\n", "c\n"));
}

/// Older files, oldest first, of ten bytes each; and what is none of them.
fn with_older(folder: &TempDir, days: &[u32]) {
    for day in days {
        let path = folder.path().join(format!("events.json.202011{day:02}T000000.000Z.zst"));
        fs::write(&path, "0123456789").unwrap();
        let age = HOUR * 24 * (30 - day);
        fs::File::options().append(true).open(&path).unwrap().set_modified(SystemTime::now() - age).unwrap();
    }
    for name in ["events.json.1", "events.json.old", "other.json.20201101T000000.000Z"] {
        fs::write(folder.path().join(name), "somebody else's").unwrap();
    }
}

#[test]
fn what_is_too_old_or_too_much_goes_the_oldest_first() {
    type Case = (&'static str, Option<Duration>, Option<usize>, &'static [u32]);
    let cases: [Case; 6] = [
        ("nothing is said", None, None, &[1, 10, 20, 29]),
        ("age", Some(HOUR * 24 * 15), None, &[20, 29]),
        ("all are too old", Some(HOUR), None, &[]),
        ("size", None, Some(25), &[20, 29]),
        ("size to the byte", None, Some(30), &[10, 20, 29]),
        ("age and size", Some(HOUR * 24 * 25), Some(10), &[29]),
    ];
    for (what, keep, keep_size, left) in cases {
        let folder = TempDir::new().unwrap();
        with_older(&folder, &[1, 10, 20, 29]);
        Older::new(&settings(&folder).path).delete_old(keep, keep_size);
        let all: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let days: Vec<u32> = (1..31)
            .filter(|day| all.contains(&format!("events.json.202011{day:02}T000000.000Z.zst")))
            .collect();
        assert_eq!((days.as_slice(), all.len()), (left, left.len() + 3), "{what}: {all:?}");
    }
}

/// The clock was a year ahead once. What was written then goes before what is written now.
#[test]
fn what_is_of_tomorrow_goes_first() {
    let folder = TempDir::new().unwrap();
    with_older(&folder, &[1, 10]);
    fs::write(folder.path().join("events.json.21201101T000000.000Z.zst"), "0123456789").unwrap();
    let older = Older::new(&settings(&folder).path);
    older.delete_old(None, Some(25));
    assert!(!files_named(&folder).iter().any(|name| name.contains("2120")), "{:?}", files_named(&folder));
    assert_eq!(older.all().len(), 2);
}

/// A file that was begun in a time that is not yet is new, and grows old as any other.
#[test]
fn a_file_of_tomorrow_grows_old() {
    let folder = TempDir::new().unwrap();
    let rotate_every = Some(Duration::from_millis(50));
    let mut sink = File::new(&output::File { rotate_every, ..settings(&folder) });
    deliver(&mut sink, "a\n").unwrap();
    if let Some(open) = &mut sink.open {
        open.begun = SystemTime::now() + 1000 * HOUR;
    }
    let start = Instant::now();
    while files_named(&folder).len() < 2 {
        assert!(start.elapsed() < Duration::from_secs(60), "it is rotated");
        thread::sleep(Duration::from_millis(5));
        deliver(&mut sink, "b\n").unwrap();
    }
}

#[test]
fn room_that_is_to_stay_free_stays_free() {
    let folder = TempDir::new().unwrap();
    with_older(&folder, &[1, 10]);
    let mut sink = File::new(&output::File { keep_free: usize::MAX >> 1, ..settings(&folder) });
    let error = deliver(&mut sink, "a\n").unwrap_err();
    assert!(matches!(&error, SinkError::Busy { reason, .. } if reason.contains("to stay free")), "{error}");
    let names: Vec<String> = files_named(&folder);
    assert_eq!(
        names,
        ["events.json.1", "events.json.old", "other.json.20201101T000000.000Z"],
        "older ones went first"
    );
}

fn files_named(folder: &TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_that_cannot_be_is_said() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("no/events.json");
    let mut sink = File::new(&output::File { path: path.clone(), ..settings(&folder) });
    let error = deliver(&mut sink, "a\n").unwrap_err().to_string();
    assert_eq!(error, format!("cannot write {}: No such file or directory (os error 2)", path.display()));
    fs::create_dir(folder.path().join("no")).unwrap();
    deliver(&mut sink, "a\n").unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), "a\n");
}

/// What an agent left that ended in the middle of packing.
#[test]
fn packing_begins_anew_after_a_crash() {
    let folder = TempDir::new().unwrap();
    let name = "events.json.20201101T000000.000Z";
    fs::write(folder.path().join(name), "a\n").unwrap();
    fs::write(folder.path().join(format!("{name}.zst.part")), "half").unwrap();
    let mut sink = File::new(&output::File { compress: Compression::Zstd, ..settings(&folder) });
    sink.tend().unwrap();
    let expected = BTreeMap::from([(format!("{name}.zst"), "a\n".to_owned())]);
    let start = Instant::now();
    while files_named(&folder) != [format!("{name}.zst")] {
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", files_named(&folder));
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(files(&folder), expected);
}
