//! `dns-monitor run`: the kernel's samples through the pipeline, until told to stop.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use dns_monitor_common::counter::Counter;
use thiserror::Error;

use crate::{
    config::Config,
    log,
    output::{emit::Pressure, queue::queue, stdout::Writer},
    pipeline::{Ledger, Pipeline},
    source::kernel::{Kernel, KernelError},
};

/// Samples taken before anything else is looked after.
const ROUND: usize = 8192;
/// How long the source rests when it had nothing: short while there is traffic, longer while there is none.
const REST: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(5));
/// How often waiting lookups, interfaces and losses are looked after.
const TEND: Duration = Duration::from_millis(100);
/// How long the reader of standard output may take for the last events.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Why the agent cannot go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// The kernel source.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The writer could not be started.
    #[error("cannot start the writer of standard output")]
    Writer(#[source] io::Error),
    /// Nobody reads the events any more.
    #[error("standard output is closed or full: no event can be written any more")]
    Broken,
}

/// What signals tell the pipeline's thread.
#[derive(Clone, Debug, Default)]
pub struct Control {
    /// Stop: detach, give what waits, print the ledger.
    pub stop: Arc<AtomicBool>,
    /// Print the ledger and go on.
    pub report: Arc<AtomicBool>,
}

/// Watches until told to stop; prints the ledger to standard error.
///
/// # Errors
/// [`RunError`]; the programs are detached in every case.
pub fn run(config: &Config, colored: bool, control: &Control) -> Result<(), RunError> {
    let mut kernel = Kernel::load(&config.capture, false)?;
    kernel.attach()?;
    let (queue, batches) = queue(config.stdout.queue_bytes);
    let writer = Writer::start(batches).map_err(RunError::Writer)?;
    let pipeline = Pipeline::new(config, colored, queue, Pressure::Drop);
    let mut agent = Agent { kernel, pipeline };
    agent.watch(control)?;
    agent.stop(writer)
}

struct Agent {
    kernel: Kernel,
    pipeline: Pipeline,
}

impl Agent {
    fn watch(&mut self, control: &Control) -> Result<(), KernelError> {
        self.pipeline.set_interfaces(self.kernel.interfaces());
        let (mut rest, mut tended) = (REST.0, Instant::now());
        while !control.stop.load(Ordering::Relaxed) && !self.pipeline.is_broken() {
            let taken = self.kernel.drain(ROUND, |sample| self.pipeline.take(sample));
            if tended.elapsed() >= TEND {
                tended = Instant::now();
                self.tend()?;
            }
            if control.report.swap(false, Ordering::Relaxed) {
                log::info(format_args!("{}", self.ledger()?));
            }
            self.pipeline.flush();
            rest = match taken {
                0 => (rest * 2).min(REST.1),
                _ => REST.0,
            };
            if taken < ROUND {
                std::thread::sleep(rest);
            }
        }
        Ok(())
    }

    fn tend(&mut self) -> Result<(), KernelError> {
        if self.kernel.tend() {
            self.pipeline.set_interfaces(self.kernel.interfaces());
        }
        self.pipeline.expire(self.kernel.now());
        let (packets, _) = self.kernel.tally()?;
        self.pipeline.report_loss(self.kernel.now(), packets.lost());
        Ok(())
    }

    fn stop(mut self, writer: Writer) -> Result<(), RunError> {
        let deadline = Instant::now() + LAST_WORDS;
        self.kernel.detach();
        self.pipeline.set_pressure(Pressure::Until(deadline));
        self.kernel.drain_rest(|sample| self.pipeline.take(sample));
        self.pipeline.finish();
        let (packets, _) = self.kernel.tally()?;
        self.pipeline.report_loss(self.kernel.now(), packets.lost());
        self.pipeline.close();
        writer.finish(deadline.saturating_duration_since(Instant::now()));
        let mut ledger = self.ledger()?;
        ledger.settle();
        log::info(format_args!("{ledger}"));
        if self.pipeline.is_broken() { Err(RunError::Broken) } else { Ok(()) }
    }

    fn ledger(&self) -> Result<Ledger<Counter>, KernelError> {
        let (packets, submitted) = self.kernel.tally()?;
        Ok(self.pipeline.ledger(packets, Some(submitted)))
    }
}
