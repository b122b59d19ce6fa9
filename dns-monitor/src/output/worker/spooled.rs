//! With a spool: one thread keeps what comes, the other delivers.
//!
//! Where the collector acknowledges, all events go through the spool and stay there until it does. Else they go there only
//! while it does not take them as they come: past the spool while it is empty.

mod courier;
mod keeper;

use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc::sync_channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use self::{courier::Courier, keeper::Keeper};
use super::{Tended, delivery::Delivery, spawn};
use crate::{
    log,
    output::{
        gauge::{Gauge, SpoolLevel},
        queue::{Batch, Batches, Done, Fates},
        sink::Framing,
        spool::{self, Spool},
    },
};

/// Batches on their way past the spool. They take room in the queue, of which a batch is a quarter.
const DIRECT: usize = 1;
/// How often the operator hears of a spool that fails.
const COMPLAINT: Duration = Duration::from_secs(60);

enum Message {
    Batch(Batch),
    /// There is something in the spool.
    Look,
}

/// The spool, and what was said of it.
struct Kept {
    spool: Spool,
    /// When the operator last heard that it fails.
    complained: Option<Instant>,
    /// Why the disk refused what was last to be kept.
    failing: Option<String>,
}

/// What both threads have.
#[derive(Clone)]
struct Common {
    name: String,
    kept: Arc<Mutex<Kept>>,
    framing: Framing,
    done: Done,
    gauge: Arc<Gauge>,
}

/// Starts both threads.
pub fn start(
    name: &str,
    delivery: Delivery,
    batches: Batches,
    spool: Spool,
    (tended, gauge): (Tended, &Arc<Gauge>),
) -> io::Result<Vec<JoinHandle<()>>> {
    let (sender, receiver) = sync_channel(DIRECT);
    let found = spool.pending();
    Fates::add(&batches.done.fates.found, found);
    if found > 0 {
        log::info(format_args!("output {name}: {found} events wait in the spool"));
    }
    let common = Common {
        name: name.to_owned(),
        kept: Arc::new(Mutex::new(Kept { spool, complained: None, failing: None })),
        framing: delivery.framing(),
        done: batches.done.clone(),
        gauge: Arc::clone(gauge),
    };
    common.with(|_| Ok(()));
    let through = delivery.acknowledges();
    let keeper = Keeper { common: common.clone(), sender, through };
    let in_hand = VecDeque::new();
    let courier = Courier { common, receiver, delivery, tended, buffer: Vec::new(), in_hand };
    Ok(vec![spawn(name, move || keeper.run(&batches))?, spawn(name, move || courier.run())?])
}

impl Common {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Into the spool; what finds no room is counted there. All of them at once, so that no other comes between them. Gives
    /// back what the disk refuses, which may be full, but not broken.
    fn keep(&self, batches: impl IntoIterator<Item = Batch>) -> VecDeque<Batch> {
        let (mut refused, mut failed) = (VecDeque::new(), None);
        let mut kept = self.lock();
        for batch in batches {
            match kept.spool.append(&batch.bytes, batch.events, self.framing) {
                Err(error) if !spool::is_full(&error) => {
                    refused.push_back(batch);
                    failed = Some(error);
                    continue;
                }
                Err(error) => failed = Some(error),
                Ok(()) => kept.failing = None,
            }
            self.done.take(batch);
        }
        self.tell(&mut kept, failed);
        refused
    }

    /// Works on the spool.
    fn with<T: Default>(&self, work: impl FnOnce(&mut Spool) -> io::Result<T>) -> T {
        let mut kept = self.lock();
        let (done, failed) = match work(&mut kept.spool) {
            Ok(done) => (done, None),
            Err(error) => (T::default(), Some(error)),
        };
        self.tell(&mut kept, failed);
        done
    }

    /// Counts what the spool lost, and tells of failures, but not of each.
    fn tell(&self, kept: &mut Kept, failed: Option<io::Error>) {
        let Kept { spool, complained, failing } = kept;
        Fates::add(&self.done.fates.spool_full, spool.take_lost());
        if let Some(error) = failed {
            if complained.is_none_or(|at| at.elapsed() >= COMPLAINT) {
                *complained = Some(Instant::now());
                log::warn(format_args!("output {}: the spool fails: {error}", self.name));
            }
            *failing = Some(error.to_string());
        }
        self.gauge.set_spool(match failing {
            Some(because) => SpoolLevel::Fails { because: because.clone() },
            None => SpoolLevel::Holds {
                bytes: spool.bytes(),
                limit: spool.size(),
                events: spool.pending(),
                oldest: spool.oldest(),
            },
        });
    }
}
