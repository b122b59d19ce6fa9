//! An agent beside a resolver that nobody asks: what it costs to be there.

use std::{fmt::Write as _, fs, thread, time::Duration};

use anyhow::{Context, Result};
use dns_monitor_tests::{Agent, Lab, Rules};

use super::cpu;

/// Nobody asks for so long.
const IDLE: Duration = Duration::from_secs(60);
/// Until what the start has left to do is done.
const SETTLED: Duration = Duration::from_secs(5);
/// Names of the list that the second agent has.
const NAMES: usize = 100_000;

/// As a table: an agent with nothing but an interface, and one with a list, figures for Prometheus, and a spool.
pub fn measure() -> Result<String> {
    let mut text = format!(
        "Nobody asks the resolver for {} s. CPU is that of all threads; memory is what is resident of the process (RSS), of \
         that its own and not shared with anybody (anonymous), and its share (PSS).\n\n\
         | agent | CPU | wake-ups/s | RSS | anonymous | PSS |\n|---|---:|---:|---:|---:|---:|\n",
        IDLE.as_secs()
    );
    let lab = Lab::new()?;
    let rules = Rules::new(&lab)?;
    let agent = lab.start_agent(&["--interface", "eth0", "--attach", "tc"])?;
    line(&mut text, "an interface on TC", &agent)?;
    agent.stop()?;
    let names: String = (0..NAMES).map(|number| format!("n{number}.listed.example\n")).collect();
    rules.write("listed.txt", names)?;
    rules.configure("", &format!("{}[metrics]\nlisten = \"127.0.0.1:9353\"\n", rules.list("listed", "")))?;
    let agent = rules.start(&["--attach", "tc"])?;
    line(&mut text, &format!("the same, a list of {NAMES} names, figures for Prometheus"), &agent)?;
    agent.stop()?;
    Ok(text)
}

fn line(text: &mut String, what: &str, agent: &Agent) -> Result<()> {
    thread::sleep(SETTLED);
    let (cpu, woken) = (cpu::of_each(&[agent.pid()])?, wake_ups(agent.pid())?);
    thread::sleep(IDLE);
    let spent = cpu::of_each(&[agent.pid()])?.iter().sum::<Duration>() - cpu.iter().sum::<Duration>();
    let woken = wake_ups(agent.pid())?.saturating_sub(woken);
    let memory = fs::read_to_string(format!("/proc/{}/smaps_rollup", agent.pid()))?;
    let mebibytes = |name: &str| {
        let line = memory.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        kibibytes.map(|kibibytes| kibibytes / 1024.0).with_context(|| format!("no {name} in {memory}"))
    };
    writeln!(
        text,
        "| {what} | {:.2} % of a core | {:.0} | {:.1} MB | {:.1} MB | {:.1} MB |",
        100.0 * spent.as_secs_f64() / IDLE.as_secs_f64(),
        woken as f64 / IDLE.as_secs_f64(),
        mebibytes("Rss")?,
        mebibytes("Anonymous")?,
        mebibytes("Pss")?
    )?;
    Ok(())
}

/// How often all threads have waited for something, and got it.
fn wake_ups(process: u32) -> Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let status = fs::read_to_string(thread?.path().join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        sum += line.and_then(|line| line.trim().parse::<u64>().ok()).context("no switches")?;
    }
    Ok(sum)
}
