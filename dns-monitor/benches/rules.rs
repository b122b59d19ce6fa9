//! What it takes to load rules: from the text of a list to the kernel's tables, as the agent does it.
//!
//! Prints a Markdown table of times and memory, then what judging a lookup costs in the agent itself.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "rules/agent.rs"]
mod agent;
#[path = "rules/memory.rs"]
mod memory;
#[path = "support/names.rs"]
mod names;
#[path = "support/mod.rs"]
mod support;

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use dns_monitor::{
    config::Config,
    rules::{
        engine::load::{Loaded, Loader, Note, Occasion},
        ruleset::Ruleset,
    },
    source::kernel::{
        enforce::{Compiled, Enforcer},
        object,
    },
};
use memory::Memory;
use support::{Result, capture};

const RING: u32 = 1 << 20;
/// Names of a list, and how often it is loaded: the least time counts.
const LISTS: [(usize, usize); 3] = [(120_000, 10), (1_000_000, 4), (10_000_000, 3)];

fn main() -> Result<()> {
    let folder = tempfile::Builder::new().prefix("dns-monitor-bench-").tempdir()?;
    let mut object = object::load(&capture(RING))?;
    let mut enforcer = Enforcer::new(&mut object)?;
    println!(
        "| names | text, MB | read and compiled, s | put in force, s | in all, s | then kept on disk, s | kernel, bytes a \
         name | agent, bytes a name | agent at the peak |"
    );
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut last = None;
    for (names, rounds) in LISTS {
        let list = folder.path().join(format!("{names}.txt"));
        let bytes = write(&list, names)?;
        let (mut times, mut growth) = (Times::MOST, None);
        for _ in 0..rounds {
            drop(last.take()); // only one set of rules at a time
            let (rules, round, memory) = load(folder.path(), &list, &mut enforcer)?;
            times = times.least(round);
            growth = growth.or(Some(memory)); // later rounds find what earlier ones left
            last = Some(rules);
        }
        let rules = last.as_ref().ok_or("no rounds")?;
        println!("| {names} | {} | {} |", bytes / 1_000_000, cells(&times, names, rules, growth));
    }
    println!("\n{}", agent::judge(&last.ok_or("no lists")?)?);
    Ok(())
}

/// The text of a list of so many names; returns its length.
fn write(path: &Path, names: usize) -> Result<u64> {
    let mut file = BufWriter::new(File::create(path)?);
    let mut result = Ok(());
    names::each(names, |name| {
        if result.is_ok() {
            result = writeln!(file, "{name}");
        }
    });
    result?;
    Ok(file.into_inner()?.metadata()?.len())
}

/// How long each step took.
#[derive(Clone, Copy)]
struct Times {
    compiled: Duration,
    forced: Duration,
    all: Duration,
    kept: Duration,
}

impl Times {
    const MOST: Self =
        Self { compiled: Duration::MAX, forced: Duration::MAX, all: Duration::MAX, kept: Duration::MAX };

    fn least(self, other: Self) -> Self {
        Self {
            compiled: self.compiled.min(other.compiled),
            forced: self.forced.min(other.forced),
            all: self.all.min(other.all),
            kept: self.kept.min(other.kept),
        }
    }
}

/// Loads the list with nothing known of it, as an agent that starts for the first time.
fn load(folder: &Path, list: &Path, enforcer: &mut Enforcer) -> Result<(Ruleset, Times, [Memory; 2])> {
    let state = tempfile::tempdir_in(folder)?;
    let text = format!(
        "[rules]\nstate_dir = {:?}\nlearn_max = 1024\n[[list]]\nname = \"bench\"\npath = {list:?}\n",
        state.path()
    );
    let config = Config::parse("bench.toml", &text)?;
    let before = Memory::now()?;
    let start = Instant::now();
    let (mut loader, mut room) = (Loader::default(), enforcer.room());
    let mut problem = None;
    let mut tell = |note: Note<'_>| match note {
        Note::Problem(what) => problem = Some(format!("{}: {}", what.place, what.why)),
        Note::Warning(what) => problem = Some(what),
        Note::Progress(..) => {}
    };
    let loaded = loader.load(&config, 1, Occasion::Start, &mut room, &mut tell)?;
    let Loaded { ruleset, .. } = loaded.ok_or("nothing was loaded")?;
    let compiled = start.elapsed();
    let prepared = enforcer.prepare(
        room,
        &Compiled {
            set: &ruleset.set(),
            candidates: ruleset.candidates(),
            spare: 0,
            origins: ruleset.origins().len(),
            prefixes: &[],
        },
    )?;
    enforcer.install(prepared)?;
    let all = start.elapsed();
    loader.keep(&mut tell);
    let kept = start.elapsed() - all;
    let after = Memory::now()?;
    if let Some(problem) = problem {
        return Err(problem.into());
    }
    Ok((ruleset, Times { compiled, forced: all - compiled, all, kept }, [before, after]))
}

fn cells(times: &Times, names: usize, rules: &Ruleset, memory: Option<[Memory; 2]>) -> String {
    let s = |time: Duration| format!("{:.3}", time.as_secs_f64());
    let a_name = |bytes: u64| format!("{:.1}", bytes as f64 / names as f64);
    let kernel = 8 * u64::from(rules.set().filter_words) + 128 * u64::from(rules.set().buckets);
    let [before, after] = memory.unwrap_or_default();
    [
        s(times.compiled),
        s(times.forced),
        s(times.all),
        s(times.kept),
        a_name(kernel),
        a_name(after.own.saturating_sub(before.own)),
        a_name(after.peak.saturating_sub(before.own)),
    ]
    .join(" | ")
}
