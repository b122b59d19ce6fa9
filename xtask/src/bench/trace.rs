//! `dns-monitor trace`: alerts against recorded events, as many as a file of a day may hold.

mod made;

use std::{
    fmt::Write as _,
    fs::File,
    io,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use self::made::{ALERTS, FOUND, Order};
use super::Options;
use crate::process::{line, say, target};

/// What is aimed at, in seconds: ten million events.
const AIM: (u64, u64) = (10_000_000, 10);

/// One run.
struct Run {
    time: Duration,
    cpu: Duration,
    /// MiB.
    resident: i64,
}

/// Both orders of fields, as a Markdown table.
pub fn measure(options: &Options) -> Result<String> {
    let folder = made::Folder::new()?;
    let alerts = folder.file("alerts.json");
    made::alerts(&alerts, options.events)?;
    let mut text = format!(
        "{ALERTS} EVE alerts against {} events of `run`, both made for this, the events in the page cache: {} runs each, \
         the least. Of the alerts {FOUND} have a lookup: by connection, id and name, by id and name, or by name. The \
         second row has the same events as another program may have written them, with their fields in another order: \
         each is parsed. Aimed at for {} M events: {} s.\n\n\
         | events | GB | s | s, for {} M | CPU seconds | GB/s | resident |\n|---|---:|---:|---:|---:|---:|---:|\n",
        options.events,
        options.rounds.max(1),
        AIM.0 / 1_000_000,
        AIM.1,
        AIM.0 / 1_000_000,
    );
    for order in [Order::AsWritten, Order::Another] {
        let events = folder.file("events.ndjson");
        say(format!("making {} events, {}", options.events, order.name()));
        let size = made::events(&events, options.events, order)? as f64 / 1e9;
        // What was written first may have left the page cache again: the disk is not what is measured.
        io::copy(&mut File::open(&events)?, &mut io::sink())?;
        let mut runs = Vec::new();
        for _ in 0..options.rounds.max(1) {
            let run = run(&alerts, &events)?;
            say(format!(
                "{}: {:.2} s, {:.2} s of CPU time",
                order.name(),
                run.time.as_secs_f64(),
                run.cpu.as_secs_f64()
            ));
            runs.push(run);
        }
        let best = runs.iter().min_by_key(|run| run.time).context("no runs")?;
        let seconds = best.time.as_secs_f64();
        writeln!(
            text,
            "| {} | {size:.2} | {seconds:.2} | {:.2} | {:.2} | {:.2} | {} MB |",
            order.name(),
            seconds * AIM.0 as f64 / options.events as f64,
            best.cpu.as_secs_f64(),
            size / seconds,
            best.resident
        )?;
    }
    Ok(text)
}

/// Runs it; every alert that has a lookup must be found, and no other.
fn run(alerts: &Path, events: &Path) -> Result<Run> {
    let mut command = Command::new(target("release/dns-monitor"));
    command.args(["trace", "--format", "json", "--alerts"]).arg(alerts).arg("--events").arg(events);
    let found = alerts.with_extension("found");
    command.stdout(File::create(&found)?).stderr(Stdio::null());
    let begin = Instant::now();
    let child = command.spawn().with_context(|| format!("cannot start `{}`", line(&command)))?;
    let (status, usage) = wait(child.id())?;
    let time = begin.elapsed();
    // 1: some alerts have no lookup, as made.
    ensure!(
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 1,
        "`{}` ended with {status}",
        line(&command)
    );
    let text = std::fs::read_to_string(&found)?;
    let count = text.lines().filter(|line| line.contains(r#""trace":{"sure":"#)).count();
    ensure!(count == FOUND, "{count} alerts have a lookup, and {FOUND} should");
    let of = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.unsigned_abs()) + Duration::from_micros(time.tv_usec.unsigned_abs())
    };
    Ok(Run { time, cpu: of(usage.ru_utime) + of(usage.ru_stime), resident: usage.ru_maxrss >> 10 })
}

/// Waits for a child; how it ended, and what it used.
fn wait(pid: u32) -> Result<(i32, libc::rusage)> {
    let mut status = 0;
    // SAFETY: all zero is a value of the type.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: writes a number and a usage, both ours.
    let waited = unsafe { libc::wait4(i32::try_from(pid)?, &raw mut status, 0, &raw mut usage) };
    ensure!(waited > 0, "waiting for the program: {}", io::Error::last_os_error());
    Ok((status, usage))
}
