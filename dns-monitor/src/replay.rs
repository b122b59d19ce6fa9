//! `dns-monitor replay`: capture files through the same pipeline, as fast as the reader takes the events.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use thiserror::Error;

use crate::{
    config::Config,
    ledger::Tally,
    log,
    output::{emit::Pressure, queue::queue, stdout::Writer},
    pipeline::Pipeline,
    source::capture::{Capture, CaptureError, CaptureOptions, CaptureReason},
};

/// A reader may be as slow as it likes; only one that is gone ends the replay.
const FOREVER: Duration = Duration::from_secs(u32::MAX as u64);

/// Why not all of every file became events.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// One file could not be read to its end; the others were.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The writer could not be started.
    #[error("cannot start the writer of standard output")]
    Writer(#[source] io::Error),
    /// Nobody reads the events any more.
    #[error("standard output is closed or full: no event can be written any more")]
    Broken,
}

/// Reads the files in order, as one capture; prints the ledger to standard error.
///
/// # Errors
/// [`ReplayError`], the first one; whatever could be read has become events all the same.
pub fn replay(config: &Config, files: &[PathBuf], colored: bool) -> Result<(), ReplayError> {
    let (queue, batches) = queue(config.stdout.queue_bytes);
    let writer = Writer::start(batches).map_err(ReplayError::Writer)?;
    let mut pipeline = Pipeline::new(config, colored, queue, Pressure::Wait);
    let options =
        CaptureOptions { ports: config.capture.ports.clone(), resolvers: config.replay.resolvers.clone() };
    let mut packets = Tally::default();
    let mut failure = None;
    for file in files {
        if let Err(error) = read(file, &options, &mut pipeline, &mut packets) {
            log::warn(format_args!("{error}"));
            failure = failure.or(Some(error));
        }
    }
    pipeline.finish();
    pipeline.close();
    writer.finish(FOREVER);
    log::info(format_args!("{}", pipeline.ledger(packets, None)));
    match failure {
        _ if pipeline.is_broken() => Err(ReplayError::Broken),
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}

fn read(
    file: &Path,
    options: &CaptureOptions,
    pipeline: &mut Pipeline,
    packets: &mut Tally<CaptureReason>,
) -> Result<(), CaptureError> {
    let mut capture = Capture::open(file, options.clone())?;
    let result = loop {
        let mut delivered = false;
        let more = capture.read(|sample| {
            delivered = true;
            pipeline.take(&sample);
        });
        if pipeline.is_broken() || !matches!(more, Ok(true)) {
            break more.map(|_| ());
        }
        if !delivered {
            pipeline.set_interfaces(capture.interfaces()); // it may have been the description of one
        }
    };
    packets.merge(capture.tally());
    result
}
