//! What is kept of one list: the last good copy, what is in force, and what was given out to be read.

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use jiff::Timestamp;

use super::{
    error::{SourceError, Stays, Warning},
    files::{Stamp, digest},
    origin::Fetching,
    record::Record,
    store::{Draft, Good, Store},
};

/// What is kept of one list.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) settings: Fetching,
    pub(super) store: Store,
    /// Digest of the path or URL.
    origin: String,
    /// The path or URL, as it may be shown.
    from: String,
    /// The last good copy.
    pub(super) good: Option<Good>,
    pub(super) in_force: Option<InForce>,
    /// What was given out last, if it is not the good copy.
    pub(super) offer: Option<Offer>,
    pub(super) warnings: Vec<Warning>,
}

/// What the rules were made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum InForce {
    /// The good copy.
    Good,
    /// The files of the path.
    Files(Stamp),
}

/// What may become the good copy.
#[derive(Debug)]
pub(super) enum Offer {
    /// The files of the path.
    Files(Stamp),
    /// A download, with all that is known of it but its totals.
    Download(Draft, Box<Record>),
}

impl Kept {
    /// What is on disk of a list that comes from `origin`, shown as `from`.
    pub(super) fn load(store: Store, settings: Fetching, origin: &[u8], from: String) -> Self {
        let origin = digest(origin);
        let (mut good, mut warnings) = (None, Vec::new());
        let file = Record::file(store.folder());
        match Record::load(store.folder()) {
            Ok(None) => {}
            Ok(Some(record)) if record.origin == origin => good = Some(store.good(record)),
            Ok(Some(record)) => warnings.push(Warning::Moved { file, from: record.from }),
            Err(reason) => warnings.push(Warning::State { file, reason }),
        }
        Self { settings, store, origin, from, good, in_force: None, offer: None, warnings }
    }

    /// A record of what is there now.
    pub(super) fn new_record(&self) -> Record {
        Record::new(self.origin.clone(), self.from.clone(), now())
    }

    /// Fills a draft; in a temporary folder where the state folder does not take it. The outer error is that
    /// of the folder, the inner that of the source.
    pub(super) fn draft<T, E>(
        &mut self,
        fill: impl Fn(&Path) -> io::Result<Result<T, E>>,
    ) -> io::Result<Result<(Draft, T), E>> {
        let fill_draft = |draft: Draft| Ok(fill(draft.path())?.map(|filled| (draft, filled)));
        let source = match self.store.draft().and_then(fill_draft) {
            Ok(filled) => return Ok(filled),
            Err(error) => error,
        };
        self.warnings.push(Warning::Unwritable { folder: self.folder(), source });
        fill_draft(Draft::temporary()?)
    }

    /// A draft becomes the good copy.
    pub(super) fn accept(&mut self, draft: Draft, record: Record) -> Result<(), SourceError> {
        let (good, kept) = self.store.commit(draft, record, self.good.take());
        self.good = Some(good);
        kept.map_err(|source| self.not_kept(source))
    }

    /// Changes what is known of the good copy.
    pub(super) fn update(&mut self, change: impl FnOnce(&mut Record)) -> Result<(), SourceError> {
        let Some(good) = &mut self.good else { return Ok(()) };
        let before = good.record.clone();
        change(&mut good.record);
        if good.record == before {
            return Ok(());
        }
        self.store.update(good).map_err(|source| self.not_kept(source))
    }

    /// Forgets a good copy that is not what it was.
    pub(super) fn verify(&mut self) {
        if self.good.as_mut().is_some_and(|good| !good.verify())
            && let Some(good) = self.good.take()
        {
            self.warnings.push(Warning::Damaged { folder: good.folder().to_owned() });
        }
    }

    /// The files of the good copy, which is then in force.
    pub(super) fn fall_back(&mut self) -> Option<Vec<PathBuf>> {
        self.offer = None;
        self.verify();
        let files = self.good.as_ref()?.files().ok()?;
        self.in_force = Some(InForce::Good);
        Some(files)
    }

    /// What is used while nothing new can be had.
    pub(super) fn stays(&self) -> Stays {
        let taken = self.good.as_ref().and_then(|good| i64::try_from(good.record.fetched).ok());
        match taken.and_then(|seconds| Timestamp::from_second(seconds).ok()) {
            Some(time) => Stays::Copy(time),
            None if self.in_force.is_some() => Stays::Memory,
            None => Stays::Nothing,
        }
    }

    /// The error that the good copy is none after a restart.
    pub(super) fn not_kept(&self, source: io::Error) -> SourceError {
        SourceError::NotKept { folder: self.folder(), source }
    }

    fn folder(&self) -> PathBuf {
        self.store.folder().to_owned()
    }
}

/// Seconds since the Unix epoch.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// How long ago that was; nothing where the clock was set back.
pub(super) fn since(seconds: u64) -> Duration {
    Duration::from_secs(now().saturating_sub(seconds))
}
