//! Runs scenarios of the laboratory of causes: `cargo run -p dns-monitor-tests --example truth -- [name…]`.
//!
//! A name is a scenario's or how several begin; none means all. `DNS_MONITOR_AGENT` is the program that is judged. With
//! `DNS_MONITOR_KEEP` a capture, the events and the truth of the last run stay in that folder.

use std::{env, io::Write as _};

use anyhow::Result;
use dns_monitor_tests::truth::{scenario::SCENARIOS, table::Tables};

fn main() -> Result<()> {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let known = |name: &str| SCENARIOS.iter().any(|scenario| scenario.name == name);
    let begins = |name: &str, part: &str| name == part || !known(part) && name.starts_with(part);
    let fits = |name: &str| wanted.is_empty() || wanted.iter().any(|part| begins(name, part));
    let (mut tables, mut out) = (Tables::default(), std::io::stdout());
    for scenario in SCENARIOS.iter().filter(|scenario| fits(scenario.name)) {
        let outcome = scenario.run(&[])?;
        tables.add(&outcome);
        let verdict = &outcome.verdict;
        writeln!(
            out,
            "{}: answered by code {:?} of {} lookups, {} conflicts with marks, {} lookups without an event\n{}",
            scenario.name,
            outcome.answered,
            outcome.lookups,
            verdict.conflicts,
            verdict.missing,
            outcome.ledger
        )?;
        for example in verdict.examples.iter().take(40).chain(verdict.cache_examples.iter().take(20)) {
            writeln!(out, "{example}")?;
        }
    }
    Ok(writeln!(out, "\n{}", tables.text())?)
}
