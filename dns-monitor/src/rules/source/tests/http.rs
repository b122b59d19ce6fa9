//! Downloads, good and bad.

use std::{io::Write, time::Duration};

use flate2::{Compression, write::GzEncoder};

use super::{
    Lab, entries, read,
    server::{Reply, Server, bytes, ok, raw, redirect, reply},
    text, told,
};
use crate::rules::source::SourceError;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn asks_whether_there_is_a_newer_one() {
    let modified = "Last-Modified: Wed, 01 Jul 2026 10:00:00 GMT";
    let table = [
        ("ETag", "ETag: \"one\"", "if-none-match: \"one\""),
        ("weak ETag", "ETag: W/\"one\"", "if-none-match: W/\"one\""),
        ("Last-Modified", modified, "if-modified-since: Wed, 01 Jul 2026 10:00:00 GMT"),
    ];
    for (what, header, asked) in table {
        let lab = Lab::new();
        let server = Server::http([
            reply("200 OK", &[header], b"a.example\n"),
            reply("304 Not Modified", &[], b""),
            reply("200 OK", &["ETag: \"two\""], b"b.example\n"),
        ]);
        let mut source = lab.url(&server.url("/list"));
        assert_eq!(read(&source.refresh(false)), ("a.example\n".to_owned(), true), "{what}");
        source.accept(entries(1)).unwrap();
        assert_eq!(read(&source.refresh(true)), ("a.example\n".to_owned(), false), "{what}: 304");
        assert_eq!(read(&source.refresh(true)), ("b.example\n".to_owned(), true), "{what}: new");
        source.accept(entries(1)).unwrap();
        let requests = server.requests();
        assert!(!requests[0].to_lowercase().contains("\r\nif-"), "{what}: {}", requests[0]);
        assert!(requests[1].contains(asked), "{what}: {}", requests[1]);
        assert!(requests[2].contains(asked), "{what}: {}", requests[2]);
        assert!(source.take_warnings().is_empty(), "{what}");
    }
}

#[test]
fn is_not_asked_before_it_is_due() {
    let lab = Lab::new();
    let server = Server::http([ok("a.example\n")]);
    let mut source = lab.url(&server.url("/list"));
    assert_eq!(read(&source.refresh(false)), ("a.example\n".to_owned(), true));
    assert_eq!(read(&source.refresh(false)), ("a.example\n".to_owned(), true), "not accepted yet");
    source.accept(entries(1)).unwrap();
    assert_eq!(read(&source.refresh(false)), ("a.example\n".to_owned(), false), "accepted");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_same_text_again_is_no_change() {
    let lab = Lab::new();
    let server = Server::http([ok("a.example\n"), ok("a.example\n")]);
    let mut source = lab.url(&server.url("/list"));
    source.refresh(false).unwrap();
    source.accept(entries(1)).unwrap();
    assert_eq!(read(&source.refresh(true)), ("a.example\n".to_owned(), false));
}

#[test]
fn a_refused_download_leaves_the_last_good_one() {
    let lab = Lab::new();
    let server = Server::http([ok("good\n"), ok("bad\n"), ok("better\n")]);
    let mut source = lab.url(&server.url("/list"));
    source.refresh(false).unwrap();
    source.accept(entries(1)).unwrap();
    assert_eq!(read(&source.refresh(true)), ("bad\n".to_owned(), true));
    assert_eq!(text(&source.fall_back().unwrap()), "good\n");
    assert_eq!(read(&source.refresh(false)), ("good\n".to_owned(), false), "not due");
    assert_eq!(read(&source.refresh(true)), ("better\n".to_owned(), true));
}

#[test]
fn follows_redirects() {
    let lab = Lab::new();
    let other = Server::http([ok("moved\n")]);
    let server = Server::http([redirect("/two"), redirect(&other.url("/three"))]);
    let url = server.url("/one").replace("http://", "http://user:secret@");
    let mut source = lab.url(&url);
    assert_eq!(read(&source.refresh(false)), ("moved\n".to_owned(), true));
    let paths: Vec<String> =
        server.requests().iter().map(|head| head.lines().next().unwrap().to_owned()).collect();
    assert_eq!(paths, ["GET /one HTTP/1.1", "GET /two HTTP/1.1"]);
    assert!(server.requests()[0].to_lowercase().contains("authorization: basic "));
    assert!(!other.requests()[0].to_lowercase().contains("authorization"), "the password goes nowhere else");
}

/// What the server does, and what the operator is told of it.
fn failures() -> Vec<(&'static str, Vec<Reply>, &'static str)> {
    let large = vec![b'x'; 20_000];
    let chunked = [b"4e20\r\n".as_slice(), &large, b"\r\n0\r\n\r\n"].concat();
    let zipped = gzip(&large);
    let short = &gzip(b"a.example\nb.example\n")[..20];
    let redirects = (1..=6).map(|n| redirect(&format!("/{n}?key=secret"))).collect();
    let too_large = "more than the 10000 bytes that a list may have";
    let cut = "the connection was cut before the end";
    let gzip = "Content-Encoding: gzip";
    vec![
        (
            "not found",
            vec![reply("404 Not Found", &[], b"no")],
            "the server answers 404: has the list moved?",
        ),
        (
            "forbidden",
            vec![reply("403 Forbidden", &[], b"no")],
            "the server answers 403: does the URL need a password or a key?",
        ),
        ("broken", vec![reply("500 Oops", &[], b"no")], "the server answers 500"),
        ("a 304 nobody asked for", vec![reply("304 Not Modified", &[], b"")], "the server answers 304"),
        ("part of it", vec![reply("206 Partial Content", &[], b"no")], "the server answers 206"),
        ("too large, and says so", vec![raw("200 OK", &["Content-Length: 20000"], b"")], too_large),
        ("too large, in chunks", vec![raw("200 OK", &["Transfer-Encoding: chunked"], &chunked)], too_large),
        ("too large, until it closes", vec![raw("200 OK", &[], &large)], too_large),
        ("too large when unpacked", vec![reply("200 OK", &[gzip], &zipped)], too_large),
        ("cut by length", vec![raw("200 OK", &["Content-Length: 100"], b"a.example\n")], cut),
        ("cut in a chunk", vec![raw("200 OK", &["Transfer-Encoding: chunked"], b"64\r\na.example\n")], cut),
        ("cut between chunks", vec![raw("200 OK", &["Transfer-Encoding: chunked"], b"2\r\na\n\r\n")], cut),
        ("cut in gzip", vec![raw("200 OK", &[gzip], short)], cut),
        ("cut at once", vec![Reply::Down], cut),
        ("a loop", vec![redirect("/b"), redirect("/list")], "a redirect loop: back to {base}/list"),
        ("a loop of one", vec![redirect("/list")], "a redirect loop: back to {base}/list"),
        ("too many redirects", redirects, "more than 5 redirects, the last to {base}/6?…"),
        (
            "a redirect elsewhere",
            vec![redirect("file:///etc/shadow")],
            "file: URLs are not possible: use http:// or https://, or path for a file",
        ),
    ]
}

#[test]
fn a_failure_leaves_the_last_good_one() {
    for (what, script, why) in failures() {
        let lab = Lab::new();
        let server = Server::http([ok("good\n")].into_iter().chain(script));
        let mut source = lab.url(&server.url("/list"));
        source.refresh(false).unwrap();
        source.accept(entries(1)).unwrap();
        let error = told(source.refresh(true));
        let base = server.url("");
        let why = why.replace("{base}", &base);
        assert!(
            error.starts_with(&format!("{base}/list: {why}; the last good copy, of ")),
            "{what}: {error}"
        );
        assert_eq!(text(&source.fall_back().unwrap()), "good\n", "{what}");
        assert_eq!(read(&source.refresh(false)), ("good\n".to_owned(), false), "{what}");
    }
}

#[test]
fn a_failure_at_first_leaves_nothing() {
    for (what, script, why) in failures() {
        let lab = Lab::new();
        let server = Server::http(script);
        let mut source = lab.url(&server.url("/list"));
        let error = told(source.refresh(false));
        let why = why.replace("{base}", &server.url(""));
        assert!(error.contains(&format!("{why}; there is no earlier copy")), "{what}: {error}");
        assert_eq!(source.fall_back(), None, "{what}");
        let copies = lab.path("lists/test").read_dir().unwrap().count();
        assert_eq!(copies, 0, "{what}: what arrived in part is gone");
    }
}

#[test]
fn a_failing_server_is_left_alone_for_a_while() {
    let lab = Lab::new();
    let server = Server::http([reply("500 Oops", &[], b""), reply("500 Oops", &[], b""), ok("a.example\n")]);
    let mut source = lab.url(&server.url("/list?key=secret"));
    let retry = |result| match result {
        Err(SourceError::Fetch { retry, .. } | SourceError::Waiting { retry, .. }) => {
            retry.as_secs_f64().round()
        }
        other => panic!("{other:?}"),
    };
    let first = retry(source.refresh(false));
    assert!((27.0..=33.0).contains(&first), "{first}");
    let waiting = told(source.refresh(false));
    assert!(waiting.contains("/list?…: the last try failed (the server answers 500); "), "{waiting}");
    let second = retry(source.refresh(true));
    assert!((54.0..=66.0).contains(&second), "{second}");
    assert_eq!(server.requests().len(), 2);
    assert_eq!(read(&source.refresh(true)), ("a.example\n".to_owned(), true));
}

#[test]
fn a_server_that_takes_for_ever_is_left() {
    let table = [
        ("never answers", "http", Reply::Hang),
        ("never shakes hands", "https", Reply::Hang),
        ("dribbles its header", "http", Reply::Dribble(b"HTTP/1.1 200 OK\r\nX-Slow: ".to_vec())),
        ("dribbles its body", "http", Reply::Dribble(bytes("200 OK", &["Content-Length: 9999"], b""))),
        ("dribbles without end", "http", Reply::Dribble(bytes("200 OK", &[], b""))),
    ];
    for (what, scheme, reply) in table {
        let mut lab = Lab::new();
        lab.settings.timeout = Duration::from_millis(500);
        let server = Server::http([reply]);
        let mut source = lab.url(&server.url("/list").replace("http", scheme));
        let error = told(source.refresh(false));
        assert!(error.contains("/list: not complete after 0.5 s; there is no"), "{what}: {error}");
    }
}

#[test]
fn unpacks_gzip() {
    let lab = Lab::new();
    let server = Server::http([reply("200 OK", &["Content-Encoding: gzip"], &gzip(b"a.example\n"))]);
    let mut source = lab.url(&server.url("/list"));
    assert_eq!(read(&source.refresh(false)), ("a.example\n".to_owned(), true));
    assert!(server.requests()[0].to_lowercase().contains("accept-encoding: gzip"));
}

#[test]
fn urls_that_are_none() {
    let table = [
        ("host/list", "host/list: not a URL (relative URL without a base): write it as https://host/path"),
        ("ftp://host/list", "ftp://host/list: ftp: URLs are not possible"),
        ("http://", "http://: not a URL (empty host)"),
    ];
    for (url, expected) in table {
        let error = told(Lab::new().url(url).refresh(false));
        assert!(error.starts_with(expected), "{url}: {error}");
    }
}
