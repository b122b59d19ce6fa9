//! Bytes in, messages out. Pure: no clock, no I/O, no panic; every function here is fuzzed.
//!
//! 1. [`message`]: header, question and records, in place, without allocation;
//! 2. [`name`]: domain names, compressed or not, and their presentation form;
//! 3. [`edns`]: what the OPT record says;
//! 4. [`rdata`]: record data as text, by the table in [`rr_type`];
//! 5. [`class`], [`opcode`], [`rcode`]: what is compared with, and [`mnemonics`]: all of them by name;
//! 6. [`fragments`] and [`tcp`]: messages that came in pieces.

pub mod class;
mod decoder;
pub mod edns;
mod flow;
pub mod fragments;
pub mod header;
pub mod malformed;
pub mod message;
pub mod mnemonics;
pub mod name;
pub mod opcode;
pub mod rcode;
pub mod rdata;
pub mod record;
pub mod rr_type;
pub mod tcp;
pub mod text;

pub use decoder::{Books, Decoder};
