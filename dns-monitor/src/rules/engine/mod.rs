//! The rules of a running agent: loaded beside the traffic, put in force at once, changed by command and by what is learned.
//!
//! 1. [`load`] with `settings`, `texts` and [`reader`]: everything the configuration names becomes a set of rules, on a thread of its own;
//! 2. [`force`]: a set of rules goes to the kernel and to the pipeline; commands and learned names change it;
//! 3. [`service`] with `owner`: the thread that does all this, one thing after the other;
//! 4. [`report`]: what it says of itself.
//!
//! [`offline`] does without an agent.

pub mod force;
pub mod load;
pub mod notes;
pub mod offline;
mod owner;
pub mod reader;
pub mod report;
pub mod service;
mod settings;
#[cfg(test)]
mod tests;
mod texts;

pub use self::service::{Handle, Service};
