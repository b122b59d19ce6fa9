//! Files that say who has which address, as they change.
//!
//! All of them are read once before the first event ([`read`], [`Follower::start`]). After that a thread looks at each a
//! few times a second, as `rules/source/watch.rs` does: a look costs a `stat`, and works on network file systems too. What
//! is new goes over a bounded channel to the thread that owns the [`History`]; where that is busy, the follower waits.
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
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, SystemTime},
};

use books::Books;
pub use books::{LeaseReason, Taker};
use files::Files;

use super::{assignment::Change, history::History};
use crate::{config::Leases, ledger::Tally, log};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(100);
/// Changes that travel together.
const BATCH: usize = 512;
/// Batches that may wait.
const QUEUE: usize = 64;
/// Batches that one call of [`Follower::poll`] takes: well under a millisecond.
const AT_ONCE: usize = 2;

/// What was read, and what was not believed.
#[derive(Default)]
struct Batch {
    changes: Vec<Change>,
    tally: Tally<LeaseReason>,
}

/// Reads all files once, for whoever takes what they say; returns the books, in lines that say something.
pub fn read(leases: &[Leases], taker: &mut dyn Taker) -> Tally<LeaseReason> {
    let mut files = Files::new(leases);
    let mut books = Books::new(taker);
    files.look(now(), &mut books);
    files.finish(now(), &mut books);
    tell(books)
}

/// Follows all files on a thread of its own, which ends when this is dropped.
pub struct Follower {
    /// None while it is dropped.
    batches: Option<Receiver<Batch>>,
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    tally: Tally<LeaseReason>,
}

impl Follower {
    /// Reads all files into the history, then starts to follow them.
    ///
    /// # Errors
    /// The thread cannot be started. What is wrong with a file is told on standard error, and ends nothing.
    pub fn start(leases: &[Leases], history: &mut History) -> io::Result<Self> {
        let mut files = Files::new(leases);
        let tally = first_look(&mut files, history);
        let (sender, batches) = sync_channel(QUEUE);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let follow = move || follow(&mut files, &sender, &stopped);
        let thread = match leases {
            [] => None,
            _ => Some(thread::Builder::new().name("leases".into()).spawn(follow)?),
        };
        Ok(Self { batches: Some(batches), thread, stop, tally })
    }

    /// Takes what is new over into the history, a little at a time, and never waits: call it often. Returns how many
    /// changes that were.
    pub fn poll(&mut self, history: &mut History) -> usize {
        let mut changes = 0_usize;
        for _ in 0..AT_ONCE {
            let Some(Ok(batch)) = self.batches.as_ref().map(Receiver::try_recv) else { break };
            self.tally.merge(&batch.tally);
            changes = changes.saturating_add(batch.changes.len());
            batch.changes.into_iter().for_each(|change| history.apply(change));
        }
        changes
    }

    /// The books, in lines that say something.
    #[must_use]
    pub const fn tally(&self) -> &Tally<LeaseReason> {
        &self.tally
    }

    /// Whether the thread has died, which it should not while this lives.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.thread.as_ref().is_some_and(JoinHandle::is_finished)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Where it waits for room, it sees that nobody listens any more.
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _panicked = thread.join();
        }
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

fn follow(files: &mut Files, sender: &SyncSender<Batch>, stop: &AtomicBool) {
    let mut channel = Channel { sender, batch: Batch::default(), is_closed: false };
    while !stop.load(Ordering::Relaxed) && !channel.is_closed {
        let mut books = Books::new(&mut channel);
        files.look(now(), &mut books);
        let tally = tell(books);
        channel.batch.tally.merge(&tally);
        channel.send();
        thread::park_timeout(LOOK);
    }
}

/// Changes on their way to the thread that owns the history.
struct Channel<'s> {
    sender: &'s SyncSender<Batch>,
    batch: Batch,
    is_closed: bool,
}

impl Taker for Channel<'_> {
    fn take(&mut self, change: Change, _file: &Path, _line: u64) {
        self.batch.changes.push(change);
        if self.batch.changes.len() >= BATCH {
            self.send();
        }
    }

    fn is_closed(&self) -> bool {
        self.is_closed
    }
}

impl Channel<'_> {
    /// Waits where the channel is full.
    fn send(&mut self) {
        let batch = mem::take(&mut self.batch);
        let is_empty = batch.changes.is_empty() && batch.tally == Tally::default();
        if !is_empty {
            self.is_closed |= self.sender.send(batch).is_err();
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
