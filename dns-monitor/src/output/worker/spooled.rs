//! With a spool: one thread keeps what comes, the other delivers.
//!
//! Where the collector acknowledges, all events go through the spool and stay there until it does. Else they go there only
//! while it does not take them as they come: past the spool while it is empty.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{TEND, Tended, delivery::Delivery, spawn};
use crate::{
    log,
    output::{
        queue::{Batch, Batches, Done, Fates},
        sink::{Events, Framing},
        spool::Spool,
    },
};

/// Batches on their way past the spool. They take room in the queue, of which a batch is a quarter.
const DIRECT: usize = 1;
/// How long a batch waits to go past the spool: longer than the other thread takes for one if it is not held up.
const PATIENCE: Duration = Duration::from_millis(5);
const NAP: Duration = Duration::from_micros(200);
/// How often the spool is looked after while the disk does not have everything.
const SPOOL_TEND: Duration = Duration::from_millis(10);
/// The most bytes that are delivered at a time, about.
const DELIVERY: usize = 512 << 10;
/// How often the operator hears of a spool that fails.
const COMPLAINT: Duration = Duration::from_secs(60);

enum Message {
    Batch(Batch),
    /// There is something in the spool.
    Look,
}

/// What both threads have.
#[derive(Clone)]
struct Common {
    name: String,
    spool: Arc<Mutex<(Spool, Option<Instant>)>>,
    framing: Framing,
    done: Done,
}

/// Starts both threads.
pub fn start(
    name: &str,
    delivery: Delivery,
    batches: Batches,
    spool: Spool,
    tended: Tended,
) -> io::Result<Vec<JoinHandle<()>>> {
    let (sender, receiver) = sync_channel(DIRECT);
    let found = spool.pending();
    Fates::add(&batches.done.fates.found, found);
    if found > 0 {
        log::info(format_args!("output {name}: {found} events wait in the spool"));
    }
    let common = Common {
        name: name.to_owned(),
        spool: Arc::new(Mutex::new((spool, None))),
        framing: delivery.framing(),
        done: batches.done.clone(),
    };
    let through = delivery.acknowledges();
    let keeper = Keeper { common: common.clone(), sender, through };
    let courier = Courier { common, receiver, delivery, tended, buffer: Vec::new() };
    Ok(vec![spawn(name, move || keeper.run(&batches))?, spawn(name, move || courier.run())?])
}

impl Common {
    fn lock(&self) -> MutexGuard<'_, (Spool, Option<Instant>)> {
        self.spool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Into the spool; what finds no room is counted there. All of them at once, so that no other comes between them.
    fn keep(&self, batches: impl IntoIterator<Item = Batch>) {
        self.with(|spool| {
            let append = |batch: Batch| {
                let result = spool.append(&batch.bytes, batch.events, self.framing);
                self.done.take(batch);
                result
            };
            batches.into_iter().map(append).fold(Ok(()), Result::and)
        });
    }

    /// Works on the spool, counts what it lost, and tells of failures, but not of each.
    fn with<T: Default>(&self, work: impl FnOnce(&mut Spool) -> io::Result<T>) -> T {
        let mut guard = self.lock();
        let (spool, complained) = &mut *guard;
        let result = work(spool);
        Fates::add(&self.done.fates.spool_full, spool.take_lost());
        result.unwrap_or_else(|error| {
            if complained.is_none_or(|at| at.elapsed() >= COMPLAINT) {
                *complained = Some(Instant::now());
                log::warn(format_args!("output {}: the spool fails: {error}", self.name));
            }
            T::default()
        })
    }
}

/// Takes what comes off the queue, so that it has room.
struct Keeper {
    common: Common,
    sender: SyncSender<Message>,
    /// Everything goes through the spool.
    through: bool,
}

impl Keeper {
    fn run(self, batches: &Batches) {
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
        self.common.keep([batch]);
        // Where there is no room for this, the other thread has work, and will look after it.
        let _busy = self.sender.try_send(Message::Look);
    }

    /// Past the spool; gives back what cannot go there.
    fn send(&self, mut batch: Batch) -> Option<Batch> {
        let start = Instant::now();
        while !self.through && start.elapsed() < PATIENCE {
            batch = self.try_send(batch)?;
            if self.common.lock().0.pending() > 0 {
                break;
            }
            thread::sleep(NAP);
        }
        Some(batch)
    }

    fn try_send(&self, batch: Batch) -> Option<Batch> {
        // Held until it is sent: the other thread must not begin to use the spool in between.
        let spool = self.common.lock();
        if spool.0.pending() > 0 {
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

/// Delivers.
struct Courier {
    common: Common,
    receiver: Receiver<Message>,
    delivery: Delivery,
    tended: Tended,
    buffer: Vec<u8>,
}

impl Courier {
    fn run(mut self) {
        loop {
            // What is on its way past the spool is older than what is in it.
            while let Ok(message) = self.receiver.try_recv() {
                self.take(message);
            }
            if !self.deliver_kept() {
                break;
            }
            self.tended.tend(&mut self.delivery);
            match self.receiver.recv_timeout(TEND) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.end();
    }

    fn take(&mut self, message: Message) {
        if let Message::Batch(batch) = message {
            self.deliver_direct(batch);
        }
    }

    /// Past the spool; where that fails, this batch and those behind it go there.
    fn deliver_direct(&mut self, batch: Batch) {
        let events = Events { bytes: &batch.bytes, count: batch.events, framing: self.common.framing };
        match self.delivery.attempt(&events) {
            Ok(()) => self.common.done.take(batch),
            Err(pause) => {
                self.keep_all(Some(batch));
                self.delivery.wait(pause);
            }
        }
    }

    fn keep_all(&self, first: Option<Batch>) {
        let behind = self.receiver.try_iter().filter_map(|message| match message {
            Message::Batch(batch) => Some(batch),
            Message::Look => None,
        });
        self.common.keep(first.into_iter().chain(behind));
    }

    /// What is in the spool, all of it; false where the agent's time is over before.
    fn deliver_kept(&mut self) -> bool {
        loop {
            let Self { common, buffer, .. } = self;
            buffer.clear();
            let Some(read) = common.with(|spool| match spool.pending() {
                0 => Ok(None),
                _ => spool.read(DELIVERY, buffer),
            }) else {
                return true;
            };
            let events = Events { bytes: &self.buffer, count: read.events, framing: read.framing };
            while let Err(pause) = self.delivery.attempt(&events) {
                // It may take long: nothing must wait in memory.
                self.keep_all(None);
                if !self.delivery.wait(pause) {
                    return false;
                }
            }
            self.common.with(Spool::acknowledge);
            // A collector that takes one batch after the other would go on taking them, and nobody would count what is left.
            if self.delivery.is_over() {
                return false;
            }
            self.tended.tend(&mut self.delivery);
        }
    }

    /// The agent stops: what is left is for the next start.
    fn end(self) {
        // The other thread is at its end when it lets go of its end of the channel.
        while let Ok(message) = self.receiver.recv_timeout(TEND) {
            if let Message::Batch(batch) = message {
                self.common.keep([batch]);
            }
        }
        // Counted first: a disk that is busy may take longer than there is time, and what is written is kept all the same.
        let kept = self.common.lock().0.pending();
        Fates::add(&self.common.done.fates.kept, kept);
        self.common.with(Spool::close);
        if kept > 0 {
            log::info(format_args!(
                "output {}: {kept} events stay in the spool for the next start",
                self.common.name
            ));
        }
    }
}
