//! Refusal, names of folders, URLs as they are shown, waits.

use std::{collections::HashSet, time::Duration};

use super::super::{
    Refusal, Totals,
    address::{Address, shown},
    judge,
    schedule::{backoff, jittered},
    store::folder_name,
};

#[test]
fn refusal() {
    use Refusal::{Empty, Shrunk, Unreadable};
    // what, (entries, unreadable), entries of the last, refused why
    let table = [
        ("a first list", (10, 0), None, None),
        ("a first list that is empty", (0, 0), None, None),
        ("binary junk", (0, 1), None, Some(Unreadable { unreadable: 1, lines: 1 })),
        ("half is readable", (5, 5), None, None),
        ("less than half is", (5, 6), None, Some(Unreadable { unreadable: 6, lines: 11 })),
        (
            "junk is called junk, not shrunk",
            (5, 6),
            Some(1000),
            Some(Unreadable { unreadable: 6, lines: 11 }),
        ),
        ("empty after one entry", (0, 0), Some(1), Some(Empty { last: 1 })),
        ("empty as before", (0, 0), Some(0), None),
        ("a tenth", (100, 0), Some(1000), None),
        ("less than a tenth", (99, 0), Some(1000), Some(Shrunk { entries: 99, last: 1000 })),
        ("the smallest list that may not shrink", (9, 0), Some(100), Some(Shrunk { entries: 9, last: 100 })),
        ("small lists may", (1, 0), Some(99), None),
        ("growing", (u64::MAX, 0), Some(100), None),
    ];
    for (what, (entries, unreadable), last, refused) in table {
        let last = last.map(|entries| Totals { entries, unreadable: 0 });
        assert_eq!(judge(Totals { entries, unreadable }, last).err(), refused, "{what}");
    }
}

#[test]
fn folder_names() {
    let long = "x".repeat(300);
    let table = [
        ("urlhaus", "urlhaus"),
        ("URL-haus_2.v1", "URL-haus_2.v1"),
        ("../../etc/passwd", "%2e.%2f..%2fetc%2fpasswd"),
        ("..", "%2e."),
        (".", "%2e"),
        (".hidden", "%2ehidden"),
        ("a/b", "a%2fb"),
        ("a%2fb", "a%252fb"),
        ("my list", "my%20list"),
        ("nul\0", "nul%00"),
        ("ü", "%c3%bc"),
        ("", "%"),
    ];
    for (name, folder) in table {
        assert_eq!(folder_name(name), folder, "{name:?}");
    }
    assert_eq!(folder_name(&long).len(), 200);
    let names = [long.clone(), format!("{long}x"), format!("{long}y"), "ü".repeat(80)];
    let folders: HashSet<String> = names.iter().map(|name| folder_name(name)).collect();
    assert_eq!(folders.len(), names.len());
}

#[test]
fn urls_without_secrets() {
    let table = [
        ("https://host/list.txt", "https://host/list.txt"),
        ("https://user:secret@host:8443/list", "https://host:8443/list"),
        ("https://host/list?key=secret", "https://host/list?…"),
        ("https://host/list#secret", "https://host/list"),
        ("HTTPS://HOST", "https://host/"),
        ("user:secret@host/list?key=secret", "…@host/list"),
        ("ftp://user:secret@host/list", "…@host/list"),
        ("nonsense", "nonsense"),
    ];
    for (url, expected) in table {
        assert_eq!(shown(url), expected, "{url}");
    }
}

#[test]
fn redirects() {
    let table = [
        ("http://a/x/y", "z?key=secret", Ok("http://a/x/z?…")),
        ("http://a/x", "/z", Ok("http://a/z")),
        ("http://a/x", "https://b/z", Ok("https://b/z")),
        ("http://a/x", "http://b/z", Ok("http://b/z")),
        ("https://a/x", "//b/z", Ok("https://b/z")),
        (
            "https://a/x",
            "http://b/z",
            Err("a redirect from https to http://b/z, which is not protected: refused"),
        ),
        (
            "https://a/x",
            "http://u:secret@b/z",
            Err("a redirect from https to http://b/z, which is not protected: refused"),
        ),
        (
            "https://a/x",
            "file:///etc/shadow",
            Err("file: URLs are not possible: use http:// or https://, or path for a file"),
        ),
        ("http://a/x", "http://", Err("a redirect to what is no URL (empty host)")),
    ];
    for (from, location, expected) in table {
        let next = Address::parse(from).unwrap().follow(location);
        let next = next.map(|next| next.to_string()).map_err(|error| error.to_string());
        assert_eq!(next, expected.map(str::to_owned).map_err(str::to_owned), "{from} -> {location}");
    }
}

#[test]
fn waits_after_failures() {
    let table = [(0, 3600, 30), (1, 3600, 60), (2, 3600, 120), (6, 3600, 1920), (7, 3600, 3600), (0, 10, 10)];
    for (earlier, refresh, expected) in table {
        let wait = backoff(earlier, Duration::from_secs(refresh));
        assert_eq!(wait, Duration::from_secs(expected), "{earlier} failures");
    }
    assert_eq!(backoff(u32::MAX, Duration::from_secs(3600)), Duration::from_secs(3600));
}

#[test]
fn jitter_is_a_tenth() {
    let table = [(0, 900), (100, 1000), (200, 1100), (201, 900), (u64::MAX, 900 + u64::MAX % 201)];
    for (draw, expected) in table {
        assert_eq!(jittered(Duration::from_secs(1000), draw), Duration::from_secs(expected), "{draw}");
    }
}
