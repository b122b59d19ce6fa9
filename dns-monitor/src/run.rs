//! `dns-monitor run`: the kernel's samples through the pipeline, until told to stop.

mod agent;
mod prepare;
mod serve;

use std::{
    io,
    sync::{Arc, atomic::AtomicBool, mpsc::channel},
};

use thiserror::Error;

use self::agent::Agent;
pub use self::prepare::{Prepared, prepare};
use crate::{
    config::Config,
    control::server::ServerError,
    identity::directory::{Directory, DirectoryError},
    log,
    output::{
        self,
        emit::Pressure,
        lookups,
        writers::{self, Source, WritersError},
    },
    pipeline::Pipeline,
    rules::engine::{Service, force::Force},
    sandbox::SandboxError,
    source::kernel::{KernelError, handover::Handover},
    status::{
        board::{Board, Pen},
        desk::Desk,
        scrape::ScrapeError,
    },
};

/// Why the agent cannot go on.
#[derive(Debug, Error)]
pub enum RunError {
    /// The kernel source.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// An output could not be started.
    #[error(transparent)]
    Writers(#[from] WritersError),
    /// The thread of the outputs could not be started.
    #[error("cannot start the thread of the outputs: {0}")]
    Outputs(#[source] io::Error),
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
pub fn run(config: &Config, prepared: Prepared, control: &Control) -> Result<(), RunError> {
    let Prepared { mut kernel, socket, taps, metrics, notifier, arguments, sandbox, reach } = prepared;
    let directory = Directory::live(config, taps)?;
    let (judges, rules) = channel();
    let force = Force::new(kernel.enforcer()?, judges, serve::manual(config), config.rules.learn_max);
    let service = Service::start(config, arguments.config.clone(), force).map_err(RunError::Service)?;
    lookups::warn(&config.outputs);
    let (lanes, writers) = writers::start(config, Source::Live)?;
    let (change, changes) = channel();
    let read = Box::new(move || arguments.reread());
    let outputs = output::Service::start(writers, read, reach, change).map_err(RunError::Outputs)?;
    let board = Arc::new(Board::default());
    let desk = Desk::new(service.handle().clone(), outputs.handle().clone(), board.clone(), sandbox);
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
    let mut pipeline = Pipeline::new(config, lanes, Pressure::Drop, directory);
    let learner = service.handle().clone();
    pipeline.set_learner(move |learn| learner.learn(learn));
    let (reloads, pen) = (Vec::new(), Pen::default());
    let mut agent =
        Agent { kernel, handover, pipeline, rules, changes, notifier, reloads, board, pen, counted: None };
    agent.notifier.ready();
    agent.watch(control, service.handle(), &outputs)?;
    agent.notifier.stopping();
    drop((server, scrape, service));
    agent.stop(outputs)
}
