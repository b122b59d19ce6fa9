//! Why alerts cannot be traced.

use std::io;

use thiserror::Error;

/// Why alerts cannot be traced.
#[derive(Debug, Error)]
pub enum TraceError {
    /// Some inputs could not be read to their end; each was named when it happened.
    #[error("{failed} of {files} files could not be read to the end")]
    Input {
        /// How many.
        failed: usize,
        /// Of how many.
        files: usize,
    },
    /// An event that was read once cannot be read again.
    #[error("an event cannot be read again: did a file change while it was read? {0}")]
    Reread(#[source] io::Error),
    /// There is no place for what is kept of a stream.
    #[error("cannot make a temporary file: {0}")]
    Temporary(#[source] io::Error),
    /// Nobody reads any more.
    #[error("standard output: {0}")]
    Output(#[source] io::Error),
    /// The same standard input cannot be both.
    #[error("only one of --alerts and --events can be standard input")]
    TwoStdins,
    /// Nothing to trace.
    #[error("nothing to trace: give --alerts FILE, or --flow IP:PORT or --name NAME with what else is known")]
    NoAlerts,
    /// Not a time.
    #[error("--at {0}: not a time, such as 2026-11-26T18:02:11.123Z or 1795716131.123")]
    Time(String),
}
