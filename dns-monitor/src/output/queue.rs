//! The bounded queue between the pipeline and the writer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};

use super::OutputReason;
use crate::ledger::Tally;

/// Encoded events, whole lines.
#[derive(Debug, Default)]
pub struct Batch {
    /// The lines.
    pub bytes: Vec<u8>,
    /// How many they are.
    pub events: u64,
    /// When the first of them came.
    pub since: Option<Instant>,
}

impl Batch {
    /// So many lines were appended.
    pub fn add(&mut self, lines: u64) {
        self.events += lines;
        self.since.get_or_insert_with(Instant::now);
    }
}

/// The most bytes that are gathered before a batch is handed over.
const BATCH: usize = 64 << 10;
/// Empty buffers that may wait for their next use.
const MAX_SPARE: usize = 64;

/// What has become of events behind the queue, shared.
#[derive(Debug, Default)]
pub struct Fates {
    /// Taken by the collector, or by the kernel.
    pub delivered: AtomicU64,
    /// Given up because writing failed.
    pub failed: AtomicU64,
    /// The collector will never take them.
    pub refused: AtomicU64,
    /// Given up because the spool was full.
    pub spool_full: AtomicU64,
    /// Found in the spool at the start: seen, though not by this queue.
    pub found: AtomicU64,
    /// In the spool at the end.
    pub kept: AtomicU64,
    /// Nothing will be delivered any more.
    pub broken: AtomicBool,
    /// The threads behind the queue have ended: what has no fate yet will have none.
    pub ended: AtomicBool,
}

impl Fates {
    /// `events` more have come to this fate.
    pub fn add(fate: &AtomicU64, events: u64) {
        fate.fetch_add(events, Ordering::Release);
    }
}

/// The pipeline's end.
pub struct Queue {
    sender: Option<Sender<Batch>>,
    spare: Receiver<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
    fates: Arc<Fates>,
    capacity: usize,
    full: u64,
    seen: u64,
}

/// The writer's end.
pub struct Batches {
    receiver: Receiver<Batch>,
    /// Where batches go when something has become of them.
    pub done: Done,
}

/// Where batches go when something has become of them.
#[derive(Clone, Debug)]
pub struct Done {
    spare: SyncSender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
    /// What has become of their events.
    pub fates: Arc<Fates>,
}

/// A queue of at most `capacity` bytes.
pub fn queue(capacity: usize) -> (Queue, Batches) {
    // Bounded by bytes, see `Queue::offer`.
    let (sender, receiver) = channel();
    let (spare_sender, spare) = sync_channel(MAX_SPARE);
    let waiting = Arc::<AtomicUsize>::default();
    let fates = Arc::<Fates>::default();
    let queue = Queue {
        sender: Some(sender),
        spare,
        waiting: Arc::clone(&waiting),
        fates: Arc::clone(&fates),
        capacity,
        full: 0,
        seen: 0,
    };
    (queue, Batches { receiver, done: Done { spare: spare_sender, waiting, fates } })
}

impl Queue {
    /// An empty batch, its buffer used before if one has come back.
    pub fn batch(&self) -> Batch {
        let room = self.batch_bytes() * 5 / 4;
        let bytes = match self.spare.try_recv() {
            Ok(bytes) => bytes,
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => Vec::with_capacity(room),
        };
        Batch { bytes, events: 0, since: None }
    }

    /// Hands a batch over, or counts it as lost where the queue is full.
    pub fn offer(&mut self, batch: Batch) {
        if self.has_room(batch.bytes.len()) {
            return self.send(batch);
        }
        self.seen += batch.events;
        self.full += batch.events;
    }

    /// Hands a batch over, waiting for room until `deadline`, or as long as it takes: for sources that can wait.
    /// A batch larger than the whole queue waits until it is empty.
    pub fn put(&mut self, batch: Batch, deadline: Option<Instant>) {
        while !self.has_room(batch.bytes.len()) && !self.is_idle() && !self.is_broken() {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return self.offer(batch);
            }
            thread::sleep(Duration::from_micros(200));
        }
        self.send(batch);
    }

    /// How large batches should grow: several must fit.
    pub fn batch_bytes(&self) -> usize {
        BATCH.min(self.capacity / 4)
    }

    /// Whether so many bytes more may wait.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.waiting.load(Ordering::Relaxed).saturating_add(bytes) <= self.capacity
    }

    /// Whether the writer has written all that it was handed.
    pub fn is_idle(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) == 0
    }

    fn send(&mut self, batch: Batch) {
        let (events, bytes) = (batch.events, batch.bytes.len());
        self.seen += events;
        self.waiting.fetch_add(bytes, Ordering::Relaxed);
        let gone = self.sender.as_ref().is_none_or(|sender| sender.send(batch).is_err());
        if gone {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            Fates::add(&self.fates.failed, events);
            self.fates.broken.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the writer has given up.
    pub fn is_broken(&self) -> bool {
        self.fates.broken.load(Ordering::Relaxed)
    }

    /// Whether nobody is left behind the queue.
    pub fn is_ended(&self) -> bool {
        self.fates.ended.load(Ordering::Acquire)
    }

    /// No more batches will come.
    pub fn close(&mut self) {
        self.sender = None;
    }

    /// The books, in events.
    pub fn tally(&self) -> Tally<OutputReason> {
        let mut tally = Tally::default();
        let count = |fate: &AtomicU64| fate.load(Ordering::Acquire);
        let fates = &self.fates;
        tally.see(self.seen + count(&fates.found));
        for (reason, fate) in [
            (OutputReason::Delivered, &fates.delivered),
            (OutputReason::Kept, &fates.kept),
            (OutputReason::Refused, &fates.refused),
            (OutputReason::SpoolFull, &fates.spool_full),
            (OutputReason::WriteFailed, &fates.failed),
        ] {
            tally.end(reason, count(fate));
        }
        tally.end(OutputReason::QueueFull, self.full);
        tally
    }
}

impl Batches {
    /// The next batch; `None` when the queue is closed and empty.
    pub fn next(&self) -> Option<Batch> {
        self.receiver.recv().ok()
    }

    /// The next batch, if one comes within a time.
    ///
    /// # Errors
    /// [`RecvTimeoutError`]: none came, or the queue is closed and empty.
    pub fn next_within(&self, time: Duration) -> Result<Batch, RecvTimeoutError> {
        self.receiver.recv_timeout(time)
    }

    /// Makes room, and gives the buffer back.
    pub fn done(&self, batch: Batch) {
        self.done.take(batch);
    }
}

impl Done {
    /// Bytes that wait in the queue, those of the batch that is being delivered among them.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Makes room, and gives the buffer back.
    pub fn take(&self, mut batch: Batch) {
        self.waiting.fetch_sub(batch.bytes.len(), Ordering::Relaxed);
        batch.bytes.clear();
        // Where enough buffers are on their way back, this one is freed.
        let _enough = self.spare.try_send(batch.bytes);
    }
}
