//! How far the verifier has to walk. It gives up after a million instructions, and other kernels, which prune in other
//! places, take more steps than this one: what is left is for them, and for what is to come.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_support;

use aya::programs::Program;
use kernel_support::{
    bench::{Bench, settings},
    hook::Hook,
};

const MOST: u32 = 700_000;

#[test]
fn every_program_leaves_the_verifier_room() {
    let mut bench = Bench::new(&settings());
    for hook in Hook::ALL {
        let info = match bench.object.ebpf.program_mut(hook.name()).unwrap() {
            Program::Xdp(program) => program.load().and_then(|()| program.info()),
            Program::SchedClassifier(program) => program.load().and_then(|()| program.info()),
            other => panic!("{hook:?} is a {other:?}"),
        };
        // Linux 5.16 tells.
        let Some(count) = info.unwrap().verified_instruction_count() else { continue };
        assert!(count < MOST, "{hook:?}: {count} instructions verified, at most {MOST} are wanted");
    }
}
