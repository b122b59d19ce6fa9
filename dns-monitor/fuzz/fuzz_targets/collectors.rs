//! What comes from outside once events leave: words of collectors, a spool that somebody has written into, settings of
//! outputs. The first byte says which.
#![no_main]

use std::{cell::RefCell, fs, path::Path};

use dns_monitor::{
    config::{Config, ConfigError, output},
    output::{
        sink::{Framing, dnstap, http, nats, relp},
        spool::Spool,
    },
};
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

thread_local! {
    static FOLDER: RefCell<TempDir> = RefCell::new(folder());
}

fuzz_target!(|data: &[u8]| {
    let Some((which, rest)) = data.split_first() else { return };
    match which % 6 {
        0 => dnstap::fuzz(rest),
        1 => relp::fuzz(rest),
        2 => nats::fuzz(rest),
        3 => http::fuzz::reply(rest),
        4 => FOLDER.with_borrow(|folder| spool(folder.path(), rest)),
        _ => settings(&String::from_utf8_lossy(rest)),
    }
});

/// In memory where there is such a file system.
fn folder() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).expect("a folder")
}

/// All that can be read is read, once; what is lost is counted, and what comes behind it is there.
fn spool(folder: &Path, segment: &[u8]) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        fs::remove_file(entry.path()).expect("it is ours");
    }
    fs::write(folder.join(format!("{:020}.seg", 7)), segment).expect("room");
    let mut spool = Spool::open(folder, &output::Spool::default()).expect("a spool");
    let (pending, mut seen, mut out) = (spool.pending(), 0_u64, Vec::new());
    while let Some(read) = spool.read(1 << 10, &mut out).expect("a readable file") {
        seen = seen.saturating_add(read.events);
        spool.acknowledge().expect("room");
        out.clear();
    }
    let lost = spool.take_lost();
    assert_eq!((seen.saturating_add(lost), spool.pending()), (pending, 0), "{seen} read, {lost} lost");
    if spool.append(b"{}\n", 1, Framing::Lines).is_ok() {
        let read = spool.read(1 << 10, &mut out).expect("a readable file");
        assert!(read.is_some_and(|read| read.events == 1) && out == b"{}\n");
    }
}

/// Each fault says where it is, and what is accepted reads the same when it is written again.
fn settings(text: &str) {
    let text = format!("[[output]]\n{text}");
    match Config::parse("f", &text) {
        Ok(config) => {
            let written = config.to_toml().expect("settings have a TOML form");
            // Not as it was: secrets are not told.
            let again = Config::parse("again", &written).expect("what is written is accepted");
            assert_eq!(again.to_toml().ok(), Some(written));
        }
        Err(ConfigError::Invalid(problems)) => assert!(!problems.is_empty()),
        Err(error) => unreachable!("{error}"),
    }
}
