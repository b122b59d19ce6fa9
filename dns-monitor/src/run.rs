//! `dns-monitor run`: the kernel's samples through the pipeline, until told to stop.

mod prepare;

use std::{
    io,
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, TryRecvError, channel},
    },
    time::{Duration, Instant},
};

use dns_monitor_common::counter::Counter;
use jiff::Timestamp;
use thiserror::Error;

use crate::{
    config::Config,
    control::{
        audit::Audit,
        protocol::Response,
        server::{Bound, PATIENCE, Server, ServerError, Settings},
    },
    identity::directory::{Directory, DirectoryError},
    log,
    notify::Notifier,
    output::{
        emit::Pressure,
        lookups,
        writers::{self, Source, Writers, WritersError},
    },
    pipeline::{Ledger, Pipeline},
    rules::{
        engine::{Handle, Service, force::Force},
        manual::Manual,
        ruleset::Ruleset,
    },
    sandbox::SandboxError,
    source::kernel::{Kernel, KernelError},
    status::{
        board::{Board, Pen},
        desk::Desk,
        metrics,
        scrape::{Scrape, ScrapeError},
    },
};

pub use self::prepare::{Prepared, prepare};

/// Samples taken before anything else is looked after.
const ROUND: usize = 8192;
/// How long the source rests when it had nothing: short while there is traffic, longer while there is none.
const REST: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(5));
/// How often waiting lookups, interfaces and losses are looked after.
const TEND: Duration = Duration::from_millis(100);
/// How long the outputs may take for the last events.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(2);

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
    let force = Force::new(kernel.enforcer()?, judges, manual(config), config.rules.learn_max);
    let service = Service::start(config, file, force).map_err(RunError::Service)?;
    let board = Arc::new(Board::default());
    let desk = Desk::new(service.handle().clone(), board.clone(), sandbox);
    let server = socket.map(|socket| serve(config, socket, desk.clone())).transpose()?;
    let scrape = metrics.map(|port| scrape(port, desk)).transpose().map_err(RunError::Metrics)?;
    if kernel.has_predecessor() {
        log::info(format_args!("taking over from an earlier agent as soon as there are rules"));
        if !service.wait() {
            return Err(RunError::NoRules);
        }
    }
    kernel.attach()?;
    lookups::warn(config);
    let (lanes, writers) = writers::start(config, colored, Source::Live)?;
    let mut pipeline = Pipeline::new(config, lanes, Pressure::Drop, directory);
    let learner = service.handle().clone();
    pipeline.set_learner(move |learn| learner.learn(learn));
    let mut agent = Agent { kernel, pipeline, rules, notifier, reload: None, board, pen: Pen::default() };
    agent.notifier.ready();
    agent.watch(config, control, service.handle(), &writers)?;
    agent.notifier.stopping();
    drop((server, scrape, service));
    agent.stop(writers)
}

/// What the operator said to an earlier agent. Without a place to keep it, it is at least taken.
fn manual(config: &Config) -> Manual {
    match Manual::load(&config.rules.state_dir, Timestamp::now()) {
        Ok((manual, broken)) => {
            if let Some(broken) = broken {
                log::warn(format_args!("{broken}"));
            }
            manual
        }
        Err(error) => {
            log::warn(format_args!("{error}: rules of `rules allow` and `rules block` end with this agent"));
            Manual::unsaved(&config.rules.state_dir)
        }
    }
}

/// Serves figures to Prometheus.
fn scrape(port: TcpListener, desk: Desk) -> io::Result<Scrape> {
    let scrape = Scrape::start(port, move || desk.status().map(|status| metrics::metrics(&status)))?;
    log::info(format_args!("figures at http://{}/metrics", scrape.address()));
    if !scrape.address().ip().is_loopback() {
        log::warn(format_args!(
            "whoever reaches {} sees the figures: there is no password",
            scrape.address()
        ));
    }
    Ok(scrape)
}

/// Answers on the control socket.
fn serve(config: &Config, socket: Bound, desk: Desk) -> Result<Server, ServerError> {
    let settings = Settings {
        socket: config.control.socket.clone().unwrap_or_default(),
        group: config.control.group.clone(),
        audit: Audit::new(&config.rules.state_dir),
        patience: PATIENCE,
    };
    Server::serve(socket, settings, Arc::new(desk))
}

struct Agent {
    kernel: Kernel,
    pipeline: Pipeline,
    /// Rules that will be in force.
    rules: Receiver<Arc<Ruleset>>,
    notifier: Notifier,
    /// A reload that is on its way.
    reload: Option<Receiver<Response>>,
    /// Where figures are left, and how.
    board: Arc<Board>,
    pen: Pen,
}

impl Agent {
    fn watch(
        &mut self,
        config: &Config,
        control: &Control,
        service: &Handle,
        writers: &Writers,
    ) -> Result<(), KernelError> {
        self.pipeline.set_interfaces(self.kernel.interfaces());
        let (mut rest, mut tended) = (REST.0, Instant::now());
        while !control.stop.load(Ordering::Relaxed) && !self.pipeline.is_broken() {
            let taken = self.round();
            if tended.elapsed() >= TEND {
                tended = Instant::now();
                self.tend()?;
                service.beat();
                self.notify();
                if self.pen.is_due() {
                    let ledger = self.ledger()?;
                    self.pen.leave(&self.board, self.kernel.watched(), &ledger);
                }
            }
            if control.report.swap(false, Ordering::Relaxed) {
                log::info(format_args!("{}", self.ledger()?));
            }
            if control.reload.swap(false, Ordering::Relaxed) {
                self.notifier.reloading();
                self.reload = Some(service.reload());
                lookups::warn(config);
                writers.reopen();
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
        self.pipeline.expire(self.kernel.now());
        let (packets, _) = self.kernel.tally()?;
        self.pipeline.report_loss(self.kernel.now(), packets.lost());
        Ok(())
    }

    fn stop(mut self, writers: Writers) -> Result<(), RunError> {
        let deadline = Instant::now() + LAST_WORDS;
        self.kernel.detach();
        self.pipeline.set_pressure(Pressure::Until(deadline));
        while let Ok(rules) = self.rules.try_recv() {
            self.pipeline.set_rules(rules);
        }
        self.kernel.drain_rest(|sample| self.pipeline.take(sample));
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
