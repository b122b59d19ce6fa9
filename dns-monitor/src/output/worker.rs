//! The threads of one output: take batches from the queue, and deliver them whatever it takes.
//!
//! 1. [`delivery`]: one batch to the collector, with pauses between tries; [`state`]: what is told of it;
//! 2. [`Worker`]: without a spool one thread, and what cannot be delivered waits in the queue;
//! 3. [`spooled`]: with a spool two, so that a collector that takes its time fills the disk and not the queue.

mod delivery;
mod spooled;
mod state;
#[cfg(test)]
mod tests;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::RecvTimeoutError,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use self::delivery::Delivery;
use super::{
    gauge::Gauge,
    queue::Batches,
    sink::{Events, Sink, Stop},
    spool::Spool,
};

/// How often a sink is looked after while there is nothing to deliver.
const TEND: Duration = Duration::from_millis(500);
/// What a thread that is told to stop may still take, before it is left alone.
pub const GRACE: Duration = Duration::from_millis(500);

/// What a worker is told, and what it says.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// When it ends.
    pub stop: Stop,
    /// How many times files were to be opened anew.
    pub reopen: Arc<AtomicU64>,
    /// How it is.
    pub gauge: Arc<Gauge>,
}

/// A running worker.
pub struct Worker {
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts it. Without a spool what cannot be delivered waits in the queue.
    ///
    /// # Errors
    /// Where a thread is refused.
    pub fn start(
        name: &str,
        sink: Sink,
        batches: Batches,
        spool: Option<Spool>,
        link: &Link,
    ) -> io::Result<Self> {
        let delivery = Delivery::new(name, sink, &batches.done.fates, link);
        let tended = Tended::new(&link.reopen);
        let threads = match spool {
            Some(spool) => spooled::start(name, delivery, batches, spool, (tended, &link.gauge))?,
            None => {
                let gauge = Arc::clone(&link.gauge);
                vec![spawn(name, move || run(delivery, &batches, tended, &gauge))?]
            }
        };
        Ok(Self { threads })
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.threads.iter().all(JoinHandle::is_finished)
    }

    /// Waits for its end: until `deadline` where there is one. A thread that hangs in the system is left to it.
    pub fn finish(self, deadline: Option<Instant>) {
        let end = deadline.map(|deadline| deadline + GRACE);
        while !self.is_finished() && end.is_none_or(|end| Instant::now() < end) {
            thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Without a spool.
fn run(mut delivery: Delivery, batches: &Batches, mut tended: Tended, gauge: &Gauge) {
    while !delivery.is_over() {
        tended.tend(&mut delivery);
        match batches.next_within(TEND) {
            Ok(batch) => {
                let framing = delivery.framing();
                let events = Events { bytes: &batch.bytes, count: batch.events, framing };
                gauge.set_at_hand(batch.since);
                if !delivery.deliver(&events) {
                    return;
                }
                gauge.set_at_hand(None);
                batches.done(batch);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// A thread with the name of the output, as far as the system has room for it.
fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(format!("out-{name}")).spawn(run)
}

/// When the sink was last looked after.
struct Tended {
    reopen: Arc<AtomicU64>,
    reopened: u64,
    at: Instant,
}

impl Tended {
    fn new(reopen: &Arc<AtomicU64>) -> Self {
        let reopened = reopen.load(Ordering::Relaxed);
        Self { reopen: Arc::clone(reopen), reopened, at: Instant::now() }
    }

    fn tend(&mut self, delivery: &mut Delivery) {
        let reopen = self.reopen.load(Ordering::Relaxed);
        if reopen != self.reopened {
            self.reopened = reopen;
            delivery.reopen();
        }
        if self.at.elapsed() >= TEND {
            self.at = Instant::now();
            delivery.tend();
        }
    }
}
