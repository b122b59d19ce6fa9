//! The contract between the kernel programs and the agent, declared once.
//!
//! Layouts, byte order and names; of logic only the hash of a name, which both sides must work out alike. Read in this
//! order:
//!
//! 1. [`sample`]: what one packet becomes in the ring buffer;
//! 2. [`counter`]: what happened to every packet, by reason;
//! 3. [`rule`]: what names mean, as tables;
//! 4. [`names`]: how programs, maps and settings are called.
#![no_std]

pub mod counter;
pub mod names;
pub mod rule;
pub mod sample;
