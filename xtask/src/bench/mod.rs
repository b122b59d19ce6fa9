//! `cargo xtask bench`: what it costs, measured here and now, into docs/PERFORMANCE.md.
//!
//! [`machine`] says on what; the kernel programs and the agent's stages are benchmarks of the agent's
//! crate; [`resolver`] loads a real `named`, with and without us and [`others`](contender); [`blocked`] asks for names that
//! are blocked, by us and by `named`.

mod blocked;
mod contender;
mod cpu;
mod load;
mod machine;
mod resolver;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    build::build,
    packages,
    privileges::may_load,
    process::{cargo, output, say, workspace},
};

/// Benchmarks of the agent's crate, and their titles.
const PARTS: [(&str, &str); 4] = [
    ("Kernel programs", "kernel"),
    ("Rules in the kernel", "verdict"),
    ("Loading rules", "rules"),
    ("Agent, one core", "pipeline"),
];

/// What `bench` takes.
#[derive(Args)]
pub struct Options {
    /// Rounds of the resolver's benchmark; 0 leaves it out, and the file as it is
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds of each of a round's two loads
    #[arg(long, default_value_t = 5)]
    seconds: u32,
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
    for (title, name) in PARTS {
        say(format!("benchmark: {name}"));
        let table = output(cargo().args(["bench", "--quiet", "--package", "dns-monitor", "--bench", name]))?;
        report += &format!("\n## {title}\n\n{}\n{}\n", about(name), table.trim());
    }
    if options.rounds > 0 {
        report += &format!("\n## A resolver, with and without\n\n{}\n", resolver::measure(options)?);
        report += &format!("\n## Blocked lookups, the kernel beside RPZ\n\n{}\n", blocked::measure(options)?);
    }
    println_all(&report)?;
    if options.rounds > 0 {
        let path = workspace().join("docs/PERFORMANCE.md");
        fs::write(&path, &report).with_context(|| format!("cannot write {}", path.display()))?;
        say(format!("written: {}", path.display()));
    }
    Ok(())
}

fn about(name: &str) -> &'static str {
    match name {
        "kernel" => {
            "`BPF_PROG_TEST_RUN`, ns a packet, the least of many runs. Beside each its floor with the same frame: a \
             program that only returns, and one that only reserves and submits as many bytes in a ring buffer.\n"
        }
        "verdict" => {
            "As above, ns a packet, the sample of the query included: without rules, then judged by lists of so many \
             names. Before each run a program puts the packet together anew and calls the one that is measured; what \
             that costs, with a program that does nothing, is taken off. So an answer is written over a query each \
             time, and *another each time* is a name drawn at random among 2³², of which none is listed, or among the \
             listed ones.\n"
        }
        "rules" => {
            "From a list of domains in a file to the kernel's tables, the least of several loads; the copy that is kept \
             for a restart is made while the rules are in force already. Memory is what the first load left: the \
             kernel's tables, and what is resident in the agent beside them; at the peak the tables are included, which \
             are mapped into the agent.\n"
        }
        _ => {
            "From the ring buffer to JSON on a pipe, ns of CPU time a lookup (a query and its response with two \
             answers and EDNS), the least of many rounds.\n"
        }
    }
}

fn println_all(text: &str) -> Result<()> {
    use std::io::Write as _;
    std::io::stdout().write_all(text.as_bytes()).context("standard output")
}
