//! dns-monitor: from the packet on a resolver's NIC to the machine that asked.
//!
//! Read in the order the data flows:
//!
//! 1. [`sample`]: what any source delivers, a packet that may carry DNS;
//! 2. [`source`]: where samples come from: the kernel, or a capture file;
//! 3. [`decode`]: samples become messages: fragments and TCP streams reassembled, names read;
//! 4. [`track`]: messages become lookups;
//! 5. [`rules`]: lookups are judged, and what is decided goes back to the kernel;
//! 6. [`identity`]: who had the address at that time;
//! 7. [`event`] and [`output`]: lookups become lines.
//!
//! Later, from recorded events: [`trace`], from an alert to the machine behind it.
//!
//! Beside the flow: [`cli`] and [`config`], what the operator asked for, and [`control`], what is asked later; [`sandbox`],
//! what the agent gives up, and [`notify`] and [`status`], what others hear of how it is; [`memory`]: what is needed soon
//! is brought near.

pub mod cli;
pub mod config;
pub mod control;
#[deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
pub mod decode;
pub mod event;
pub mod generate;
pub mod identity;
pub mod ledger;
pub mod log;
pub mod memory;
pub mod notify;
pub mod output;
pub mod pipeline;
pub mod replay;
pub mod rules;
pub mod run;
pub mod sample;
pub mod sandbox;
pub mod source;
pub mod status;
pub mod trace;
pub mod track;
