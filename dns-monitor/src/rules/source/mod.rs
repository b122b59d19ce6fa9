//! Where the text of a list comes from: files of this machine, or a server.
//!
//! What was read and found good is kept as a copy in the state folder, and is the last good one until
//! another is. So a list that is cut short, or a server that is down, takes nothing away.
//!
//! The order of calls, for each list: [`Source::refresh`] gives the files; the caller reads them and asks
//! [`judge()`]; then [`Source::accept`], or [`Source::fall_back`].
//!
//! ```text
//! path ─▶ files ──────────────────────────┐
//! url ─▶ schedule ─▶ fetch ─▶ store: draft ┴▶ (read, judge) ─┬▶ accept ─▶ store: good copy, record
//!                                                           └▶ fall back to the good copy
//! ```

mod address;
mod copy;
mod error;
mod fetch;
mod files;
mod judge;
mod kept;
mod local;
mod origin;
mod record;
mod remote;
mod schedule;
mod store;
#[cfg(test)]
mod tests;
mod tls;
mod watch;

use std::{
    mem,
    path::{Path, PathBuf},
    time::Instant,
};

pub use self::{
    error::{FetchError, SourceError, Stays, Warning},
    fetch::MAX_REDIRECTS,
    judge::{Refusal, SHRINK, SHRINK_FROM, Totals, judge},
    origin::{Fetching, Origin, Refreshed},
    watch::Watch,
};
use self::{
    kept::{InForce, Kept, Offer, since},
    local::Local,
    record::Record,
    remote::Remote,
    store::Store,
};

/// One list's source, with its state on disk. One process may accept; others may look beside it.
#[derive(Debug)]
pub struct Source {
    place: Place,
    kept: Kept,
}

#[derive(Debug)]
enum Place {
    Local(Local),
    Remote(Remote),
}

impl Source {
    /// The source of the list `name`; `state` is the folder in which all lists keep their copies. Nothing is
    /// fetched yet. [`Self::take_warnings`] tells of a state that cannot be read.
    #[must_use]
    pub fn new(name: &str, origin: Origin, settings: &Fetching, state: &Path) -> Self {
        let (store, settings) = (Store::new(state, name), settings.clone());
        match origin {
            Origin::Path(path) => {
                let (origin, from) = (path.as_os_str().as_encoded_bytes(), path.display().to_string());
                let kept = Kept::load(store, settings, origin, from);
                Self { place: Place::Local(Local { path }), kept }
            }
            Origin::Url { url, refresh } => {
                let mut remote = Remote::new(name, url.clone(), refresh, settings.seed);
                let kept = Kept::load(store, settings, url.as_bytes(), remote.shown());
                if let Some(good) = &kept.good {
                    remote.resume(since(good.record.checked));
                }
                Self { place: Place::Remote(remote), kept }
            }
        }
    }

    /// The files to read now. Of a URL the newest copy, downloaded where that is due, or `force`d; this takes as
    /// long as the timeout at most.
    ///
    /// # Errors
    /// The text cannot be had; the error says what stays in force. [`Self::fall_back`] gives it.
    pub fn refresh(&mut self, force: bool) -> Result<Refreshed, SourceError> {
        match &mut self.place {
            Place::Local(local) => local.refresh(&mut self.kept),
            Place::Remote(remote) => remote.refresh(&mut self.kept, force),
        }
    }

    /// What was read is in force: it becomes the last good one, on disk too.
    ///
    /// # Errors
    /// It is in force, but no copy could be kept.
    pub fn accept(&mut self, totals: Totals) -> Result<(), SourceError> {
        match (self.kept.offer.take(), &self.place) {
            (Some(Offer::Files(stamp)), Place::Local(local)) => local.accept(&mut self.kept, stamp, totals),
            (Some(Offer::Download(draft, record)), _) => {
                self.kept.in_force = Some(InForce::Good);
                self.kept.accept(draft, Record { totals, ..*record })
            }
            _ => {
                self.kept.in_force = Some(InForce::Good);
                self.kept.update(|record| record.totals = totals)
            }
        }
    }

    /// What was read was refused, or there was nothing: the files of the last good one, if there is one, which is
    /// then in force.
    pub fn fall_back(&mut self) -> Option<Vec<PathBuf>> {
        self.kept.fall_back()
    }

    /// When to call [`Self::refresh`] again. `None`: when [`Watch`] says so.
    #[must_use]
    pub const fn due(&self) -> Option<Instant> {
        match &self.place {
            Place::Local(_) => None,
            Place::Remote(remote) => Some(remote.due()),
        }
    }

    /// The totals of the last good one, for [`judge()`]; `None` where its copy is gone: who wants a list that is refused
    /// deletes it.
    #[must_use]
    pub fn last(&self) -> Option<Totals> {
        let good = self.kept.good.as_ref().filter(|good| good.files().is_ok());
        good.map(|good| good.record.totals)
    }

    /// What is odd and was not told yet.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        mem::take(&mut self.kept.warnings)
    }

    /// The folder of the last good copy and its record. Who wants a list that is refused deletes it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.kept.store.folder()
    }

    /// How reports call one of the files: a copy goes by the name of what it is a copy of, which does not change
    /// with every download and has nothing secret in it.
    #[must_use]
    pub fn label(&self, file: &Path) -> String {
        match &self.place {
            Place::Local(local) => local.label(file),
            Place::Remote(remote) => remote.shown(),
        }
    }
}
