//! Where samples come from. Everything after this folder must not know which source it was.
//!
//! `capture` reads packet captures; `kernel` is the only place that names aya.

pub mod capture;
pub mod kernel;
