//! Takes what comes, and keeps it, so that the queue has room.

use std::{
    sync::mpsc::{RecvTimeoutError, SyncSender, TrySendError},
    thread,
    time::{Duration, Instant},
};

use super::{Common, Message};
use crate::output::{
    queue::{Batch, Batches},
    spool::Spool,
    worker::TEND,
};

/// How long a batch waits to go past the spool: longer than the other thread takes for one if it is not held up.
const PATIENCE: Duration = Duration::from_millis(5);
const NAP: Duration = Duration::from_micros(200);
/// How often the spool is looked after while the disk does not have everything.
const SPOOL_TEND: Duration = Duration::from_millis(10);

/// Takes what comes off the queue, so that it has room.
pub struct Keeper {
    pub common: Common,
    pub sender: SyncSender<Message>,
    /// Everything goes through the spool.
    pub through: bool,
}

impl Keeper {
    pub fn run(self, batches: &Batches) {
        let mut rest = TEND;
        loop {
            match batches.next_within(rest) {
                Ok(batch) => self.take(batch),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let is_dirty = self.common.with(Spool::tend);
            rest = if is_dirty { SPOOL_TEND } else { TEND };
        }
    }

    fn take(&self, batch: Batch) {
        let Some(batch) = self.send(batch) else { return };
        if let Some(refused) = self.common.keep([batch]).pop_front() {
            return self.wait_in_memory(refused);
        }
        // Where there is no room for this, the other thread has work, and will look after it.
        let _busy = self.sender.try_send(Message::Look);
    }

    /// The disk takes nothing: past the spool, as if there was none, or into it as soon as it can be written again.
    fn wait_in_memory(&self, mut batch: Batch) {
        loop {
            batch = match self.sender.try_send(Message::Batch(batch)) {
                Err(TrySendError::Full(Message::Batch(batch))) => batch,
                // The other thread has ended: it is over.
                _ => return,
            };
            thread::sleep(SPOOL_TEND);
            let Some(refused) = self.common.keep([batch]).pop_front() else { return };
            batch = refused;
        }
    }

    /// Past the spool; gives back what cannot go there.
    fn send(&self, mut batch: Batch) -> Option<Batch> {
        let start = Instant::now();
        while !self.through && start.elapsed() < PATIENCE {
            batch = self.try_send(batch)?;
            if self.common.lock().spool.pending() > 0 {
                break;
            }
            thread::sleep(NAP);
        }
        Some(batch)
    }

    fn try_send(&self, batch: Batch) -> Option<Batch> {
        // Held until it is sent: the other thread must not begin to use the spool in between.
        let kept = self.common.lock();
        if kept.spool.pending() > 0 {
            return Some(batch);
        }
        match self.sender.try_send(Message::Batch(batch)) {
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => match message {
                Message::Batch(batch) => Some(batch),
                Message::Look => None,
            },
            Ok(()) => None,
        }
    }
}
