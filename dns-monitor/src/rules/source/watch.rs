//! Which lists changed on disk: a look at every path now and then, no inotify.
//!
//! Rules are reloaded seldom and folders are small, so that a look costs a `stat` a file; and it
//! works where inotify does not, on network file systems and across bind mounts.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::files::Stamp;

/// A file that changed less than this ago may still be written.
const SETTLE: Duration = Duration::from_secs(1);

/// The lists that have a path.
#[derive(Debug)]
pub struct Watch {
    lists: Vec<Watched>,
}

#[derive(Debug)]
struct Watched {
    name: String,
    path: PathBuf,
    /// As it was when it was last reported, or at first.
    seen: Look,
    /// A change that may not be over, and when it was first seen.
    pending: Option<(Look, SystemTime)>,
}

/// What a look gave; a path that cannot be read is a state like any other.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Look {
    Files(Stamp),
    Failed(io::ErrorKind),
}

impl Watch {
    /// Watches lists, each with its name and path. Do this before they are read: what changes later
    /// is then not missed.
    pub fn new(lists: impl IntoIterator<Item = (String, PathBuf)>) -> Self {
        let watched = |(name, path): (String, PathBuf)| {
            let seen = Look::at(&path);
            Watched { name, path, seen, pending: None }
        };
        Self { lists: lists.into_iter().map(watched).collect() }
    }

    /// The names of the lists that changed since they were last reported, once nobody writes them
    /// any more: a file that changed less than a second before `now` waits for the next look.
    pub fn changed(&mut self, now: SystemTime) -> Vec<String> {
        self.lists.iter_mut().filter_map(|list| list.changed(now).then(|| list.name.clone())).collect()
    }
}

impl Watched {
    fn changed(&mut self, now: SystemTime) -> bool {
        let look = Look::at(&self.path);
        if look == self.seen {
            self.pending = None;
            return false;
        }
        let since = match self.pending.take() {
            Some((pending, since)) if pending == look => since,
            _ => now,
        };
        // The second test is for files with a time in the future, and for those that are gone.
        if !look.rests(now) && !rested(since, now) {
            self.pending = Some((look, since));
            return false;
        }
        self.seen = look;
        true
    }
}

impl Look {
    fn at(path: &Path) -> Self {
        Stamp::of(path).map_or_else(|error| Self::Failed(error.kind()), Self::Files)
    }

    /// Whether nothing was written of late.
    fn rests(&self, now: SystemTime) -> bool {
        match self {
            Self::Files(stamp) => stamp.newest().is_some_and(|newest| rested(newest, now)),
            Self::Failed(_) => false,
        }
    }
}

/// Whether `since` is long enough before `now`.
fn rested(since: SystemTime, now: SystemTime) -> bool {
    now.duration_since(since).is_ok_and(|elapsed| elapsed >= SETTLE)
}
