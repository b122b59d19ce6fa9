//! What writes at the other end of a lane: made ready, started, told to open files anew, and ended within a time.

use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;

use super::{
    gauge::{Gauge, SpoolLevel},
    lane::Lane,
    queue::{Batches, Done, queue},
    sink::{Sink, SinkError, Spec},
    spool::{Spool, SpoolError},
    stdout,
    worker::{Link, Worker},
};
use crate::{
    config::{
        Color, Config, Output,
        output::{Kind, privacy::PrivacyFault},
    },
    log,
};

/// A reader may be as slow as it likes; only one that is gone ends a replay.
const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);
/// How often it is looked whether threads have ended.
const LOOK: Duration = Duration::from_millis(2);

/// How long an output that ends may take for what is queued.
pub const LAST_WORDS: Duration = Duration::from_secs(2);

/// Why an output could not be started.
#[derive(Debug, Error)]
pub enum WritersError {
    /// The system gives no thread.
    #[error("cannot start the writer of output {name}: {why}")]
    Thread {
        /// The output.
        name: String,
        /// Why.
        why: io::Error,
    },
    /// It would say more of people than it may.
    #[error("output {name}: privacy: {why}")]
    Privacy {
        /// The output.
        name: String,
        /// Why.
        why: PrivacyFault,
    },
    /// Its settings cannot be used.
    #[error("output {name}: {why}")]
    Sink {
        /// The output.
        name: String,
        /// Why.
        why: SinkError,
    },
}

/// Where the events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the kernel: they cannot wait, and are worth a place on disk.
    Live,
    /// From files: they wait, and can be had again.
    Files,
}

/// What all outputs have in common.
#[derive(Clone, Debug)]
pub struct Common {
    source: Source,
    hostname: Option<String>,
    /// Spools without a place of their own are below it.
    spools: PathBuf,
    reopen: Arc<AtomicU64>,
}

/// An output whose events wait in its queue until it is started.
pub struct Ready {
    output: Output,
    sink: Option<Sink>,
    batches: Batches,
}

/// A running output.
pub struct Writer {
    /// As it is configured.
    pub output: Output,
    /// Whether the collector says what it has taken.
    pub acknowledges: bool,
    /// How it is.
    pub gauge: Arc<Gauge>,
    /// Its queue.
    pub done: Done,
    link: Link,
    threads: Threads,
    deadline: Option<Instant>,
}

enum Threads {
    Stdout(stdout::Writer),
    Worker(Worker),
}

impl Common {
    /// Of this configuration.
    #[must_use]
    pub fn of(config: &Config, source: Source) -> Self {
        let (hostname, spools) = (config.observer.hostname.clone(), config.rules.state_dir.join("spool"));
        Self { source, hostname, spools, reopen: Arc::default() }
    }

    /// Whoever counts it up has files opened anew: somebody else has moved them away.
    pub(super) const fn reopen(&self) -> &Arc<AtomicU64> {
        &self.reopen
    }

    /// What nobody else may have while this output runs: its spool, its file, or standard output.
    pub(super) fn place(&self, output: &Output) -> Option<PathBuf> {
        match (&output.kind, output.spool.spool()) {
            (Kind::Stdout(_), _) => Some("/dev/stdout".into()),
            (Kind::File(file), _) => Some(file.path.clone()),
            (_, Some(spool)) => Some(spool.path.clone().unwrap_or_else(|| self.spools.join(&output.name))),
            (_, None) => None,
        }
    }

    /// Makes an output ready: nothing can be wrong with its settings from here on.
    ///
    /// # Errors
    /// [`WritersError`].
    pub fn ready(&self, output: &Output) -> Result<(Lane, Ready), WritersError> {
        let (queue, batches) = queue(output.queue_bytes);
        let name = || output.name.clone();
        let mut lane = Lane::new(output, is_colored(output), queue);
        if let Some(privacy) = &output.privacy {
            let fault = |why| WritersError::Privacy { name: name(), why };
            let settings = privacy.settings().map_err(fault)?;
            lane = lane.with_privacy(settings).map_err(|error| fault(error.into()))?;
        }
        let spec = Spec { name: &output.name, kind: &output.kind, hostname: self.hostname.as_deref() };
        let sink = Sink::new(&spec).map_err(|why| WritersError::Sink { name: name(), why })?;
        Ok((lane, Ready { output: output.clone(), sink, batches }))
    }

    /// The spool of an output, if it is to have one.
    fn spool(&self, output: &Output) -> Option<Result<Spool, SpoolError>> {
        let settings = output.spool.spool().filter(|_| self.source == Source::Live)?;
        Some(Spool::open(&self.place(output)?, settings))
    }
}

fn is_colored(output: &Output) -> bool {
    match &output.kind {
        Kind::Stdout(stdout) => match stdout.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal(),
        },
        _ => false,
    }
}

impl Ready {
    /// The output.
    pub(super) const fn output(&self) -> &Output {
        &self.output
    }

    /// Starts the threads. Where there is no spool to be had, that is no reason not to deliver. `is_alone`: no other
    /// output is there.
    ///
    /// # Errors
    /// [`WritersError::Thread`].
    pub fn start(self, common: &Common, is_alone: bool) -> Result<Writer, WritersError> {
        let Self { output, sink, batches } = self;
        let link = Link { reopen: Arc::clone(&common.reopen), ..Link::default() };
        let (gauge, done) = (Arc::clone(&link.gauge), batches.done.clone());
        let acknowledges = sink.as_ref().is_some_and(Sink::acknowledges);
        let threads = match sink {
            None => stdout::Writer::start(batches, is_alone, &gauge).map(Threads::Stdout),
            Some(sink) => {
                let spool = common.spool(&output).and_then(|spool| opened(spool, &output.name, &gauge));
                Worker::start(&output.name, sink, batches, spool, &link).map(Threads::Worker)
            }
        };
        let failed = |why| WritersError::Thread { name: output.name.clone(), why };
        let threads = threads.map_err(failed)?;
        Ok(Writer { output, acknowledges, gauge, done, link, threads, deadline: None })
    }
}

fn opened(spool: Result<Spool, SpoolError>, name: &str, gauge: &Gauge) -> Option<Spool> {
    spool
        .inspect_err(|error| {
            log::warn(format_args!("output {name}: no spool: {error}; events wait in memory alone"));
            gauge.set_spool(SpoolLevel::Fails { because: error.to_string() });
        })
        .ok()
}

impl Writer {
    /// Its lane is closed: what is queued is still written, until `deadline`.
    pub fn end(&mut self, deadline: Instant) {
        self.link.stop.by(deadline);
        self.deadline = Some(deadline);
    }

    /// Whether its threads have ended. To be asked again and again from [`Self::end`] on.
    pub fn has_ended(&self) -> bool {
        let deadline = self.deadline.unwrap_or_else(|| Instant::now() + FOREVER);
        let has_ended = match &self.threads {
            Threads::Stdout(writer) => writer.has_ended(deadline),
            Threads::Worker(worker) => worker.is_finished(),
        };
        if has_ended {
            self.done.fates.ended.store(true, Ordering::Release);
        }
        has_ended
    }
}

/// All running outputs.
pub struct Writers {
    /// What they have in common.
    pub common: Common,
    /// They, in the order of the configuration; what came later stands behind.
    pub running: Vec<Writer>,
}

/// Starts all outputs, and gives the ways to them.
///
/// # Errors
/// [`WritersError`].
pub fn start(config: &Config, source: Source) -> Result<(Vec<Lane>, Writers), WritersError> {
    let common = Common::of(config, source);
    let (mut lanes, mut running) = (Vec::new(), Vec::new());
    for output in &config.outputs {
        let (lane, ready) = common.ready(output)?;
        lanes.push(lane);
        running.push(ready.start(&common, config.outputs.len() == 1)?);
    }
    Ok((lanes, Writers { common, running }))
}

impl Writers {
    /// Waits until everything queued is written, but no longer than until `deadline`, if there is one. A thread that hangs in
    /// the system is left to it.
    pub fn finish(mut self, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            self.running.iter_mut().for_each(|writer| writer.end(deadline));
        }
        let end = deadline.map(|deadline| deadline + super::worker::GRACE);
        // Each of them is asked, each time.
        let is_running = |running: &[Writer]| running.iter().filter(|writer| !writer.has_ended()).count() > 0;
        while is_running(&self.running) && end.is_none_or(|end| Instant::now() < end) {
            thread::sleep(LOOK);
        }
    }
}
