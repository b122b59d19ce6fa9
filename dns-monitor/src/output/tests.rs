//! Where the reader of the events is slow, or gone: nothing waits, and every event is in the books.

#![allow(clippy::unwrap_used, reason = "tests")]

mod filter;
mod gap;
mod queue;
mod reload;
mod stdout;

use super::queue::Batch;

/// So many lines of ten bytes.
fn batch(events: u64) -> Batch {
    Batch { bytes: b"a line 10\n".repeat(events as usize), events, since: None }
}
