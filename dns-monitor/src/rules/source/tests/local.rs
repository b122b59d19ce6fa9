//! Files and folders, and how they are watched.

use std::{
    fs,
    os::unix::fs::symlink,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{Lab, entries, read, text, told};
use crate::rules::source::{Watch, judge};

#[test]
fn which_files_of_a_folder() {
    let lab = Lab::new();
    let folder = lab.path("folder");
    fs::create_dir_all(folder.join("sub")).unwrap();
    for name in
        ["b.txt", "a.txt", "B.txt", "10", "9", ".hidden", "c~", "c.tmp", "c.part", "sub/d", "tmp", "part.txt"]
    {
        fs::write(folder.join(name), name).unwrap();
    }
    fs::write(lab.path("target"), "target").unwrap();
    symlink(lab.path("target"), folder.join("link")).unwrap();
    let refreshed = lab.local(&folder).refresh(false).unwrap();
    let names: Vec<_> =
        refreshed.files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["10", "9", "B.txt", "a.txt", "b.txt", "link", "part.txt", "tmp"]);
    assert!(refreshed.changed);
}

#[test]
fn a_file_is_read_whatever_its_name() {
    let lab = Lab::new();
    for name in [".hidden", "list~", "list.part"] {
        let path = lab.path(name);
        fs::write(&path, name).unwrap();
        let mut source = lab.local(&path);
        assert_eq!(read(&source.refresh(false)), (name.to_owned(), true));
        source.accept(entries(1)).unwrap();
        assert_eq!(text(&source.fall_back().unwrap()), name);
    }
}

#[test]
fn paths_that_cannot_be_read() {
    let lab = Lab::new();
    let folder = lab.path("folder");
    fs::create_dir(&folder).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    fs::write(lab.path("large"), vec![b'x'; 10_001]).unwrap();
    let table = [
        ("missing", lab.path("none"), "No such file or directory"),
        ("a dangling link", folder, "dangling: No such file or directory"),
        ("a device", "/dev/zero".into(), "neither a regular file nor a folder"),
        ("large", lab.path("large"), "10001 bytes are more than the 10000 that a list may have"),
    ];
    for (what, path, expected) in table {
        let mut source = lab.local(&path);
        let error = told(source.refresh(false));
        assert!(error.starts_with(&format!("{}: {expected}", path.display())), "{what}: {error}");
        assert!(error.ends_with("; there is no earlier copy, so the list is empty"), "{what}: {error}");
        assert_eq!(source.fall_back(), None, "{what}");
    }
}

#[test]
fn changes_are_what_is_not_in_force() {
    let lab = Lab::new();
    let path = lab.path("list");
    fs::write(&path, "one").unwrap();
    let mut source = lab.local(&path);
    assert_eq!(read(&source.refresh(false)), ("one".to_owned(), true));
    assert_eq!(read(&source.refresh(false)), ("one".to_owned(), true), "not accepted yet");
    source.accept(entries(1)).unwrap();
    assert_eq!(read(&source.refresh(false)), ("one".to_owned(), false));
    fs::write(&path, "other").unwrap();
    assert_eq!(read(&source.refresh(false)), ("other".to_owned(), true));
    assert_eq!(text(&source.fall_back().unwrap()), "one", "the copy is not the file");
    assert_eq!(read(&source.refresh(false)), ("other".to_owned(), true), "what was refused is not in force");
    fs::remove_file(&path).unwrap();
    assert!(told(source.refresh(false)).contains("; the last good copy, of 2"));
    assert_eq!(source.last(), Some(entries(1)));
}

#[test]
fn who_wants_a_list_that_is_refused_deletes_its_copy() {
    let lab = Lab::new();
    let path = lab.path("list");
    fs::write(&path, "many").unwrap();
    let mut source = lab.local(&path);
    source.refresh(false).unwrap();
    source.accept(entries(1000)).unwrap();
    fs::write(&path, "few").unwrap();
    source.refresh(false).unwrap();
    assert!(judge(entries(1), source.last()).is_err());
    assert_eq!(text(&source.fall_back().unwrap()), "many");
    fs::remove_dir_all(source.folder()).unwrap();
    source.refresh(false).unwrap();
    assert_eq!(judge(entries(1), source.last()), Ok(()));
    source.accept(entries(1)).unwrap();
    assert_eq!(text(&source.fall_back().unwrap()), "few");
}

#[test]
fn what_changes_while_it_is_read_is_not_kept() {
    let lab = Lab::new();
    let path = lab.path("list");
    fs::write(&path, "one").unwrap();
    let mut source = lab.local(&path);
    source.refresh(false).unwrap();
    source.accept(entries(1)).unwrap();
    fs::write(&path, "second").unwrap();
    source.refresh(false).unwrap();
    fs::write(&path, "after").unwrap();
    assert!(told(source.accept(entries(2))).contains("changed while it was read"));
    assert_eq!(read(&source.refresh(false)), ("after".to_owned(), true));
    assert_eq!(text(&source.fall_back().unwrap()), "one");
}

#[test]
fn labels_are_those_of_the_originals() {
    let lab = Lab::new();
    let (folder, file) = (lab.path("folder"), lab.path("file"));
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a"), "a").unwrap();
    fs::write(&file, "a").unwrap();
    for (path, expected) in [(&folder, folder.join("a")), (&file, file.clone())] {
        let mut source = lab.local(path);
        let original = source.refresh(false).unwrap().files;
        source.accept(entries(1)).unwrap();
        let copy = source.fall_back().unwrap();
        assert_ne!(original, copy);
        for file in [&original[0], &copy[0]] {
            assert_eq!(source.label(file), expected.display().to_string());
        }
    }
    let source = lab.url("https://user:secret@host/list?key=secret");
    assert_eq!(source.label(Path::new("/any/list")), "https://host/list?…");
}

/// Sets when a file was changed, s after the test's beginning of time.
fn touch(path: &Path, seconds: u64) {
    fs::File::open(path).unwrap().set_modified(at(seconds)).unwrap();
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn write(path: &Path, contents: &str, seconds: u64) {
    fs::write(path, contents).unwrap();
    touch(path, seconds);
}

/// A file `one`, a folder `many` with a file `a`, a path `none`, all of them old.
fn watched() -> (Lab, Watch) {
    let lab = Lab::new();
    fs::create_dir(lab.path("many")).unwrap();
    write(&lab.path("one"), "one", 0);
    write(&lab.path("many/a"), "a", 0);
    let watch = Watch::new(["one", "many", "none"].map(|name| (name.to_owned(), lab.path(name))));
    (lab, watch)
}

#[test]
fn watching() {
    type Change = fn(&Lab);
    type Expected = (u64, &'static [&'static str]);
    // what, the change, then looks: at which second, and what changed
    let table: [(&str, Change, &[Expected]); 9] = [
        ("nothing", |_| (), &[(10, &[]), (20, &[])]),
        ("a file", |lab| write(&lab.path("one"), "1", 10), &[(10, &[]), (11, &["one"]), (12, &[])]),
        (
            "an old file put in its place",
            |lab| write(&lab.path("one"), "old", 5),
            &[(10, &["one"]), (11, &[])],
        ),
        ("only the time", |lab| touch(&lab.path("one"), 10), &[(20, &["one"]), (21, &[])]),
        ("a time to come", |lab| touch(&lab.path("one"), 1000), &[(10, &[]), (11, &["one"]), (12, &[])]),
        (
            "one more in a folder",
            |lab| write(&lab.path("many/b"), "b", 10),
            &[(10, &[]), (12, &["many"]), (13, &[])],
        ),
        (
            "one that is being written",
            |lab| write(&lab.path("many/b.part"), "b", 10),
            &[(10, &[]), (20, &[])],
        ),
        (
            "a file that goes",
            |lab| fs::remove_file(lab.path("one")).unwrap(),
            &[(10, &[]), (11, &["one"]), (12, &[])],
        ),
        (
            "a file that comes",
            |lab| write(&lab.path("none"), "", 10),
            &[(10, &[]), (11, &["none"]), (12, &[])],
        ),
    ];
    for (what, change, looks) in table {
        let (lab, mut watch) = watched();
        change(&lab);
        for (second, expected) in looks {
            assert_eq!(watch.changed(at(*second)), *expected, "{what}, second {second}");
        }
    }
}

#[test]
fn watching_a_slow_writer() {
    let (lab, mut watch) = watched();
    for second in 10..15 {
        write(&lab.path("one"), &"x".repeat(second), second as u64);
        assert!(watch.changed(at(second as u64)).is_empty(), "second {second}");
    }
    assert_eq!(watch.changed(at(15)), ["one"]);
}

#[test]
fn watching_a_file_that_is_replaced_by_deletion() {
    let (lab, mut watch) = watched();
    fs::remove_file(lab.path("one")).unwrap();
    assert!(watch.changed(at(10)).is_empty());
    write(&lab.path("one"), "new", 10);
    assert!(watch.changed(at(10)).is_empty());
    assert_eq!(watch.changed(at(11)), ["one"]);
}
