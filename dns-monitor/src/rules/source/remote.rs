//! Lists that a server has.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

use super::{
    FetchError, Fetching, Refreshed, SourceError, Stays, Warning,
    address::{Address, shown},
    copy::{SINGLE, digest_of_single},
    fetch::{Answer, Validators, fetch},
    kept::{InForce, Kept, Offer, now, since},
    record::Record,
    schedule::Schedule,
};

/// A server's list, and when it is asked.
#[derive(Debug)]
pub(super) struct Remote {
    url: String,
    schedule: Schedule,
    /// Why the last try failed, if it did.
    failure: Option<String>,
}

impl Remote {
    /// Due at once.
    pub(super) fn new(name: &str, url: String, refresh: Duration, seed: u64) -> Self {
        Self { url, schedule: Schedule::new(name, refresh, seed), failure: None }
    }

    /// There is a copy that was the newest `ago` before now.
    pub(super) fn resume(&mut self, ago: Duration) {
        self.schedule.succeeded(ago);
    }

    /// When to ask.
    pub(super) const fn due(&self) -> Instant {
        self.schedule.due()
    }

    /// The URL without what may be secret.
    pub(super) fn shown(&self) -> String {
        shown(&self.url)
    }

    /// Time until it is due.
    fn wait(&self) -> Duration {
        self.due().saturating_duration_since(Instant::now())
    }
}

impl Remote {
    /// Downloads the list where that is due.
    pub(super) fn refresh(&mut self, kept: &mut Kept, force: bool) -> Result<Refreshed, SourceError> {
        kept.verify();
        // With nothing to read, only a failure is a reason to wait.
        let patient = kept.good.is_some() || kept.offer.is_some() || self.failure.is_some();
        if patient && !force && !self.wait().is_zero() {
            return self.at_hand(kept);
        }
        kept.offer = None;
        if let Err(cause) = self.download(kept) {
            return Err(self.failed(cause, kept.stays()));
        }
        self.failure = None;
        self.schedule.succeeded(Duration::ZERO);
        self.at_hand(kept)
    }

    /// Asks the server; what is new becomes the offer.
    fn download(&self, kept: &mut Kept) -> Result<(), FetchError> {
        let address = Address::parse(&self.url)?;
        let known = kept.good.as_ref().map(|good| good.record.validators.clone()).unwrap_or_default();
        let settings = kept.settings.clone();
        let filled = kept.draft(|folder| fill(&address, &known, &settings, folder));
        let (draft, answer) = filled.map_err(FetchError::Write)??;
        let (digest, validators) = match answer {
            Answer::Unchanged => (None, known),
            Answer::Text { digest, validators } => (Some(digest_of_single(&digest)), validators),
        };
        match digest {
            Some(digest) if kept.good.as_ref().is_none_or(|good| good.record.digest != digest) => {
                let record = Record { digest, validators, ..kept.new_record() };
                kept.offer = Some(Offer::Download(draft, Box::new(record)));
            }
            _ => confirm(kept, validators),
        }
        Ok(())
    }

    /// The offer, or the good copy.
    fn at_hand(&self, kept: &Kept) -> Result<Refreshed, SourceError> {
        if let Some(Offer::Download(draft, record)) = &kept.offer {
            let files = vec![draft.path().join(SINGLE)];
            return Ok(Refreshed { files, changed: true, age: Some(since(record.checked)) });
        }
        if let Some(good) = &kept.good
            && let Ok(files) = good.files()
        {
            let changed = kept.in_force != Some(InForce::Good);
            return Ok(Refreshed { files, changed, age: Some(since(good.record.checked)) });
        }
        let cause = self.failure.clone().unwrap_or_default();
        Err(SourceError::Waiting { url: self.shown(), cause, retry: self.wait() })
    }

    fn failed(&mut self, cause: FetchError, stays: Stays) -> SourceError {
        self.failure = Some(cause.to_string());
        self.schedule.failed();
        SourceError::Fetch { url: self.shown(), cause: Box::new(cause), stays, retry: self.wait() }
    }
}

/// The good copy is the newest.
fn confirm(kept: &mut Kept, validators: Validators) {
    let updated = kept.update(|record| {
        record.checked = now();
        record.validators = validators;
    });
    if let Err(SourceError::NotKept { folder, source }) = updated {
        kept.warnings.push(Warning::Unwritable { folder, source });
    }
}

fn fill(
    address: &Address,
    known: &Validators,
    settings: &Fetching,
    folder: &Path,
) -> io::Result<Result<Answer, FetchError>> {
    match fetch(address, known, settings, &folder.join(SINGLE)) {
        Err(FetchError::Write(error)) => Err(error),
        answer => Ok(answer),
    }
}
