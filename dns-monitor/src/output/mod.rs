//! Events leave: encoded into batches, queued, written by a thread of their own.
//!
//! 1. [`emit`]: numbers, encodes and counts;
//! 2. [`queue`]: bounded; what does not fit is counted, never waited for (but by `replay`);
//! 3. [`stdout`]: the writer.

pub mod emit;
pub mod queue;
pub mod sink;
pub mod stdout;

use crate::ledger::reasons;

reasons! {
    /// What became of events.
    OutputReason {
        /// Written to standard output.
        Written "written" Emitted,
        /// The agent's own: a PTR record that it looked up.
        Own "own" Filtered,
        /// The reader of standard output was too slow: the queue was full.
        QueueFull "queue-full" Lost,
        /// The reader of standard output is gone, or the disk behind it is full.
        WriteFailed "write-failed" Lost,
        /// The reader of standard output did not read when the agent stopped.
        Unread "unread-at-exit" Lost,
    }
}

#[cfg(test)]
mod tests;
