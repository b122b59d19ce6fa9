//! Writes every message of the captures, one for each example of record data, and what the targets read beside DNS into
//! the folders given: inputs from which they start.

use std::{env, fs, path::PathBuf};

use dns_monitor_common::sample::{HEADER_LENGTH, SampleHeader, flag, protocol};
// The coverage runtime, which instrumented code refers to.
use libfuzzer_sys as _;

mod beside_dns;
#[path = "../tests/decode_support/mod.rs"]
mod decode_support;

use decode_support::{captures, rdata_examples as examples, unhex};

fn main() -> std::io::Result<()> {
    let captured = captures::udp_payloads().into_iter().map(|captured| captured.payload);
    let examples = examples::KNOWN_TO_BIND.iter().chain(examples::UNKNOWN_TO_BIND);
    let examples = examples.map(|(rtype, wire, _)| examples::message(*rtype, 1, &unhex(wire)));
    let messages: Vec<Vec<u8>> = captured.chain(examples).collect();
    let samples = messages.iter().map(|message| in_a_sample(message));
    let seeds = messages.iter().cloned().chain(samples).chain(small_captures()?);
    let seeds: Vec<Vec<u8>> = seeds.chain(beside_dns::seeds()).collect();
    for folder in env::args_os().skip(1).map(PathBuf::from) {
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:05}")), seed)?;
        }
    }
    Ok(())
}

/// A message as the kernel programs hand it over, behind its length, for the target `pipeline`.
fn in_a_sample(message: &[u8]) -> Vec<u8> {
    let is_response = message.get(2).is_some_and(|byte| byte & 0x80 != 0);
    let (source_port, destination_port) = if is_response { (53, 4000) } else { (4000, 53) };
    let length = message.len() as u16;
    let header = SampleHeader {
        length: length.into(),
        captured: length,
        source_port,
        destination_port,
        flags: if is_response { flag::EGRESS } else { 0 },
        protocol: protocol::UDP,
        ..SampleHeader::default()
    };
    // SAFETY: the layout has no padding and only integers.
    let header: [u8; HEADER_LENGTH] = unsafe { std::mem::transmute(header) };
    let whole = HEADER_LENGTH as u16 + length;
    [&whole.to_be_bytes()[..], &header, message].concat()
}

/// Capture files themselves, where they are small, for the target `capture`.
fn small_captures() -> std::io::Result<Vec<Vec<u8>>> {
    let files =
        captures::files().into_iter().filter(|file| fs::metadata(file).is_ok_and(|file| file.len() < 4096));
    files.map(fs::read).collect()
}
