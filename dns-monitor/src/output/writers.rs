//! The threads that write: started, told to open files anew, and ended within a time.

use std::{
    io, mem,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use thiserror::Error;

use super::{
    lane::Lane,
    queue::{Batches, queue},
    sink::{Sink, SinkError, Spec, Stop},
    spool::Spool,
    stdout,
    worker::{Link, Worker},
};
use crate::{
    config::{
        Config, Output,
        output::{Kind, privacy::PrivacyFault},
    },
    log,
};

/// A reader may be as slow as it likes; only one that is gone ends a replay.
const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);

/// Why an output could not be started.
#[derive(Debug, Error)]
pub enum WritersError {
    /// The system gives no thread.
    #[error("cannot start the writer of output {name}")]
    Thread {
        /// The output.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// It would say more of people than it may.
    #[error("output {name}: privacy: {source}")]
    Privacy {
        /// The output.
        name: String,
        /// Why.
        source: PrivacyFault,
    },
    /// Its settings cannot be used.
    #[error("output {name}")]
    Sink {
        /// The output.
        name: String,
        /// Why.
        source: SinkError,
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

/// The running threads.
pub struct Writers {
    stdout: Vec<stdout::Writer>,
    workers: Vec<Worker>,
    link: Link,
}

/// Starts the threads of all outputs, and gives the ways to them.
///
/// # Errors
/// [`WritersError`].
pub fn start(config: &Config, colored: bool, source: Source) -> Result<(Vec<Lane>, Writers), WritersError> {
    let link = Link { stop: Stop::default(), reopen: Arc::new(AtomicU64::new(0)) };
    let mut writers = Writers { stdout: Vec::new(), workers: Vec::new(), link };
    let mut lanes = Vec::with_capacity(config.outputs.len());
    for output in &config.outputs {
        let (queue, batches) = queue(output.queue_bytes);
        let colored = colored && matches!(output.kind, Kind::Stdout(_));
        let mut lane = Lane::new(output, colored, queue);
        if let Some(privacy) = &output.privacy {
            let fault = |source| WritersError::Privacy { name: output.name.clone(), source };
            let settings = privacy.settings().map_err(fault)?;
            lane = lane.with_privacy(settings).map_err(|source| fault(source.into()))?;
        }
        lanes.push(lane);
        writers.add(config, output, batches, source)?;
    }
    Ok((lanes, writers))
}

impl Writers {
    fn add(
        &mut self,
        config: &Config,
        output: &Output,
        batches: Batches,
        source: Source,
    ) -> Result<(), WritersError> {
        let thread = |source| WritersError::Thread { name: output.name.clone(), source };
        let hostname = config.observer.hostname.as_deref();
        let spec = Spec { name: &output.name, kind: &output.kind, hostname };
        let sink =
            Sink::new(&spec).map_err(|source| WritersError::Sink { name: output.name.clone(), source })?;
        let Some(sink) = sink else {
            let is_alone = config.outputs.len() == 1;
            self.stdout.push(stdout::Writer::start(batches, is_alone).map_err(thread)?);
            return Ok(());
        };
        let spool = if source == Source::Live { spool(config, output) } else { None };
        let worker = Worker::start(&output.name, sink, batches, spool, &self.link);
        self.workers.push(worker.map_err(thread)?);
        Ok(())
    }

    /// Files are opened anew: somebody else has moved them away.
    pub fn reopen(&self) {
        self.link.reopen.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until everything queued is written, but no longer than until `deadline`, if there is one.
    pub fn finish(mut self, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            self.link.stop.by(deadline);
        }
        for writer in mem::take(&mut self.stdout) {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            writer.finish(left.unwrap_or(FOREVER));
        }
        for worker in mem::take(&mut self.workers) {
            worker.finish(deadline);
        }
    }
}

/// The spool of an output, if it is to have one. That there is none to be had is no reason not to watch.
fn spool(config: &Config, output: &Output) -> Option<Spool> {
    let settings = output.spool.spool()?;
    let usual = || config.rules.state_dir.join("spool").join(&output.name);
    let folder = settings.path.clone().unwrap_or_else(usual);
    Spool::open(&folder, settings)
        .inspect_err(|error| {
            let name = &output.name;
            log::warn(format_args!("output {name}: no spool: {error}; events wait in memory alone"));
        })
        .ok()
}
