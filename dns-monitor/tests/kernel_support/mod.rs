//! What the tests of the kernel programs share: frames, and a bench that runs programs on them.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "test support")]

pub mod answers;
pub mod bench;
pub mod blocked;
pub mod cases;
pub mod client;
pub mod frame;
pub mod hook;
pub mod loopback;
pub mod odd;
pub mod rules;
pub mod second_opinion;
pub mod taken;
pub mod truncation;
