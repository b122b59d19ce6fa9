//! Load: `dnsperf` on a client, and what the machine spends under it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use dns_monitor_tests::{
    Lab,
    address::{self, Network},
    namespace::succeed,
};

/// Distinct names, all in the resolver's cache before the clock starts.
const NAMES: usize = 2_000;
/// The core of `dnsperf`; `named` has core 0 for itself.
const CORE: &str = "1";

/// What `dnsperf` says at its end.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    /// Queries it sent.
    pub sent: u64,
    /// Queries that got no answer.
    pub lost: u64,
    /// Answers that said NXDOMAIN.
    pub nxdomain: u64,
    /// Answers a second.
    pub rate: f64,
}

/// A file of questions for `dnsperf`.
pub fn questions(folder: &Path) -> Result<PathBuf> {
    let path = folder.join("questions");
    let text: String = (0..NAMES).map(|number| format!("h{number}.w.lab.example A\n")).collect();
    fs::write(&path, text)?;
    Ok(path)
}

/// Asks every question once, so that all answers are in the cache.
pub fn warm(lab: &Lab, questions: &Path) -> Result<Served> {
    dnsperf(lab, questions, &["-n", "1", "-Q", "4000"])
}

/// As many queries as are answered.
pub fn saturate(lab: &Lab, questions: &Path, seconds: u32) -> Result<Served> {
    dnsperf(lab, questions, &["-l", &seconds.to_string(), "-q", "200"])
}

/// A fixed rate; also returns the CPU time that the whole machine spent, in ticks.
pub fn steady(lab: &Lab, questions: &Path, seconds: u32, rate: u32) -> Result<(Served, u64)> {
    let before = busy()?;
    let served = dnsperf(lab, questions, &["-l", &seconds.to_string(), "-Q", &rate.to_string()])?;
    Ok((served, busy()? - before))
}

fn dnsperf(lab: &Lab, questions: &Path, arguments: &[&str]) -> Result<Served> {
    let server = address::resolver(Network::Plain).v4.to_string();
    let mut command = lab.client(0).command("taskset");
    command
        .args(["-c", CORE, "dnsperf", "-s", &server, "-c", "8", "-T", "1", "-d"])
        .arg(questions)
        .args(arguments);
    let text = succeed(&mut command)?;
    let number = |name: &str| -> Result<f64> {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
        let word = line
            .and_then(|line| line.split_whitespace().next())
            .with_context(|| format!("{name}: {text}"))?;
        Ok(word.parse()?)
    };
    Ok(Served {
        sent: number("Queries sent:")? as u64,
        lost: number("Queries lost:")? as u64,
        nxdomain: nxdomain(&text),
        rate: number("Queries per second:")?,
    })
}

/// Of a line such as `Response codes:       NOERROR 20 (0.02%), NXDOMAIN 99980 (99.98%)`.
fn nxdomain(text: &str) -> u64 {
    let mut words = text.split_whitespace().skip_while(|word| *word != "NXDOMAIN");
    words.nth(1).and_then(|count| count.parse().ok()).unwrap_or_default()
}

/// Ticks that all processors were not idle: user, nice, system, interrupts.
fn busy() -> Result<u64> {
    let text = fs::read_to_string("/proc/stat")?;
    let fields: Vec<u64> = text
        .lines()
        .next()
        .context("/proc/stat")?
        .split_whitespace()
        .skip(1)
        .map_while(|f| f.parse().ok())
        .collect();
    Ok([0, 1, 2, 5, 6].iter().filter_map(|field| fields.get(*field)).sum())
}
