//! The bounded queue between the pipeline and the writer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel},
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
}

/// The most bytes that are gathered before a batch is handed over.
const BATCH: usize = 64 << 10;
/// Empty buffers that may wait for their next use.
const MAX_SPARE: usize = 64;

/// What the writer has done, shared.
#[derive(Debug, Default)]
pub struct Written {
    /// Events whose last byte was taken by the kernel.
    pub events: AtomicU64,
    /// Events given up because writing failed.
    pub failed: AtomicU64,
}

/// The pipeline's end.
pub struct Queue {
    sender: Option<Sender<Batch>>,
    spare: Receiver<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
    written: Arc<Written>,
    capacity: usize,
    full: u64,
    seen: u64,
}

/// The writer's end.
pub struct Batches {
    receiver: Receiver<Batch>,
    spare: SyncSender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
    /// What has become of the batches.
    pub written: Arc<Written>,
}

/// A queue of at most `capacity` bytes.
pub fn queue(capacity: usize) -> (Queue, Batches) {
    // Bounded by bytes, see `Queue::offer`.
    let (sender, receiver) = channel();
    let (spare_sender, spare) = sync_channel(MAX_SPARE);
    let waiting = Arc::<AtomicUsize>::default();
    let written = Arc::<Written>::default();
    let queue = Queue {
        sender: Some(sender),
        spare,
        waiting: Arc::clone(&waiting),
        written: Arc::clone(&written),
        capacity,
        full: 0,
        seen: 0,
    };
    (queue, Batches { receiver, spare: spare_sender, waiting, written })
}

impl Queue {
    /// An empty batch, its buffer used before if one has come back.
    pub fn batch(&self) -> Batch {
        let room = self.batch_bytes() * 5 / 4;
        let bytes = match self.spare.try_recv() {
            Ok(bytes) => bytes,
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => Vec::with_capacity(room),
        };
        Batch { bytes, events: 0 }
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
            self.written.failed.fetch_add(events, Ordering::Release);
        }
    }

    /// Whether the writer has given up.
    pub fn is_broken(&self) -> bool {
        self.written.failed.load(Ordering::Relaxed) > 0
    }

    /// No more batches will come.
    pub fn close(&mut self) {
        self.sender = None;
    }

    /// The books, in events.
    pub fn tally(&self) -> Tally<OutputReason> {
        let mut tally = Tally::default();
        tally.see(self.seen);
        tally.end(OutputReason::Written, self.written.events.load(Ordering::Acquire));
        tally.end(OutputReason::WriteFailed, self.written.failed.load(Ordering::Acquire));
        tally.end(OutputReason::QueueFull, self.full);
        tally
    }
}

impl Batches {
    /// The next batch; `None` when the queue is closed and empty.
    pub fn next(&self) -> Option<Batch> {
        self.receiver.recv().ok()
    }

    /// Makes room, and gives the buffer back.
    pub fn done(&self, mut batch: Batch) {
        self.waiting.fetch_sub(batch.bytes.len(), Ordering::Relaxed);
        batch.bytes.clear();
        // Where enough buffers are on their way back, this one is freed.
        let _enough = self.spare.try_send(batch.bytes);
    }
}
