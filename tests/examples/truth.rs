//! Runs scenarios of the laboratory of causes: `cargo run -p dns-monitor-tests --example truth -- [name…]`.
//!
//! A name is a scenario's or how several begin; none means all. `DNS_MONITOR_AGENT` is the program that is judged. With
//! `DNS_MONITOR_KEEP` a capture, the events and the truth of the last run stay in that folder, and `--again <folder>`
//! judges what `replay` says of that capture.

use std::{env, io::Write as _, path::Path};

use anyhow::Result;
use dns_monitor_tests::truth::{kept, scenario::SCENARIOS, table::Tables, verdict::Verdict};

fn main() -> Result<()> {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let mut tables = Tables::default();
    match wanted.as_slice() {
        [again, folder] if again == "--again" => {
            let verdict = kept::again(Path::new(folder))?;
            tables.add_verdict(folder, 0.0, (0, 0), &verdict);
            show(&verdict)?;
        }
        _ => run(&wanted, &mut tables)?,
    }
    Ok(writeln!(std::io::stdout(), "\n{}", tables.text())?)
}

fn run(wanted: &[String], tables: &mut Tables) -> Result<()> {
    let known = |name: &str| SCENARIOS.iter().any(|scenario| scenario.name == name);
    let begins = |name: &str, part: &str| name == part || !known(part) && name.starts_with(part);
    let fits = |name: &str| wanted.is_empty() || wanted.iter().any(|part| begins(name, part));
    for scenario in SCENARIOS.iter().filter(|scenario| fits(scenario.name)) {
        let outcome = scenario.run(&[])?;
        tables.add(&outcome);
        writeln!(
            std::io::stdout(),
            "{}: answered by code {:?} of {} lookups\n{}",
            scenario.name,
            outcome.answered,
            outcome.lookups,
            outcome.ledger
        )?;
        show(&outcome.verdict)?;
    }
    Ok(())
}

fn show(verdict: &Verdict) -> Result<()> {
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{} conflicts with marks, {} lookups without an event",
        verdict.conflicts, verdict.missing
    )?;
    for (kind, mistakes) in &verdict.mistakes {
        writeln!(out, "== {kind}: {}\n{}", mistakes.count, mistakes.examples.join("\n"))?;
    }
    Ok(())
}
