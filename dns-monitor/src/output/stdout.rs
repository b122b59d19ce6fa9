//! The writer: the only thread that touches standard output, and the only one that may wait for it.

use std::{
    io,
    os::fd::RawFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    gauge::{Condition, Gauge},
    queue::{Batch, Batches, Fates},
};
use crate::log;

/// Interrupts a write that nobody reads; any signal with a handler would do.
const INTERRUPT: libc::c_int = libc::SIGUSR2;

/// The running writer.
pub struct Writer {
    thread: JoinHandle<()>,
    give_up: Arc<AtomicBool>,
}

impl Writer {
    /// Starts it on standard output. Where it is the only output, the agent itself tells when that is closed.
    ///
    /// # Errors
    /// Where the thread or the handler is refused.
    pub fn start(batches: Batches, is_alone: bool, gauge: &Arc<Gauge>) -> io::Result<Self> {
        Self::spawn(batches, libc::STDOUT_FILENO, is_alone, Arc::clone(gauge))
    }

    /// Starts it on another descriptor, which stays open as long as the writer lives.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_on(batches: Batches, descriptor: RawFd) -> io::Result<Self> {
        Self::spawn(batches, descriptor, true, Arc::default())
    }

    fn spawn(batches: Batches, descriptor: RawFd, is_alone: bool, gauge: Arc<Gauge>) -> io::Result<Self> {
        install_handler()?;
        let give_up = Arc::<AtomicBool>::default();
        let told = Arc::clone(&give_up);
        let thread = thread::Builder::new()
            .name("stdout".into())
            .spawn(move || run(&batches, (descriptor, is_alone), &told, &gauge))?;
        Ok(Self { thread, give_up })
    }

    /// Waits until everything queued is written, but no longer than `patience`; what is not
    /// written then stays unwritten, and every line that is counted as written is.
    pub fn finish(self, patience: Duration) {
        let deadline = Instant::now() + patience;
        while !self.has_ended(deadline) {
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether it has ended, which it is made to from `deadline` on. To be asked again and again.
    pub fn has_ended(&self, deadline: Instant) -> bool {
        let has_ended = self.thread.is_finished();
        if !has_ended && Instant::now() >= deadline {
            self.give_up.store(true, Ordering::Release);
            self.interrupt();
        }
        has_ended
    }

    /// Ends a blocked `write` with what it has written so far. Repeated by the caller: it may come just
    /// before the call.
    fn interrupt(&self) {
        use std::os::unix::thread::JoinHandleExt as _;
        // SAFETY: the thread is not joined yet, so its id is valid.
        unsafe { libc::pthread_kill(self.thread.as_pthread_t(), INTERRUPT) };
    }
}

fn run(batches: &Batches, (descriptor, is_alone): (RawFd, bool), give_up: &AtomicBool, gauge: &Gauge) {
    let mut is_first = true;
    while let Some(batch) = batches.next() {
        gauge.set_at_hand(batch.since);
        if give_up.load(Ordering::Acquire) {
            return;
        }
        match write(&batch, descriptor, give_up) {
            Progress::All => {
                Fates::add(&batches.done.fates.delivered, batch.events);
                batches.done(batch);
                gauge.set_at_hand(None);
                if std::mem::take(&mut is_first) {
                    gauge.set_condition(Condition::Delivers);
                }
            }
            Progress::Some(written) => {
                let lines = lines(batch.bytes.get(..written).unwrap_or_default());
                Fates::add(&batches.done.fates.delivered, lines);
                return;
            }
            Progress::Failed(written) => {
                let lines = lines(batch.bytes.get(..written).unwrap_or_default());
                Fates::add(&batches.done.fates.delivered, lines);
                gauge.set_at_hand(None);
                gauge.set_condition(Condition::Gone);
                return fail(batches, batch.events - lines, is_alone);
            }
        }
    }
}

/// Nothing can be written any more: what comes is counted until the queue is closed.
fn fail(batches: &Batches, events: u64, is_alone: bool) {
    let fates = &batches.done.fates;
    Fates::add(&fates.failed, events);
    fates.broken.store(true, Ordering::Relaxed);
    if !is_alone {
        log::warn(format_args!(
            "nobody reads standard output any more, or the disk behind it is full; the other outputs go on"
        ));
    }
    while let Some(batch) = batches.next() {
        Fates::add(&fates.failed, batch.events);
        batches.done(batch);
    }
}

enum Progress {
    All,
    Some(usize),
    Failed(usize),
}

fn write(batch: &Batch, descriptor: RawFd, give_up: &AtomicBool) -> Progress {
    let mut at = 0;
    while let Some(rest) = batch.bytes.get(at..).filter(|rest| !rest.is_empty()) {
        // SAFETY: a buffer that outlives the call. (`io::Stdout` would hide how much was written.)
        let written = unsafe { libc::write(descriptor, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(written) {
            Ok(written) => at += written,
            Err(_) if give_up.load(Ordering::Acquire) => return Progress::Some(at),
            Err(_) => match io::Error::last_os_error().kind() {
                io::ErrorKind::Interrupted => {}
                io::ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(1)),
                _ => return Progress::Failed(at),
            },
        }
        if give_up.load(Ordering::Acquire) {
            return Progress::Some(at);
        }
    }
    Progress::All
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Without `SA_RESTART`, so that `write` comes back.
fn install_handler() -> io::Result<()> {
    extern "C" fn nothing(_: libc::c_int) {}
    // SAFETY: all zero is a valid sigaction; the handler does nothing.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
        libc::sigaction(INTERRUPT, &raw const action, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
