//! Waiting for a condition, never for luck.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// How long the machine may be busy before a condition counts as never met.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks `condition` until it has a value, at most [`PATIENCE`].
pub fn until<T>(what: &str, mut condition: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition()? {
            return Ok(value);
        }
        if Instant::now() > deadline {
            bail!("waited {} s in vain: {what}", PATIENCE.as_secs());
        }
        thread::sleep(Duration::from_millis(10));
    }
}
