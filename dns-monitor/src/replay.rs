//! `dns-monitor replay`: capture files through the same pipeline, as fast as the reader takes the events.

use std::{
    error::Error as StdError,
    iter,
    path::{Path, PathBuf},
    sync::Arc,
};

use thiserror::Error;

use crate::{
    config::{Config, rules::Mode},
    identity::directory::Directory,
    ledger::Tally,
    log,
    output::{
        emit::Pressure,
        writers::{self, Source, WritersError},
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

/// Reads the files in order, as one capture; prints the ledger to standard error.
///
/// # Errors
/// [`ReplayError`]; whatever could be read has become events all the same.
pub fn replay(config: &Config, files: &[PathBuf]) -> Result<(), ReplayError> {
    let (lanes, writers) = writers::start(config, Source::Files)?;
    let mut pipeline = Pipeline::new(config, lanes, Pressure::Wait, Directory::of_files(config));
    if !config.specs.is_empty() {
        pipeline.set_rules(Arc::new(rules(config)?));
    }
    let options =
        CaptureOptions { ports: config.capture.ports.clone(), resolvers: config.replay.resolvers.clone() };
    let mut replay = Replay { options, pipeline, packets: Tally::default(), now: 0 };
    let failed = files.iter().filter(|file| !replay.take(file)).count();
    let Replay { mut pipeline, packets, now, .. } = replay;
    pipeline.finish();
    pipeline.report_loss(now, packets.lost());
    pipeline.close();
    writers.finish(None);
    log::info(format_args!("{}", pipeline.ledger(packets, None)));
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
