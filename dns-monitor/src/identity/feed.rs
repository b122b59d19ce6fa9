//! From the threads that learn who has an address to the one that needs it: a bounded channel, their books, and how they
//! end.

use std::{
    io::{self, PipeReader, PipeWriter, pipe},
    os::fd::{AsFd, BorrowedFd},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};

use super::{assignment::Change, history::History};
use crate::ledger::Tally;

/// Batches that may wait.
pub const QUEUE: usize = 64;
/// Batches that one call of [`Learned::poll`] takes.
const AT_ONCE: usize = 4;
/// How long a source waits for room before it looks again.
const RETRY: Duration = Duration::from_millis(20);

/// What a source learned at one time.
pub type Batch = Vec<Change>;

/// The sources' end. Each has one of its own.
#[derive(Clone, Debug)]
pub struct Feed(SyncSender<Batch>);

/// The end of the thread that needs what the sources know.
#[derive(Debug)]
pub struct Learned(Receiver<Batch>);

/// Both ends of a channel. Sources get clones of the first.
#[must_use]
pub fn feed() -> (Feed, Learned) {
    let (sender, receiver) = sync_channel(QUEUE);
    (Feed(sender), Learned(receiver))
}

impl Learned {
    /// Takes what is new over into the history, a little at a time, and never waits: call it often. Returns how many
    /// changes that were.
    pub fn poll(&self, history: &mut History) -> usize {
        let mut changes = 0_usize;
        for batch in self.0.try_iter().take(AT_ONCE) {
            changes = changes.saturating_add(batch.len());
            batch.into_iter().for_each(|change| history.apply(change));
        }
        changes
    }

    /// The next batch; waits for it, but no longer than `timeout`.
    #[must_use]
    pub fn next(&self, timeout: Duration) -> Option<Batch> {
        self.0.recv_timeout(timeout).ok()
    }
}

/// The books of a source, which its thread keeps and others read.
#[derive(Clone, Debug)]
pub struct Shared<R>(Arc<Mutex<Tally<R>>>);

impl<R> Default for Shared<R> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<R: Copy> Shared<R> {
    /// As they were left.
    #[must_use]
    pub fn read(&self) -> Tally<R> {
        self.0.lock().map_or_else(|poisoned| *poisoned.into_inner(), |tally| *tally)
    }

    /// How they are now.
    pub fn write(&self, tally: Tally<R>) {
        if let Ok(mut shared) = self.0.lock() {
            *shared = tally;
        }
    }
}

/// A thread of a source; it ends when this is dropped.
#[derive(Debug)]
pub struct Worker {
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

/// How a worker knows that it is to end: the other end of the pipe closes.
#[derive(Debug)]
pub struct Stop(PipeReader);

/// It is time to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl Feed {
    /// Hands over what was learned; waits for room.
    ///
    /// # Errors
    /// [`Stopped`], also where nobody is at the other end any more.
    pub fn send(&self, batch: Batch, stop: &Stop) -> Result<(), Stopped> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut batch = batch;
        loop {
            batch = match self.0.try_send(batch) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Disconnected(_)) => return Err(Stopped),
                Err(TrySendError::Full(batch)) => batch,
            };
            stop.wait(&[], Some(RETRY))?;
        }
    }
}

impl Worker {
    /// Starts a thread of this name.
    ///
    /// # Errors
    /// Where there can be no pipe or no thread.
    pub fn start(
        name: &str,
        work: impl FnOnce(Stop) -> Result<(), Stopped> + Send + 'static,
    ) -> io::Result<Self> {
        let (reader, writer) = pipe()?;
        let run = move || {
            let _either_way = work(Stop(reader));
        };
        let thread = thread::Builder::new().name(name.into()).spawn(run)?;
        Ok(Self { stop: Some(writer), thread: Some(thread) })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl Stop {
    /// Waits until one of the files has something to say, or the time is up.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn wait(&self, files: &[BorrowedFd<'_>], timeout: Option<Duration>) -> Result<(), Stopped> {
        let files = files.iter().map(|file| PollFd::new(*file, PollFlags::POLLIN));
        let mut polled: Vec<_> =
            std::iter::once(PollFd::new(self.0.as_fd(), PollFlags::empty())).chain(files).collect();
        let timeout = timeout.map_or(PollTimeout::NONE, |time| time.try_into().unwrap_or(PollTimeout::MAX));
        match poll(&mut polled, timeout) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => return Err(Stopped), // no memory: nothing can be waited for any more
        }
        let closed = polled.first().and_then(PollFd::revents).is_some_and(|events| !events.is_empty());
        if closed { Err(Stopped) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
