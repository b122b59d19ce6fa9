//! Events leave: encoded into batches, queued, written by a thread of their own.
//!
//! 1. [`emit`]: numbers events, and has them encoded once for all outputs that want the same;
//! 2. [`lane`]: the way to one output: what it wants ([`filter`], [`aggregate`]), in which [`form`], and its books;
//! 3. [`queue`]: bounded; what does not fit is counted, never waited for (but by `replay`);
//! 4. [`writers`]: the threads at the other ends: [`stdout`], or a [`worker`] with its [`sink`] and [`spool`];
//! 5. [`service`]: outputs come and go while the agent runs, by [`reload`]; those that went are in the books of the [`past`];
//! 6. [`watch`]: how they are, by their [`gauge`]; [`lookups`]: names of collectors, and who is asked about them.

pub mod aggregate;
pub mod emit;
pub mod filter;
pub mod form;
pub mod gauge;
pub mod lane;
pub mod lookups;
pub mod past;
pub mod queue;
pub mod reload;
pub mod service;
pub mod sink;
pub mod spool;
pub mod stdout;
pub mod watch;
pub mod worker;
pub mod writers;

pub use self::service::Service;
use crate::ledger::reasons;

reasons! {
    /// What became of events.
    OutputReason {
        /// Written to standard output, or taken by the collector; where it does not acknowledge: by the kernel.
        Delivered "delivered" Emitted,
        /// On disk, for the next start of the agent.
        Kept "kept" Emitted,
        /// The agent's own: a PTR record that it looked up.
        Own "own" Filtered,
        /// The filter of the output has left it out.
        Filtered "filtered" Filtered,
        /// It is not of the sample.
        Sampled "sampled" Filtered,
        /// It is in another event, which counts how many it stands for.
        Aggregated "aggregated" Filtered,
        /// The output was too slow: the queue was full.
        QueueFull "queue-full" Lost,
        /// The collector will never take it.
        Refused "refused" Lost,
        /// The spool was full, or broken at this place.
        SpoolFull "spool-full" Lost,
        /// The reader of standard output is gone, or the disk behind it is full.
        WriteFailed "write-failed" Lost,
        /// The output did not take it in time when it was ended, or the agent was.
        Unread "unread-at-exit" Lost,
    }
}

#[cfg(test)]
mod tests;
