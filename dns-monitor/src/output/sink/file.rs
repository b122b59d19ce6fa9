//! Lines into a file. It is rotated by size and time; older files are packed and, by and by, deleted.

mod older;
mod pack;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    io::Write as _,
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use nix::sys::statvfs::statvfs;

use self::{older::Older, pack::Packer};
use super::{Events, Receipt, SinkError};
use crate::config::output;

/// How often what is too old is looked for.
const RETENTION: Duration = Duration::from_secs(60);

/// A file that grows.
pub struct File {
    settings: output::File,
    older: Older,
    packer: Packer,
    open: Option<Open>,
    retained: Option<Instant>,
}

struct Open {
    file: fs::File,
    /// Bytes.
    length: u64,
    /// When the first line was written, by the wall clock of then.
    begun: SystemTime,
    /// How old that was when the file was opened, and when that was: a wall clock that is set makes no file older.
    age: (Duration, Instant),
}

impl File {
    /// Not opened yet.
    #[must_use]
    pub fn new(settings: &output::File) -> Self {
        let older = Older::new(&settings.path);
        let packer = Packer::new(settings.compress, older.clone());
        Self { settings: settings.clone(), older, packer, open: None, retained: None }
    }

    /// Appends all lines, or none.
    ///
    /// # Errors
    /// [`SinkError::Write`]; [`SinkError::Busy`] where the disk has too little room left.
    pub fn deliver(&mut self, events: &Events<'_>) -> Result<Receipt, SinkError> {
        self.make_room()?;
        let bytes = events.bytes;
        if self.open.as_ref().is_some_and(|open| self.is_full(open, bytes.len()) || self.is_old(open)) {
            self.rotate()?;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.opened()?,
        };
        if let Err(error) = open.file.write_all(bytes) {
            // Half a line would spoil the next one.
            let _failed = open.file.set_len(open.length);
            return Err(SinkError::Write { to: self.shown(), source: error });
        }
        open.length += bytes.len() as u64;
        self.open = Some(open);
        Ok(Receipt::all(events))
    }

    /// A file becomes old though nothing is written to it.
    ///
    /// # Errors
    /// As [`Self::deliver`].
    pub fn tend(&mut self) -> Result<(), SinkError> {
        if self.open.as_ref().is_some_and(|open| open.length > 0 && self.is_old(open)) {
            self.rotate()?;
        }
        if self.retained.is_none_or(|at| at.elapsed() >= RETENTION) {
            self.retained = Some(Instant::now());
            self.packer.pack_all();
            self.older.delete_old(self.settings.keep, self.settings.keep_size);
        }
        Ok(())
    }

    /// Writes to whatever has the name from now on.
    pub fn reopen(&mut self) {
        self.open = None;
    }

    fn is_full(&self, open: &Open, more: usize) -> bool {
        let most = self.settings.rotate_size.map(|most| most as u64);
        open.length > 0 && most.is_some_and(|most| open.length + more as u64 > most)
    }

    fn is_old(&self, open: &Open) -> bool {
        let (age, since) = open.age;
        self.settings.rotate_every.is_some_and(|every| age.saturating_add(since.elapsed()) >= every)
    }

    fn opened(&self) -> Result<Open, SinkError> {
        let open = || {
            let file = fs::OpenOptions::new().append(true).create(true).open(&self.settings.path)?;
            let metadata = file.metadata()?;
            let begun = if metadata.len() == 0 { SystemTime::now() } else { begun(&metadata) };
            // What is of tomorrow was written when the clock was wrong: it is new.
            let age = begun.elapsed().unwrap_or_default();
            Ok(Open { file, length: metadata.len(), begun, age: (age, Instant::now()) })
        };
        open().map_err(|source| SinkError::Write { to: self.shown(), source })
    }

    fn rotate(&mut self) -> Result<(), SinkError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        let failed = |source| SinkError::Write { to: self.settings.path.display().to_string(), source };
        // The name may be somebody else's by now, or nobody's.
        if self.older.is_there() {
            self.older.add(open.begun).map_err(failed)?;
        }
        drop(open);
        self.packer.pack_all();
        self.older.delete_old(self.settings.keep, self.settings.keep_size);
        Ok(())
    }

    /// Deletes older files until the file system has the room that is to stay free.
    fn make_room(&self) -> Result<(), SinkError> {
        let least = self.settings.keep_free as u64;
        loop {
            let free = if least == 0 { u64::MAX } else { free(&self.settings.path).unwrap_or(u64::MAX) };
            if free >= least {
                return Ok(());
            }
            if !self.older.delete_oldest() {
                let reason = format!("the file system has {free} bytes left, and {least} are to stay free");
                return Err(SinkError::Busy { to: self.shown(), reason, after: None });
            }
        }
    }

    fn shown(&self) -> String {
        self.settings.path.display().to_string()
    }
}

fn begun(metadata: &fs::Metadata) -> SystemTime {
    metadata.created().or_else(|_| metadata.modified()).unwrap_or_else(|_| SystemTime::now())
}

/// Bytes of the file system that we may still fill.
fn free(path: &Path) -> io::Result<u64> {
    let folder = path.parent().unwrap_or(path);
    let found = statvfs(folder)?;
    Ok(found.blocks_available().saturating_mul(found.fragment_size()))
}
