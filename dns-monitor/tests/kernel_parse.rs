//! One frame in; verdict, fate and sample out; then every truncation of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_support;

use kernel_support::{
    bench::{Bench, settings},
    cases,
    hook::Hook,
    truncation::{self, LEAST},
};

/// Around the sizes that the programs reserve.
const LENGTHS: [usize; 17] = [0, 1, 7, 8, 9, 63, 64, 65, 191, 192, 193, 512, 513, 1232, 1280, 1281, 1472];
/// Around what one sample holds.
const LARGE: [usize; 2] = [4097, 8193];

#[test]
fn every_branch_of_the_parsers() {
    cases::check_all(&mut Bench::new(&settings()));
}

#[test]
fn every_truncation_of_every_case() {
    let mut bench = Bench::new(&settings());
    for (what, frame, _) in cases::all() {
        Hook::ALL.iter().for_each(|hook| truncation::all(&mut bench, *hook, what, &frame));
    }
}

#[test]
fn every_truncation_of_every_length() {
    let mut bench = Bench::new(&settings());
    for length in LENGTHS {
        for frame in cases::of_length(length) {
            Hook::ALL.iter().for_each(|hook| truncation::all(&mut bench, *hook, "a length", &frame));
        }
    }
}

#[test]
fn every_truncation_of_multi_buffer_frames() {
    let mut bench = Bench::new(&settings());
    for frame in LARGE.into_iter().flat_map(cases::of_length) {
        truncation::all(&mut bench, Hook::XdpFrags, "a length", &frame);
    }
}

#[test]
fn frames_without_an_ethernet_header_reach_no_program() {
    let mut bench = Bench::new(&settings());
    for hook in Hook::ALL {
        assert!(bench.run(hook, &[0; LEAST - 1]).is_err(), "{hook:?}: {LEAST} is not the least any more");
        bench.run(hook, &[0; LEAST]).unwrap();
    }
}
