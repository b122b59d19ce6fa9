//! What the next start of the agent knows.

use std::fs;

use super::{
    Lab, entries, read,
    server::{Server, ok, reply},
    text, told,
};
use crate::rules::source::{Refusal, judge};

#[test]
fn a_server_that_is_down() {
    let lab = Lab::new();
    let server = Server::http([reply("200 OK", &["ETag: \"one\""], b"good\n")]);
    let mut source = lab.url(&server.url("/list"));
    source.refresh(false).unwrap();
    source.accept(entries(7)).unwrap();

    let mut source = lab.url(&server.url("/list"));
    assert_eq!(source.last(), Some(entries(7)));
    assert_eq!(read(&source.refresh(false)), ("good\n".to_owned(), true), "not due, and not in force yet");
    source.accept(entries(7)).unwrap();
    assert_eq!(read(&source.refresh(false)), ("good\n".to_owned(), false));
    assert_eq!(server.requests().len(), 1);

    let mut source = lab.url(&server.url("/list"));
    assert!(told(source.refresh(true)).contains("; the last good copy, of 2"));
    assert_eq!(text(&source.fall_back().unwrap()), "good\n");
    assert!(source.take_warnings().is_empty());
}

#[test]
fn the_server_is_asked_with_what_it_said_before() {
    let lab = Lab::new();
    let server =
        Server::http([reply("200 OK", &["ETag: \"one\""], b"good\n"), reply("304 Not Modified", &[], b"")]);
    let mut source = lab.url(&server.url("/list"));
    source.refresh(false).unwrap();
    source.accept(entries(1)).unwrap();
    let mut source = lab.url(&server.url("/list"));
    assert_eq!(read(&source.refresh(true)), ("good\n".to_owned(), true));
    assert!(server.requests()[1].contains("if-none-match: \"one\""));
}

#[test]
fn what_was_not_accepted_is_forgotten() {
    let lab = Lab::new();
    let server = Server::http([ok("good\n"), ok("bad\n")]);
    let mut source = lab.url(&server.url("/list"));
    source.refresh(false).unwrap();
    source.accept(entries(1)).unwrap();
    source.refresh(true).unwrap();
    drop(source);
    let mut source = lab.url(&server.url("/list"));
    assert_eq!(text(&source.fall_back().unwrap()), "good\n");
    assert_eq!(fs::read_dir(lab.path("lists/test")).unwrap().count(), 2, "state and one copy");
}

#[test]
fn a_file_that_was_cut_short() {
    let lab = Lab::new();
    let path = lab.path("list");
    let whole = "a.example\n".repeat(500);
    fs::write(&path, &whole).unwrap();
    let mut source = lab.local(&path);
    source.refresh(false).unwrap();
    source.accept(entries(500)).unwrap();
    fs::write(&path, "a.example\n").unwrap();

    let mut source = lab.local(&path);
    assert_eq!(read(&source.refresh(false)), ("a.example\n".to_owned(), true));
    assert_eq!(judge(entries(1), source.last()), Err(Refusal::Shrunk { entries: 1, last: 500 }));
    assert_eq!(text(&source.fall_back().unwrap()), whole);
}

#[test]
fn a_folder_that_was_emptied() {
    let lab = Lab::new();
    let folder = lab.path("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a"), "1").unwrap();
    fs::write(folder.join("b"), "2").unwrap();
    let mut source = lab.local(&folder);
    source.refresh(false).unwrap();
    source.accept(entries(2)).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir(&folder).unwrap();

    let mut source = lab.local(&folder);
    assert_eq!(read(&source.refresh(false)), (String::new(), true));
    assert_eq!(judge(entries(0), source.last()), Err(Refusal::Empty { last: 2 }));
    assert_eq!(text(&source.fall_back().unwrap()), "12");
}

#[test]
fn an_unchanged_file_is_not_copied_again() {
    let lab = Lab::new();
    let path = lab.path("list");
    fs::write(&path, "one").unwrap();
    let copy = |totals| {
        let mut source = lab.local(&path);
        source.refresh(false).unwrap();
        source.accept(totals).unwrap();
        source.fall_back().unwrap()
    };
    let first = copy(entries(1));
    assert_eq!(copy(entries(2)), first);
    assert_eq!(lab.local(&path).last(), Some(entries(2)), "the totals are those of the last reading");
    fs::write(&first[0], "not").unwrap();
    assert_eq!(text(&copy(entries(2))), "one", "a damaged copy is taken again");
}

#[test]
fn the_copy_of_another_origin() {
    let lab = Lab::new();
    let server = Server::http([ok("good\n")]);
    let mut source = lab.url(&server.url("/list?key=secret"));
    source.refresh(false).unwrap();
    source.accept(entries(100)).unwrap();
    let state = fs::read_to_string(lab.path("lists/test/state.json")).unwrap();
    assert!(!state.contains("secret"), "{state}");
    let mut source = lab.url(&server.url("/other"));
    assert_eq!(source.last(), None);
    assert_eq!(source.fall_back(), None);
    let warnings = source.take_warnings();
    assert!(warnings[0].to_string().contains("/list?…; it is ignored"), "{}", warnings[0]);
}
