//! `dns-monitor run`: the kernel's samples through the pipeline, until told to stop.

mod prepare;
mod serve;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, TryRecvError, channel},
    },
    time::{Duration, Instant},
};

use dns_monitor_common::counter::Counter;
use thiserror::Error;

use crate::{
    config::Config,
    control::{protocol::Response, server::ServerError},
    identity::directory::{Directory, DirectoryError},
    log,
    notify::Notifier,
    output::{
        emit::Pressure,
        writers::{self, Source, Writers, WritersError},
    },
    pipeline::{Ledger, Pipeline},
    rules::{
        engine::{Handle, Service, force::Force},
        ruleset::Ruleset,
    },
    sandbox::SandboxError,
    source::kernel::{Kernel, KernelError, handover::Handover},
    status::{
        board::{Board, Pen},
        desk::Desk,
        scrape::ScrapeError,
    },
};

pub use self::prepare::{Prepared, prepare};

/// Samples taken before anything else is looked after.
const ROUND: usize = 8192;
/// How long the source rests when it had nothing: short while there is traffic, longer between two lookups.
const REST: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(5));
/// How long it rests when it had nothing for [`QUIET`]. A ring of the usual size takes 200 MB/s of one processor for so long.
const LONG_REST: Duration = Duration::from_millis(20);
/// After so long nobody is asking.
const QUIET: Duration = Duration::from_secs(1);
/// How often waiting lookups, interfaces and losses are looked after.
const TEND: Duration = Duration::from_millis(100);
/// How long the outputs may take for the last events.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Why the agent cannot go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// The kernel source.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// An output could not be started.
    #[error(transparent)]
    Writers(#[from] WritersError),
    /// The thread of the rules could not be started.
    #[error("cannot start the thread of the rules: {0}")]
    Service(#[source] io::Error),
    /// The control socket that the configuration names cannot be had.
    #[error(transparent)]
    Control(#[from] ServerError),
    /// A right that could not be given up.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The port of the figures.
    #[error(transparent)]
    Scrape(#[from] ScrapeError),
    /// The thread that serves the figures.
    #[error("cannot serve the figures: {0}")]
    Metrics(#[source] io::Error),
    /// A source of host names.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// There are no rules to take over with.
    #[error("the rules could not be loaded: the programs of the earlier agent stay, with its rules")]
    NoRules,
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
    /// Read configuration, lists and rules again, and open files of events anew.
    pub reload: Arc<AtomicBool>,
}

/// Watches until told to stop; prints the ledger to standard error.
///
/// # Errors
/// [`RunError`]; the programs are detached in every case, but where they are to be kept.
pub fn run(config: &Config, prepared: Prepared, colored: bool, control: &Control) -> Result<(), RunError> {
    let Prepared { mut kernel, socket, taps, metrics, notifier, file, sandbox } = prepared;
    let directory = Directory::live(config, taps)?;
    let (judges, rules) = channel();
    let force = Force::new(kernel.enforcer()?, judges, serve::manual(config), config.rules.learn_max);
    let service = Service::start(config, file, force).map_err(RunError::Service)?;
    let board = Arc::new(Board::default());
    let desk = Desk::new(service.handle().clone(), board.clone(), sandbox);
    let server = socket.map(|socket| serve::commands(config, socket, desk.clone())).transpose()?;
    let scrape = metrics.map(|port| serve::figures(port, desk)).transpose().map_err(RunError::Metrics)?;
    if kernel.has_predecessor() {
        log::info(format_args!("taking over from an earlier agent as soon as there are rules"));
        if !service.wait() {
            return Err(RunError::NoRules);
        }
    }
    let handover = Handover::open(&config.rules.state_dir);
    kernel.attach()?;
    kernel.take_over(&handover);
    let (lanes, writers) = writers::start(config, colored, Source::Live)?;
    let mut pipeline = Pipeline::new(config, lanes, Pressure::Drop, directory);
    let learner = service.handle().clone();
    pipeline.set_learner(move |learn| learner.learn(learn));
    let pen = Pen::default();
    let mut agent =
        Agent { kernel, handover, pipeline, rules, notifier, reload: None, board, pen, counted: None };
    agent.notifier.ready();
    agent.watch(control, service.handle(), &writers)?;
    agent.notifier.stopping();
    drop((server, scrape, service));
    agent.stop(writers)
}

struct Agent {
    kernel: Kernel,
    /// From the agent before, and to the next.
    handover: Handover,
    pipeline: Pipeline,
    /// Rules that will be in force.
    rules: Receiver<Arc<Ruleset>>,
    notifier: Notifier,
    /// A reload that is on its way.
    reload: Option<Receiver<Response>>,
    /// Where figures are left, and how.
    board: Arc<Board>,
    pen: Pen,
    /// What the kernel had lost when so many samples were drained.
    counted: Option<(u64, u64)>,
}

impl Agent {
    fn watch(&mut self, control: &Control, service: &Handle, writers: &Writers) -> Result<(), KernelError> {
        self.pipeline.set_interfaces(self.kernel.interfaces());
        let (mut rest, mut tended, mut busy) = (REST.0, Instant::now(), Instant::now());
        while !control.stop.load(Ordering::Relaxed) && !self.pipeline.is_broken() {
            let taken = self.round();
            if tended.elapsed() >= TEND {
                tended = Instant::now();
                self.tend()?;
                service.beat();
                self.notify();
                if self.pen.is_due() {
                    let ledger = self.ledger()?;
                    self.counted = Some((self.kernel.drained(), ledger.packets.lost()));
                    self.pen.leave(&self.board, self.kernel.watched(), &ledger);
                }
            }
            if control.report.swap(false, Ordering::Relaxed) {
                log::info(format_args!("{}", self.ledger()?));
            }
            if control.reload.swap(false, Ordering::Relaxed) {
                self.notifier.reloading();
                self.reload = Some(service.reload());
                writers.reopen();
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

    /// Tells the service manager that we live, and when a reload is over, however it went.
    fn notify(&mut self) {
        let over = |reload: &Receiver<Response>| reload.try_recv() != Err(TryRecvError::Empty);
        if self.reload.as_ref().is_some_and(over) {
            self.reload = None;
            self.notifier.ready();
        }
        let (kernel, pipeline) = (&self.kernel, &self.pipeline);
        self.notifier.beat(|| {
            let (packets, submitted) = kernel.tally().ok()?;
            Some(pipeline.ledger(packets, Some(submitted)).line())
        });
    }

    /// Takes the samples that are due. Rules are handed over before the kernel has them: asked for after the time up to
    /// which samples are due, those of every sample are known.
    fn round(&mut self) -> usize {
        self.pipeline.tend();
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

    fn stop(mut self, writers: Writers) -> Result<(), RunError> {
        let deadline = Instant::now() + LAST_WORDS;
        let until = self.kernel.now();
        self.kernel.last_holes().into_iter().for_each(|hole| self.pipeline.report_hole(hole));
        self.kernel.detach();
        self.pipeline.set_pressure(Pressure::Until(deadline));
        while let Ok(rules) = self.rules.try_recv() {
            self.pipeline.set_rules(rules);
        }
        self.kernel.drain_rest(|sample| self.pipeline.take(sample))?;
        self.kernel.hand_over(&self.handover, until);
        self.pipeline.finish();
        let (packets, _) = self.kernel.tally()?;
        self.pipeline.report_loss(self.kernel.now(), packets.lost());
        self.pipeline.close();
        writers.finish(Some(deadline));
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
