//! Sources on real files and real connections, the latter on loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod disk;
mod http;
mod local;
mod pure;
mod restart;
mod server;
mod tls;

use std::{fs, path::Path, time::Duration};

use tempfile::TempDir;

use super::{Fetching, Origin, Refreshed, Source, SourceError, Totals};

/// A state folder, and what sources need besides.
struct Lab {
    folder: TempDir,
    settings: Fetching,
}

impl Lab {
    fn new() -> Self {
        let settings = Fetching {
            ca_file: None,
            max_bytes: 10_000,
            timeout: Duration::from_secs(20),
            proxy_from_env: false,
            seed: 1,
        };
        Self { folder: tempfile::tempdir().unwrap(), settings }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn source(&self, origin: Origin) -> Source {
        Source::new("test", origin, &self.settings, &self.path("lists"))
    }

    fn url(&self, url: &str) -> Source {
        self.source(Origin::Url { url: url.to_owned(), refresh: Duration::from_secs(3600) })
    }

    fn local(&self, path: &Path) -> Source {
        self.source(Origin::Path(path.to_owned()))
    }
}

const fn entries(entries: u64) -> Totals {
    Totals { entries, unreadable: 0 }
}

/// Everything there is to read.
fn text(files: &[std::path::PathBuf]) -> String {
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

/// What there is to read, and whether it is new.
fn read(refreshed: &Result<Refreshed, SourceError>) -> (String, bool) {
    let refreshed = refreshed.as_ref().unwrap();
    (text(&refreshed.files), refreshed.changed)
}

/// What the operator is told.
fn told<T: std::fmt::Debug>(result: Result<T, SourceError>) -> String {
    result.unwrap_err().to_string()
}
