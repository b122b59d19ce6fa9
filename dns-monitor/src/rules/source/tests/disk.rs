//! State folders that are broken, full, or not there.

use std::fs;

use super::{
    Lab, entries, read,
    server::{Server, ok},
    text,
};
use crate::rules::source::{Source, SourceError};

fn warnings(source: &mut Source) -> Vec<String> {
    source.take_warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn broken_state_files() {
    type Break = fn(&str) -> String;
    let table: [(&str, Break, &str); 6] = [
        ("empty", |_| String::new(), "EOF"),
        ("cut short", |state| state[..state.len() / 2].to_owned(), "EOF"),
        ("junk", |_| "\u{1}\u{2}".to_owned(), "expected value"),
        ("of the future", |state| state.replace("\"version\": 1", "\"version\": 2"), "version 2 is not 1"),
        ("a way out", |state| state.replace("\"copy-", "\"copy-/../../"), "is not the name of a copy"),
        ("large", |state| state.replace('{', &format!("{{{}", " ".repeat(70_000))), "too large"),
    ];
    for (what, damage, expected) in table {
        let lab = Lab::new();
        let path = lab.path("list");
        fs::write(&path, "one").unwrap();
        let mut source = lab.local(&path);
        source.refresh(false).unwrap();
        source.accept(entries(1)).unwrap();
        let file = lab.path("lists/test/state.json");
        let state = fs::read_to_string(&file).unwrap();
        assert_ne!(damage(&state), state, "{what}");
        fs::write(&file, damage(&state)).unwrap();

        let mut source = lab.local(&path);
        let told = warnings(&mut source);
        assert!(told.len() == 1 && told[0].contains(expected), "{what}: {told:?}");
        assert!(told[0].starts_with(&format!("{}: ", file.display())), "{what}: {told:?}");
        assert_eq!((source.last(), source.fall_back()), (None, None), "{what}");
        source.refresh(false).unwrap();
        source.accept(entries(1)).unwrap();
        assert_eq!(lab.local(&path).last(), Some(entries(1)), "{what}: made whole");
    }
}

#[test]
fn damaged_copies() {
    type Break = fn(&std::path::Path);
    let table: [(&str, Break); 4] = [
        ("cut short", |copy| fs::write(copy, "g").unwrap()),
        ("other contents of the same length", |copy| fs::write(copy, "evil\n").unwrap()),
        ("gone", |copy| fs::remove_file(copy).unwrap()),
        ("one too many", |copy| fs::write(copy.with_file_name("more"), "evil").unwrap()),
    ];
    for (what, damage) in table {
        let lab = Lab::new();
        let server = Server::http([ok("good\n"), ok("good\n")]);
        let mut source = lab.url(&server.url("/list"));
        let copy = source.refresh(false).unwrap().files;
        source.accept(entries(1)).unwrap();
        damage(&copy[0]);

        let mut source = lab.url(&server.url("/list"));
        assert_eq!(source.fall_back(), None, "{what}");
        assert!(warnings(&mut source)[0].contains("damaged or gone"), "{what}");
        let mut source = lab.url(&server.url("/list"));
        assert_eq!(read(&source.refresh(false)), ("good\n".to_owned(), true), "{what}: fetched again");
        assert!(!server.requests()[1].to_lowercase().contains("\r\nif-"), "{what}");
    }
}

/// State folders that take nothing. Root ignores modes, so that a file stands where the folder should.
const UNWRITABLE: [&str; 2] = ["lists", "lists/test"];

fn block(lab: &Lab, place: &str) {
    let file = lab.path(place);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, "a file").unwrap();
}

#[test]
fn a_download_without_a_state_folder() {
    for place in UNWRITABLE {
        let lab = Lab::new();
        block(&lab, place);
        let server = Server::http([ok("one\n"), ok("two\n")]);
        let mut source = lab.url(&server.url("/list"));
        source.take_warnings();
        assert_eq!(read(&source.refresh(false)), ("one\n".to_owned(), true), "{place}");
        assert!(warnings(&mut source)[0].contains("make the state folder writable"), "{place}");
        source.accept(entries(1)).unwrap();
        assert_eq!(read(&source.refresh(true)), ("two\n".to_owned(), true), "{place}");
        let temporary = source.fall_back().unwrap();
        assert_eq!(text(&temporary), "one\n", "{place}");
        assert_eq!(source.last(), Some(entries(1)), "{place}");
        drop(source);
        assert!(!temporary[0].exists(), "{place}: nothing is left behind");
        assert_eq!(lab.url(&server.url("/list")).fall_back(), None, "{place}");
    }
}

#[test]
fn files_without_a_state_folder() {
    for place in UNWRITABLE {
        let lab = Lab::new();
        block(&lab, place);
        let path = lab.path("list");
        fs::write(&path, "one").unwrap();
        let mut source = lab.local(&path);
        source.take_warnings();
        source.refresh(false).unwrap();
        source.accept(entries(1)).unwrap();
        assert!(warnings(&mut source)[0].contains("make the state folder writable"), "{place}");
        fs::write(&path, "other").unwrap();
        assert_eq!(read(&source.refresh(false)), ("other".to_owned(), true), "{place}");
        assert_eq!(text(&source.fall_back().unwrap()), "one", "{place}");
    }
}

#[test]
fn a_record_that_cannot_be_written() {
    let lab = Lab::new();
    let path = lab.path("list");
    fs::write(&path, "one").unwrap();
    fs::create_dir_all(lab.path("lists/test/state.json/in-the-way")).unwrap();
    let mut source = lab.local(&path);
    assert_eq!(warnings(&mut source).len(), 1);
    source.refresh(false).unwrap();
    let error = source.accept(entries(1)).unwrap_err();
    assert!(matches!(error, SourceError::NotKept { .. }), "{error}");
    assert_eq!(read(&source.refresh(false)), ("one".to_owned(), false), "in force all the same");
    assert_eq!(text(&source.fall_back().unwrap()), "one");
}

#[test]
fn a_full_disk() {
    // /dev/full takes no byte; as the file of the copy it is a disk without space.
    let lab = Lab::new();
    let server = Server::http([ok("one\n")]);
    let known = super::super::fetch::Validators::default();
    let address = super::super::address::Address::parse(&server.url("/list")).unwrap();
    let full = std::path::Path::new("/dev/full");
    let error = super::super::fetch::fetch(&address, &known, &lab.settings, full).unwrap_err();
    assert!(error.to_string().starts_with("cannot be written: No space left"), "{error}");
}

#[test]
fn lists_do_not_meet() {
    let lab = Lab::new();
    let lists = lab.path("lists");
    for (name, contents) in [("a/b", "1"), ("a", "2"), ("../a", "3"), ("a%2fb", "4")] {
        let path = lab.path("list");
        fs::write(&path, contents).unwrap();
        let origin = super::Origin::Path(path);
        let mut source = Source::new(name, origin.clone(), &lab.settings, &lists);
        assert_eq!(source.last(), None, "{name}");
        source.refresh(false).unwrap();
        source.accept(entries(1)).unwrap();
        assert_eq!(source.folder().parent(), Some(&*lists), "{name}");
    }
    assert_eq!(fs::read_dir(&lists).unwrap().count(), 4);
}

#[test]
fn leftovers_of_a_crash_are_swept() {
    let lab = Lab::new();
    let path = lab.path("list");
    fs::write(&path, "one").unwrap();
    for (name, age) in [("copy-old", 100), ("copy-new", 0), ("other", 100)] {
        let folder = lab.path("lists/test").join(name);
        fs::create_dir_all(&folder).unwrap();
        let changed = std::time::SystemTime::now() - std::time::Duration::from_secs(age * 3600);
        fs::File::open(&folder).unwrap().set_modified(changed).unwrap();
    }
    let mut source = lab.local(&path);
    source.refresh(false).unwrap();
    source.accept(entries(1)).unwrap();
    let left = ["copy-old", "copy-new", "other"].map(|name| lab.path("lists/test").join(name).exists());
    assert_eq!(left, [false, true, true]);
}
