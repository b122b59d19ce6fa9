//! From the threads that learn who has an address to the one that needs it: a bounded channel, and how they end.

use std::{
    io::{self, PipeReader, PipeWriter, pipe},
    os::fd::{AsFd, BorrowedFd},
    sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
};

use super::assignment::Change;

/// Batches that may wait.
pub const QUEUE: usize = 64;
/// How long a source waits for room before it looks again.
const RETRY: Duration = Duration::from_millis(20);

/// What a source learned at one time.
pub type Batch = Vec<Change>;

/// The sources' end. Each has one of its own.
#[derive(Clone, Debug)]
pub struct Feed(SyncSender<Batch>);

/// The sources' end, and that of the thread that needs what they know: it takes what there is and never waits.
#[must_use]
pub fn feed() -> (Feed, Receiver<Batch>) {
    let (sender, receiver) = sync_channel(QUEUE);
    (Feed(sender), receiver)
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
