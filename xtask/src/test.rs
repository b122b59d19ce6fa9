//! `cargo xtask test`: everything a change must pass, from a fresh clone.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use anyhow::{Context, Result, anyhow, bail};

use crate::{
    bpf_linker,
    build::build,
    build_ebpf::{build_ebpf, compile},
    fuzz::{self, fuzz},
    packages,
    privileges::may_load,
    process::{cargo, line, run, say},
    toolchain::Toolchain,
};

/// Inputs for each fuzz target, the seeds among them; those that are slow get as far as they come in so many seconds.
const FUZZ: (u64, u64) = (20_000, 30);
/// All of them, also where one fails.
const TESTS: [&str; 2] = ["test", "--no-fail-fast"];

/// Format, lints, a little fuzzing, then all tests; a test that was not run is a failure.
///
/// Much of a build waits for one core: the largest crate, the linker. So the agent is built beside all the rest. The
/// tests run when nothing else does.
pub fn test() -> Result<()> {
    if !may_load()? {
        bail!(
            "the tests load programs and make network namespaces: run `sudo -E env PATH=$PATH cargo xtask test`"
        );
    }
    step(cargo().args(["fmt", "--all", "--check"]))?;
    together(|| packages::ensure(&[packages::LAB, packages::TESTS]), build_ebpf)?;
    together(|| build().map(drop), lint_and_fuzz)?;
    run_tests(cargo().args(TESTS))
}

fn lint_and_fuzz() -> Result<()> {
    step(cargo().args(["clippy", "--quiet", "--all-targets", "--", "-Dwarnings"]))?;
    let linker = bpf_linker::ensure(&Toolchain::find()?)?;
    step(compile("clippy", &linker).args(["--", "-Dwarnings"]))?;
    step(cargo().args(TESTS).args(["--no-run", "--quiet"]))?;
    let (runs, seconds) = (Some(FUZZ.0), Some(FUZZ.1));
    fuzz(&fuzz::Options { targets: Vec::new(), runs, seconds }, fuzz::Build::Tests)
}

/// Does both at the same time. The first error is told at once; nothing is cut short.
fn together(one: impl FnOnce() -> Result<()>, other: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    let told = |result: Result<()>| result.inspect_err(|error| say(format!("FAILED: {error:#}")));
    thread::scope(|scope| {
        let other = scope.spawn(move || told(other()));
        let one = told(one());
        let other = other.join().map_err(|_| anyhow!("a step panicked"))?;
        one.and(other)
    })
}

/// Says what it does, and what that took.
fn step(command: &mut Command) -> Result<()> {
    let (line, start) = (line(command), Instant::now());
    say(&line);
    run(command)?;
    say(format!("{line}: {} s", start.elapsed().as_secs()));
    Ok(())
}

/// Runs tests with their own output, and fails where cargo counts ignored ones.
fn run_tests(command: &mut Command) -> Result<()> {
    say(line(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    let output = child.stdout.take().context("the tests have no standard output")?;
    let mut skipped = 0;
    for text in BufReader::new(output).lines() {
        let text = text?;
        skipped += ignored(&text);
        writeln!(std::io::stdout(), "{text}")?;
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    if skipped > 0 {
        bail!("{skipped} tests were skipped: a skip is a failure here");
    }
    Ok(())
}

/// How many tests a line of the test harness says were ignored.
fn ignored(text: &str) -> u32 {
    let Some(result) = text.strip_prefix("test result: ") else { return 0 };
    result.split("; ").find_map(|part| part.strip_suffix(" ignored")?.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use anyhow::{Result, bail};

    use super::{ignored, together};

    #[test]
    fn two_steps_at_a_time_both_end() -> Result<()> {
        // Neither ends before the other has begun.
        let both = Barrier::new(2);
        let meet = || {
            both.wait();
            Ok(())
        };
        together(meet, meet)?;
        for (one, other, expected) in [
            (None, None, None),
            (Some("a"), None, Some("a")),
            (None, Some("b"), Some("b")),
            (Some("a"), Some("b"), Some("a")),
        ] {
            let step = |error: Option<&'static str>| move || error.map_or(Ok(()), |error| bail!(error));
            let result = together(step(one), step(other));
            assert_eq!(result.err().map(|error| error.to_string()).as_deref(), expected);
        }
        Ok(())
    }

    #[test]
    fn skipped_tests_are_counted() {
        for (text, expected) in [
            (
                "test result: ok. 3 passed; 0 failed; 2 ignored; 0 measured; 1 filtered out; finished in 0.01s",
                2,
            ),
            (
                "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
                0,
            ),
            ("test some::test ... ok", 0),
            ("prints 5 ignored; things", 0),
        ] {
            assert_eq!(ignored(text), expected, "{text}");
        }
    }
}
