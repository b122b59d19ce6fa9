//! `dns-monitor replay`: capture files through the same pipeline, as fast as the reader takes the events.

mod pace;

use std::{
    error::Error as StdError,
    iter,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use thiserror::Error;

use self::pace::Pace;
use crate::{
    config::{Config, rules::Mode},
    identity::directory::Directory,
    ledger::Tally,
    log,
    output::{
        emit::Pressure,
        writers::{self, LAST_WORDS, Source, WritersError},
    },
    pipeline::Pipeline,
    rules::{
        engine::{
            load::{LoadError, Loader},
            notes::Notes,
            report::Last,
        },
        ruleset::Ruleset,
        table::memory::Heap,
    },
    source::capture::{Capture, CaptureError, CaptureOptions, CaptureReason},
};

/// Why not all of every file became events.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// Some files could not be read to their end; each was named when it happened.
    #[error("{failed} of {files} files could not be read to the end")]
    Capture {
        /// How many.
        failed: usize,
        /// Of how many.
        files: usize,
    },
    /// An output could not be started.
    #[error(transparent)]
    Writers(#[from] WritersError),
    /// The rules of the configuration.
    #[error("rules: {0}")]
    Rules(#[from] LoadError),
    /// Nobody reads the events any more.
    #[error("standard output is closed or full: no event can be written any more")]
    Broken,
}

/// Reads the files in order, as one capture; prints the ledger to standard error. With `live`, so many packets a second,
/// and the outputs are treated as `run` treats them: nothing waits for them, and they have their spools.
///
/// # Errors
/// [`ReplayError`]; whatever could be read has become events all the same.
pub fn replay(config: &Config, files: &[PathBuf], live: Option<NonZeroU32>) -> Result<(), ReplayError> {
    let (source, pressure) = match live {
        Some(_) => (Source::Live, Pressure::Drop),
        None => (Source::Files, Pressure::Wait),
    };
    let (lanes, writers) = writers::start(config, source)?;
    let mut pipeline = Pipeline::new(config, lanes, pressure, Directory::of_files(config));
    if !config.specs.is_empty() {
        pipeline.set_rules(Arc::new(rules(config)?));
    }
    let options =
        CaptureOptions { ports: config.capture.ports.clone(), resolvers: config.replay.resolvers.clone() };
    let pace = live.map(Pace::new);
    let mut replay = Replay { options, pipeline, packets: Tally::default(), now: 0, pace };
    let failed = files.iter().filter(|file| !replay.take(file)).count();
    let Replay { mut pipeline, packets, now, pace, .. } = replay;
    let deadline = pace.map(|pace| {
        log::info(format_args!("{}", pace.report()));
        Instant::now() + LAST_WORDS
    });
    if let Some(deadline) = deadline {
        pipeline.set_pressure(Pressure::Until(deadline));
    }
    pipeline.finish();
    pipeline.report_loss(now, packets.lost());
    pipeline.close();
    writers.finish(deadline);
    let mut ledger = pipeline.ledger(packets, None);
    if deadline.is_some() {
        ledger.settle();
    }
    log::info(format_args!("{ledger}"));
    match failed {
        _ if pipeline.is_broken() => Err(ReplayError::Broken),
        0 => Ok(()),
        _ => Err(ReplayError::Capture { failed, files: files.len() }),
    }
}

/// The rules of the configuration: what is over cannot be blocked, so that events say what would have been.
fn rules(config: &Config) -> Result<Ruleset, LoadError> {
    let mut tried = config.clone();
    tried.rules.mode = Mode::WouldBlock;
    let mut notes = Notes::default();
    let loaded = Loader::default().look(&tried, &mut Heap, &mut |note| notes.take(note))?;
    notes.finish();
    log::info(format_args!("rules: {}", Last::of(loaded.report, loaded.origins, loaded.took).line()));
    Ok(loaded.ruleset)
}

struct Replay {
    options: CaptureOptions,
    pipeline: Pipeline,
    packets: Tally<CaptureReason>,
    /// When the last packet was captured, ns since the Unix epoch.
    now: u64,
    pace: Option<Pace>,
}

impl Replay {
    /// Whether the file could be read to its end; if not, says why.
    fn take(&mut self, file: &Path) -> bool {
        if self.pipeline.is_broken() {
            return true;
        }
        let result = self.read(file);
        if let Err(error) = &result {
            log::warn(format_args!("{}", with_causes(error)));
        }
        self.pipeline.report_loss(self.now, self.packets.lost());
        result.is_ok()
    }

    fn read(&mut self, file: &Path) -> Result<(), CaptureError> {
        let mut capture = Capture::open(file, self.options.clone())?;
        // Not those of the file before.
        self.pipeline.set_interfaces(capture.interfaces());
        let result = loop {
            let packets = capture.tally().seen();
            let more = capture.read(|sample| {
                self.now = sample.packet.time;
                self.pipeline.take(&sample);
                if self.pace.as_mut().is_some_and(Pace::step) {
                    self.pipeline.flush();
                }
            });
            if self.pipeline.is_broken() || !matches!(more, Ok(true)) {
                break more.map(|_| ());
            }
            // No packet: it may have been the description of an interface.
            if capture.tally().seen() == packets {
                self.pipeline.set_interfaces(capture.interfaces());
            }
        };
        self.packets.merge(capture.tally());
        result
    }
}

/// The error and what caused it, on one line.
fn with_causes(error: &dyn StdError) -> String {
    let causes = iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
