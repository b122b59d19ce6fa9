//! Files that say who has which address, as they change.
//!
//! All of them are read once before the first event ([`read`], [`Follower::start`]). After that a thread looks at each a
//! few times a second, as `rules/source/watch.rs` does: a look costs a `stat`, and works on network file systems too. What
//! is new goes over the [`Feed`] to the thread that owns the [`History`]; where that is busy, the follower waits.
//!
//! - `files`: which files there are;
//! - `growing`: those that grow at their end;
//! - `whole`: those that are written anew;
//! - `books`: what was found, counted and told.

mod books;
mod files;
mod growing;
#[cfg(test)]
mod tests;
mod whole;

use std::{
    io, mem,
    path::Path,
    time::{Duration, SystemTime},
};

use books::Books;
pub use books::{LeaseReason, Taker};
use files::Files;

use super::{
    assignment::Change,
    feed::{Batch, Feed, Shared, Stop, Stopped, Worker},
    history::History,
};
use crate::{config::Leases, ledger::Tally, log};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Changes that travel together: few, because several such batches are taken at one go.
const BATCH: usize = 256;

/// Reads all files once, for whoever takes what they say; returns the books, in lines that say something.
pub fn read(leases: &[Leases], taker: &mut dyn Taker) -> Tally<LeaseReason> {
    let mut files = Files::new(leases);
    let mut books = Books::new(taker);
    files.look(now(), &mut books);
    files.finish(now(), &mut books);
    tell(books)
}

/// Follows all files until it is dropped.
#[derive(Debug)]
pub struct Follower {
    books: Shared<LeaseReason>,
    _worker: Worker,
}

impl Follower {
    /// Reads all files into the history, then starts the thread that follows them.
    ///
    /// # Errors
    /// The thread cannot be started. What is wrong with a file is told on standard error, and ends nothing.
    pub fn start(leases: &[Leases], feed: Feed, history: &mut History) -> io::Result<Self> {
        let mut files = Files::new(leases);
        let books = Shared::default();
        books.write(first_look(&mut files, history));
        let shared = books.clone();
        let worker = Worker::start("leases", move |stop| follow(&mut files, &shared, &feed, &stop))?;
        Ok(Self { books, _worker: worker })
    }

    /// The books, in lines that say something.
    #[must_use]
    pub fn tally(&self) -> Tally<LeaseReason> {
        self.books.read()
    }
}

fn first_look(files: &mut Files, history: &mut History) -> Tally<LeaseReason> {
    let mut books = Books::new(history);
    files.look(now(), &mut books);
    tell(books)
}

/// Tells the operator what was found.
fn tell(books: Books<'_>) -> Tally<LeaseReason> {
    let (tally, notes) = books.close();
    for note in notes {
        log::warn(format_args!("{note}"));
    }
    tally
}

fn follow(files: &mut Files, shared: &Shared<LeaseReason>, feed: &Feed, stop: &Stop) -> Result<(), Stopped> {
    let mut tally = shared.read();
    let mut channel = Channel { feed, stop, batch: Batch::default(), sent: Ok(()) };
    loop {
        let mut books = Books::new(&mut channel);
        files.look(now(), &mut books);
        tally.merge(&tell(books));
        shared.write(tally);
        channel.send();
        channel.sent?;
        stop.wait(&[], Some(LOOK))?;
    }
}

/// Changes on their way to the thread that owns the history.
struct Channel<'f> {
    feed: &'f Feed,
    stop: &'f Stop,
    batch: Batch,
    sent: Result<(), Stopped>,
}

impl Taker for Channel<'_> {
    fn take(&mut self, change: Change, _file: &Path, _line: u64) {
        self.batch.push(change);
        if self.batch.len() >= BATCH {
            self.send();
        }
    }

    fn is_closed(&self) -> bool {
        self.sent.is_err()
    }
}

impl Channel<'_> {
    /// Waits where the channel is full.
    fn send(&mut self) {
        let batch = mem::take(&mut self.batch);
        if self.sent.is_ok() {
            self.sent = self.feed.send(batch, self.stop);
        }
    }
}

impl Taker for History {
    fn take(&mut self, change: Change, _file: &Path, _line: u64) {
        self.apply(change);
    }

    fn is_closed(&self) -> bool {
        false
    }
}

/// Now, ns since the Unix epoch.
#[must_use]
pub fn now() -> u64 {
    nanoseconds(SystemTime::now())
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    crate::config::nanoseconds(since)
}
