//! `dns-monitor run`: the kernel's samples through the pipeline, until told to stop.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, channel},
    },
    time::{Duration, Instant},
};

use dns_monitor_common::counter::Counter;
use jiff::Timestamp;
use thiserror::Error;

use crate::{
    config::{Config, rules::OnExit},
    control::{
        SOCKET,
        audit::Audit,
        server::{PATIENCE, Server, ServerError, Settings},
    },
    identity::directory::{Directory, DirectoryError},
    log,
    output::{
        emit::Pressure,
        writers::{self, Source, Writers, WritersError},
    },
    pipeline::{Ledger, Pipeline},
    rules::{
        engine::{Handle, Service, force::Force},
        manual::Manual,
        ruleset::Ruleset,
    },
    source::kernel::{Kernel, KernelError},
};

/// Samples taken before anything else is looked after.
const ROUND: usize = 8192;
/// How long the source rests when it had nothing: short while there is traffic, longer while there is none.
const REST: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(5));
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

/// Watches until told to stop; prints the ledger to standard error. `file` is the configuration, if there is one: a reload
/// reads it again.
///
/// # Errors
/// [`RunError`]; the programs are detached in every case, but where they are to be kept.
pub fn run(config: &Config, file: Option<PathBuf>, colored: bool, control: &Control) -> Result<(), RunError> {
    let directory = Directory::live(config, &config.capture.interfaces)?;
    let mut kernel = Kernel::load(&config.capture, config.rules.on_exit == OnExit::Keep)?;
    let (judges, rules) = channel();
    let force = Force::new(kernel.enforcer()?, judges, manual(config), config.rules.learn_max);
    let service = Service::start(config, file, force).map_err(RunError::Service)?;
    let server = serve(config, &service)?;
    if kernel.has_predecessor() {
        log::info(format_args!("taking over from an earlier agent as soon as there are rules"));
        if !service.wait() {
            return Err(RunError::NoRules);
        }
    }
    kernel.attach()?;
    let (lanes, writers) = writers::start(config, colored, Source::Live)?;
    let mut pipeline = Pipeline::new(config, lanes, Pressure::Drop, directory);
    let learner = service.handle().clone();
    pipeline.set_learner(move |learn| learner.learn(learn));
    let mut agent = Agent { kernel, pipeline, rules };
    agent.watch(control, service.handle(), &writers)?;
    drop((server, service));
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

/// Opens the control socket. That another agent has the usual one is no reason not to watch.
fn serve(config: &Config, service: &Service) -> Result<Option<Server>, RunError> {
    let Some(socket) = &config.control.socket else { return Ok(None) };
    let settings = Settings {
        socket: socket.clone(),
        group: config.control.group.clone(),
        audit: Audit::new(&config.rules.state_dir),
        patience: PATIENCE,
    };
    match Server::start(settings, Arc::new(service.handle().clone())) {
        Ok(server) => Ok(Some(server)),
        Err(error) if socket.as_path() == Path::new(SOCKET) => {
            log::warn(format_args!("no control socket: {error}"));
            Ok(None)
        }
        Err(error) => Err(RunError::Control(error)),
    }
}

struct Agent {
    kernel: Kernel,
    pipeline: Pipeline,
    /// Rules that will be in force.
    rules: Receiver<Arc<Ruleset>>,
}

impl Agent {
    fn watch(&mut self, control: &Control, service: &Handle, writers: &Writers) -> Result<(), KernelError> {
        self.pipeline.set_interfaces(self.kernel.interfaces());
        let (mut rest, mut tended) = (REST.0, Instant::now());
        while !control.stop.load(Ordering::Relaxed) && !self.pipeline.is_broken() {
            let taken = self.round();
            if tended.elapsed() >= TEND {
                tended = Instant::now();
                self.tend()?;
                service.beat();
            }
            if control.report.swap(false, Ordering::Relaxed) {
                log::info(format_args!("{}", self.ledger()?));
            }
            if control.reload.swap(false, Ordering::Relaxed) {
                service.reload();
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
