//! `cargo xtask fuzz`: the decoders against mutated messages. The folder is also cargo-fuzz's, which
//! need not be installed: libFuzzer and the compiler's coverage passes are enough. No sanitizer: the
//! decoders have no unsafe code.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, builder::ArgPredicate};

use crate::{
    build_ebpf::build_ebpf,
    process::{cargo, line, run, say, target, workspace},
};

/// What `fuzz` takes.
#[derive(Args)]
pub struct Options {
    /// Targets to run [default: all]
    pub targets: Vec<String>,
    /// Inputs to try with each target [default: 100000, where no time is given]
    #[arg(long, default_value_if("seconds", ArgPredicate::IsPresent, None), default_value = "100000")]
    pub runs: Option<u64>,
    /// Time for each target, seconds
    #[arg(long)]
    pub seconds: Option<u64>,
}

/// How the fuzzers are built.
#[derive(Clone, Copy)]
pub enum Build {
    /// As the tests are, which have most of it built already: slow inputs, soon.
    Tests,
    /// For a longer run.
    Fast,
}

impl Build {
    /// Cargo's name, and its folder's.
    fn profile(self) -> (&'static str, &'static str) {
        match self {
            Self::Tests => ("dev", "debug"),
            Self::Fast => ("fuzz", "fuzz"),
        }
    }
}

/// Builds the targets, writes seeds from the captures and runs each target.
pub fn fuzz(options: &Options, how: Build) -> Result<()> {
    let all = targets()?;
    if let Some(unknown) = options.targets.iter().find(|target| !all.contains(target)) {
        bail!("no fuzz target {unknown}; there are: {}", all.join(", "));
    }
    build_ebpf()?;
    let limits = [
        options.runs.map(|runs| format!("-runs={runs}")),
        options.seconds.map(|seconds| format!("-max_total_time={seconds}")),
    ];
    let limits: Vec<String> = limits.into_iter().flatten().collect();
    let programs = build(how)?;
    let seeds = target("fuzzing/seeds");
    step(Command::new(programs.join("seeds")).arg(&seeds))?;
    for name in all.iter().filter(|name| options.targets.is_empty() || options.targets.contains(name)) {
        run_target(&programs, name, &limits, &seeds)?;
    }
    Ok(())
}

/// Every file in the folder of targets is one.
fn targets() -> Result<Vec<String>> {
    let folder = workspace().join("dns-monitor/fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        names.extend(entry?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    ensure!(!names.is_empty(), "no fuzz target in {}", folder.display());
    names.sort();
    Ok(names)
}

fn build(how: Build) -> Result<PathBuf> {
    let (profile, folder) = how.profile();
    step(
        cargo()
            .args(["build", "--quiet", "--package", "dns-monitor-fuzz", "--bins", "--profile", profile])
            .env("RUSTC_WORKSPACE_WRAPPER", workspace().join("dns-monitor/fuzz/instrumented-rustc")),
    )?;
    Ok(target(folder))
}

/// From the same seeds with the same random numbers each time; what crashes is kept.
fn run_target(programs: &Path, name: &str, limits: &[String], seeds: &Path) -> Result<()> {
    let crashes = workspace().join("dns-monitor/fuzz/artifacts").join(name);
    let found = target("fuzzing/corpus").join(name);
    if found.exists() {
        fs::remove_dir_all(&found)?;
    }
    fs::create_dir_all(&crashes)?;
    fs::create_dir_all(&found)?;
    let mut fuzzer = Command::new(programs.join(name));
    fuzzer
        .args(limits)
        .args(["-seed=1", "-timeout=20", "-verbosity=0", "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={}/", crashes.display()))
        .args([&found, seeds]);
    say(line(&fuzzer));
    let output = fuzzer.output().with_context(|| format!("cannot start `{}`", line(&fuzzer)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("fuzz target {name}: {}\n{said}", output.status);
    }
    let inputs = executed(&said).with_context(|| format!("fuzz target {name} said no count:\n{said}"))?;
    say(format!("fuzz target {name}: {inputs} inputs, nothing found"));
    Ok(())
}

/// How many inputs libFuzzer says that it tried.
fn executed(said: &str) -> Option<u64> {
    said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok())
}

fn step(command: &mut Command) -> Result<()> {
    say(line(command));
    run(command)
}

#[cfg(test)]
mod tests {
    use super::executed;

    #[test]
    fn libfuzzers_count_is_read() {
        for (said, expected) in [
            ("INFO: x\nstat::number_of_executed_units: 20000\nstat::peak_rss_mb: 28\n", Some(20_000)),
            ("INFO: killed early\n", None),
        ] {
            assert_eq!(executed(said), expected, "{said}");
        }
    }
}
