//! `cargo xtask bench`: what it costs, measured here and now, into docs/PERFORMANCE.md.
//!
//! [`machine`] says on what, [`part`] which parts there are: the kernel programs and the agent's stages are benchmarks of
//! the agent's crate; [`resolver`] loads a real `named`, with and without us and [`others`](contender); [`blocked`] asks for names that
//! are blocked, by us and by `named`; [`idle`] has one that nobody asks; [`cause`] asks whether it is true what events say of causes; [`trace`] goes through
//! recorded events.

mod blocked;
mod cause;
mod contender;
mod cpu;
mod idle;
mod load;
mod machine;
mod part;
mod resolver;
mod trace;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use self::part::Part;
use crate::{
    build::build,
    packages,
    privileges::may_load,
    process::{say, workspace},
};

/// What `bench` takes.
#[derive(Args)]
pub struct Options {
    /// Rounds of the benchmarks with a resolver; 0 leaves them out, and the file as it is
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each of a round's two loads
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    /// Events that alerts are traced through; each takes 0.9 KB of disk
    #[arg(long, default_value_t = 2_000_000)]
    events: u64,
    /// Only this part; may be given several times, and leaves the file as it is
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

/// Measures everything, prints it, and writes it down.
pub fn bench(options: &Options) -> Result<()> {
    if !may_load()? {
        bail!("the benchmarks load programs and make network namespaces: run them as root");
    }
    packages::ensure(&[packages::LAB, packages::TESTS, packages::BENCH])?;
    build()?;
    let mut report = format!(
        "# Performance\n\nWritten by `cargo xtask bench`. Compare figures of one run only: this machine is {}.\n",
        machine::describe()?
    );
    let with_lab = |part: &Part| {
        !matches!(part, Part::Resolver | Part::Blocked | Part::Idle | Part::Cause) || options.rounds > 0
    };
    let wanted = |part: &Part| options.only.is_empty() || options.only.contains(part);
    for part in Part::value_variants().iter().filter(|part| with_lab(part) && wanted(part)) {
        report += &part.measure(options)?;
    }
    println_all(&report)?;
    if options.rounds > 0 && options.only.is_empty() {
        let path = workspace().join("docs/PERFORMANCE.md");
        fs::write(&path, &report).with_context(|| format!("cannot write {}", path.display()))?;
        say(format!("written: {}", path.display()));
    }
    Ok(())
}

fn println_all(text: &str) -> Result<()> {
    use std::io::Write as _;
    std::io::stdout().write_all(text.as_bytes()).context("standard output")
}
