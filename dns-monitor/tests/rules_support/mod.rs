//! Random rules and lookups, and what the specification says of them: for the tests of the agent's matcher, and for those
//! that ask the kernel programs.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "test support; each test uses a part of it")]

pub mod chance;
pub mod lookups;
pub mod reference;
pub mod words;
pub mod world;
