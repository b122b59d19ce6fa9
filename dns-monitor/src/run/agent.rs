//! The loop of the pipeline's thread.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{Receiver, TryRecvError},
    },
    time::{Duration, Instant},
};

use dns_monitor_common::counter::Counter;

use super::{Control, RunError};
use crate::{
    control::protocol::Response,
    log,
    notify::Notifier,
    output::{
        Service,
        emit::{Change, Pressure},
        writers::LAST_WORDS,
    },
    pipeline::{Ledger, Pipeline},
    rules::{engine::Handle, ruleset::Ruleset},
    source::kernel::{Kernel, KernelError, handover::Handover},
    status::board::{Board, Pen},
};

/// Samples taken before anything else is looked after.
const ROUND: usize = 8192;
/// How long the source rests when it had nothing: short while there is traffic, longer between two lookups.
const REST: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(5));
/// How long it rests when it had nothing for [`QUIET`]. A ring of the usual size takes 40 MB/s of one processor for so long.
const LONG_REST: Duration = Duration::from_millis(100);
/// After so long nobody is asking.
const QUIET: Duration = Duration::from_secs(1);
/// How often waiting lookups, interfaces and losses are looked after.
const TEND: Duration = Duration::from_millis(100);

/// The agent at work, on the pipeline's thread.
pub struct Agent {
    pub kernel: Kernel,
    /// From the agent before, and to the next.
    pub handover: Handover,
    pub pipeline: Pipeline,
    /// Rules that will be in force.
    pub rules: Receiver<Arc<Ruleset>>,
    /// Outputs that come and go.
    pub changes: Receiver<Change>,
    pub notifier: Notifier,
    /// Reloads that are on their way, of rules and of outputs.
    pub reloads: Vec<Receiver<Response>>,
    /// Where figures are left, and how.
    pub board: Arc<Board>,
    pub pen: Pen,
    /// What the kernel had lost when so many samples were drained.
    pub counted: Option<(u64, u64)>,
}

impl Agent {
    /// Watches until told to stop, or nobody reads any more.
    pub fn watch(&mut self, control: &Control, rules: &Handle, outputs: &Service) -> Result<(), KernelError> {
        self.pipeline.set_interfaces(self.kernel.interfaces());
        self.leave_figures()?;
        let (mut rest, mut tended, mut busy) = (REST.0, Instant::now(), Instant::now());
        while !control.stop.load(Ordering::Relaxed) && !self.pipeline.is_broken() {
            let taken = self.round();
            if tended.elapsed() >= TEND {
                tended = Instant::now();
                self.tend()?;
                rules.beat();
                self.notify();
                if self.pen.is_due() {
                    self.leave_figures()?;
                }
            }
            if control.report.swap(false, Ordering::Relaxed) {
                log::info(format_args!("{}", self.ledger()?));
            }
            if control.reload.swap(false, Ordering::Relaxed) {
                self.notifier.reloading();
                outputs.reopen();
                self.reloads.extend([rules.reload(), outputs.handle().reload()]);
            }
            self.pipeline.flush();
            rest = match taken {
                0 if busy.elapsed() >= QUIET => LONG_REST,
                0 => (rest * 2).min(REST.1),
                _ => {
                    busy = Instant::now();
                    REST.0
                }
            };
            if taken < ROUND {
                std::thread::sleep(rest);
            }
        }
        Ok(())
    }

    /// For who asks how we are.
    fn leave_figures(&mut self) -> Result<(), KernelError> {
        let ledger = self.ledger()?;
        self.counted = Some((self.kernel.drained(), ledger.packets.lost()));
        self.pen.leave(&self.board, self.kernel.watched(), &ledger);
        Ok(())
    }

    /// Tells the service manager that we live, and when a reload is over, however it went.
    fn notify(&mut self) {
        if !self.reloads.is_empty() {
            self.reloads.retain(|reload| reload.try_recv() == Err(TryRecvError::Empty));
            if self.reloads.is_empty() {
                self.notifier.ready();
            }
        }
        let (kernel, pipeline) = (&self.kernel, &self.pipeline);
        self.notifier.beat(|| {
            let (packets, submitted) = kernel.tally().ok()?;
            Some(pipeline.ledger(packets, Some(submitted)).line())
        });
    }

    /// Outputs come and go between two samples.
    fn change_outputs(&mut self) {
        while let Ok(change) = self.changes.try_recv() {
            self.pipeline.change_outputs(change);
        }
    }

    /// Takes the samples that are due. Rules are handed over before the kernel has them: asked for after the time up to
    /// which samples are due, those of every sample are known.
    fn round(&mut self) -> usize {
        self.pipeline.tend();
        self.change_outputs();
        let due = self.kernel.due();
        while let Ok(rules) = self.rules.try_recv() {
            self.pipeline.set_rules(rules);
        }
        self.kernel.drain(due, ROUND, |sample| self.pipeline.take(sample))
    }

    fn tend(&mut self) -> Result<(), KernelError> {
        if self.kernel.tend() {
            self.pipeline.set_interfaces(self.kernel.interfaces());
        }
        self.kernel.holes().into_iter().for_each(|hole| self.pipeline.report_hole(hole));
        self.pipeline.expire(self.kernel.now());
        let lost = self.lost()?;
        self.pipeline.report_loss(self.kernel.now(), lost);
        Ok(())
    }

    /// What the kernel has lost. Counters are asked where there was traffic, and once a second: an idle agent does nothing
    /// that costs more.
    fn lost(&mut self) -> Result<u64, KernelError> {
        let drained = self.kernel.drained();
        match self.counted {
            Some((at, lost)) if at == drained => Ok(lost),
            _ => {
                let lost = self.kernel.tally()?.0.lost();
                self.counted = Some((drained, lost));
                Ok(lost)
            }
        }
    }

    /// Detaches, gives what waits, and prints the ledger.
    pub fn stop(mut self, outputs: Service) -> Result<(), RunError> {
        let deadline = Instant::now() + LAST_WORDS;
        let until = self.kernel.now();
        self.kernel.last_holes().into_iter().for_each(|hole| self.pipeline.report_hole(hole));
        self.kernel.detach();
        self.pipeline.set_pressure(Pressure::Until(deadline));
        while let Ok(rules) = self.rules.try_recv() {
            self.pipeline.set_rules(rules);
        }
        self.change_outputs();
        self.kernel.drain_rest(|sample| self.pipeline.take(sample))?;
        self.kernel.hand_over(&self.handover, until);
        self.pipeline.finish();
        let (packets, _) = self.kernel.tally()?;
        self.pipeline.report_loss(self.kernel.now(), packets.lost());
        self.pipeline.close();
        outputs.finish(deadline);
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
