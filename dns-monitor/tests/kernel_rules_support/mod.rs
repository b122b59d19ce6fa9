//! The kernel programs, the agent's matcher and the specification, asked about the same lookups.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "test support")]

pub mod opinion;
pub mod room;
pub mod trial;
