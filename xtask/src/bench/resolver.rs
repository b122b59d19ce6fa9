//! A real `named` on one core under load, bare and with each recorder in turn, in interleaved rounds.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use dns_monitor_tests::{Lab, namespace::succeed};

use super::{
    Options,
    contender::{Contender, Recorder},
    load,
};
use crate::process::say;

/// Queries a second of the steady load.
const STEADY: u32 = 20_000;

/// One contender in one round.
#[derive(Clone, Copy, Debug)]
struct Round {
    contender: Contender,
    rate: f64,
    ticks: u64,
    recorded: f64,
    resident: Option<u64>,
}

/// All rounds, as a Markdown table of medians beside the bare resolver.
pub fn measure(options: &Options) -> Result<String> {
    let memory = Memory::new()?;
    let mut rounds = Vec::new();
    for number in 1..=options.rounds {
        for contender in Contender::ALL {
            let round = round(contender, options.seconds, &memory.0)?;
            say(format!(
                "round {number}, {}: {:.0} answers/s, {} ticks at {STEADY}/s, {:.2} % recorded",
                contender.name(),
                round.rate,
                round.ticks,
                round.recorded
            ));
            rounds.push(round);
        }
    }
    table(&rounds, options)
}

fn round(contender: Contender, seconds: u32, memory: &Path) -> Result<Round> {
    let lab = Lab::with(&contender.lab())?;
    let pid = lab.resolver_named().pid().to_string();
    succeed(Command::new("taskset").args(["--all-tasks", "--cpu-list", "--pid", "0", &pid]))?;
    let questions = load::questions(&lab.folder())?;
    load::warm(&lab, &questions)?;
    let folder = memory.join("round");
    std::fs::create_dir_all(&folder)?;
    let recorder = Recorder::start(contender, &lab, &folder, None)?;
    let full = load::saturate(&lab, &questions, seconds)?;
    let (steady, ticks) = load::steady(&lab, &questions, seconds, STEADY)?;
    let resident = recorder.peak_resident();
    let recorded = recorder.stop()? as f64 * 100.0 / (full.sent + steady.sent) as f64;
    std::fs::remove_dir_all(&folder)?;
    Ok(Round { contender, rate: full.rate, ticks, recorded, resident })
}

fn table(rounds: &[Round], options: &Options) -> Result<String> {
    let figures = |contender: Contender, figure: fn(&Round) -> f64| {
        median(rounds.iter().filter(|round| round.contender == contender).map(figure).collect())
    };
    // Pair by pair: a round's contenders ran within a minute of each other.
    let ratio = |contender: Contender, figure: fn(&Round) -> f64| {
        let of = |wanted| rounds.iter().filter(move |round: &&Round| round.contender == wanted).map(figure);
        median(of(contender).zip(of(Contender::Bare)).map(|(with, bare)| with / bare).collect())
    };
    let mut text = format!(
        "BIND on one core answers from its cache, `dnsperf` on the other asks: {} interleaved rounds of {} s at saturation \
         and {} s at {STEADY}/s, medians; the ratios are medians of the rounds' own ratios to the bare resolver. CPU is \
         that of the whole machine.\n\n\
         | recorder | answers/s | ratio | CPU at {STEADY}/s | ratio | recorded | resident |\n|---|---:|---:|---:|---:|---:|---:|\n",
        options.rounds, options.seconds, options.seconds
    );
    for contender in Contender::ALL {
        let rate = figures(contender, |round| round.rate)?;
        let ticks = figures(contender, |round| round.ticks as f64)?;
        let recorded = match contender {
            Contender::Bare => "–".to_owned(),
            _ => format!("{:.2} %", figures(contender, |round| round.recorded)?),
        };
        let resident =
            rounds.iter().filter(|round| round.contender == contender).filter_map(|round| round.resident);
        let resident = resident.max().map_or("–".to_owned(), |most| format!("{most} MB"));
        writeln!(
            text,
            "| {} | {rate:.0} | {:.3} | {:.0} % of a core | {:.3} | {recorded} | {resident} |",
            contender.name(),
            ratio(contender, |round| round.rate)?,
            ticks / f64::from(options.seconds),
            ratio(contender, |round| round.ticks as f64)?
        )?;
    }
    Ok(text)
}

/// The middle one.
pub fn median(mut figures: Vec<f64>) -> Result<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().context("no rounds")
}

/// A folder in memory, so that no disk is measured; removed on drop.
pub struct Memory(pub PathBuf);

impl Memory {
    /// Makes one.
    pub fn new() -> Result<Self> {
        let path = PathBuf::from(format!("/dev/shm/dns-monitor-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}
