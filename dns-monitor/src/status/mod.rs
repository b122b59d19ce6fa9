//! How the agent is: one set of figures, for `dns-monitor status`, for monitoring by its exit status, and for Prometheus.
//!
//! 1. [`board`]: where the pipeline's thread leaves its figures, without waiting for anybody;
//! 2. [`report`]: all figures, those of each [`output`] among them, as the control socket tells them;
//! 3. [`health`]: which of them somebody should look at;
//! 4. [`desk`]: puts them together when somebody asks;
//! 5. [`show`]: as text for people;
//! 6. [`metrics`] and [`scrape`]: as text for Prometheus, and who serves it.

pub mod board;
pub mod desk;
pub mod health;
pub mod metrics;
pub mod output;
pub mod process;
pub mod report;
pub mod scrape;
pub mod show;

#[cfg(test)]
mod tests;
