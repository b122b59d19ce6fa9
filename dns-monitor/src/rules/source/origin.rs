//! What the configuration says of a list's source, and what a source gives.

use std::{
    hash::{BuildHasher, RandomState},
    path::PathBuf,
    time::Duration,
};

/// Where a list comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, or a folder: then its regular files are read in the order of their names, but for hidden ones
    /// and those that end in `~`, `.tmp` or `.part`.
    Path(PathBuf),
    /// A server.
    Url {
        /// `http` or `https`; user and password go into it.
        url: String,
        /// How long a copy is good for; every wait is up to a tenth longer or shorter.
        refresh: Duration,
    },
}

/// How lists are fetched, the same for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetching {
    /// Certificates (PEM) of authorities that are trusted besides those of the web.
    pub ca_file: Option<PathBuf>,
    /// Bytes a list may have, after decompression; files of this machine too.
    pub max_bytes: u64,
    /// Time for a download in all, redirects included.
    pub timeout: Duration,
    /// Use the proxy that the environment names (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
    pub proxy_from_env: bool,
    /// Draws the jitter: the waits of two agents differ where this does.
    pub seed: u64,
}

impl Default for Fetching {
    fn default() -> Self {
        Self {
            ca_file: None,
            max_bytes: 1 << 30,
            timeout: Duration::from_secs(5 * 60),
            proxy_from_env: true,
            seed: RandomState::new().hash_one(0),
        }
    }
}

/// What there is to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The files, in the order of reading. They stay until the next call of the [`Source`](super::Source).
    pub files: Vec<PathBuf>,
    /// They are not what is in force.
    pub changed: bool,
    /// Of a URL: since the server last said that this is the newest. Of a path: since the newest file changed.
    pub age: Option<Duration>,
}
