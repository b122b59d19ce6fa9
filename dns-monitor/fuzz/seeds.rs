//! Writes every message of the captures, and one for each example of record data, into the
//! folders given: inputs from which the targets start.

use std::{env, fs, path::PathBuf};

// The coverage runtime, which instrumented code refers to.
use libfuzzer_sys as _;

#[path = "../tests/decode_support/mod.rs"]
mod decode_support;

use decode_support::{captures, rdata_examples as examples, unhex};

fn main() -> std::io::Result<()> {
    let captured = captures::udp_payloads().into_iter().map(|captured| captured.payload);
    let examples = examples::KNOWN_TO_BIND.iter().chain(examples::UNKNOWN_TO_BIND);
    let examples = examples.map(|(rtype, wire, _)| examples::message(*rtype, 1, &unhex(wire)));
    let messages: Vec<Vec<u8>> = captured.chain(examples).collect();
    for folder in env::args_os().skip(1).map(PathBuf::from) {
        fs::create_dir_all(&folder)?;
        for (number, message) in messages.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:05}")), message)?;
        }
    }
    Ok(())
}
