//! Causes held against the truth, with real BIND: see [`dns_monitor_tests::truth`].

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use dns_monitor_tests::{
    namespace::succeed,
    truth::{
        backports,
        scenario::{Outcome, SCENARIOS},
        table::Tables,
    },
};

use super::machine;
use crate::process::{say, workspace};

const FILE: &str = "docs/CAUSE-TRUTH.md";

const ABOUT: &str = "\
Is it true what [`dns_monitor.cause` and `dns_monitor.cache`](EVENTS.md#cause) say? Written by `cargo xtask bench --only \
cause`.

## How it is measured

200 clients, a resolver with the agent on its interface, and an internet of a root, 3 TLDs, 5 hosters and 1,000 zones \
are network namespaces on one Ethernet; all servers are real BIND. Answers of the internet come 5 ms later, those of \
slow servers 300 ms. The clients ask in an open loop: they never wait. In \
`tcp-clients-100` each lookup has a TCP connection of its own, else a client has one UDP socket. Above \
100 lookups/s the rate rises for the first five seconds.

The truth comes from within the resolver. A probe, loaded into the unmodified program, writes down each fetch that \
`named` starts or joins, when it ends, and who needs it: a client's query (address, port, id), or another fetch. The \
causes of an outgoing query are the clients from which its fetch can be reached at the time it is sent. `named`'s own \
log has the fetches, but never the clients. The probe knows nothing of packets and the agent nothing of the probe.

Names that carry the mark of their client check the oracle itself: it may never name another.

*Precision* is the share of the named clients that are a cause, of those that the oracle can decide. It cannot where \
a client came while the query was on its way already: such entries are *undecided*. *Wrong word*: the client is a \
cause, but not in the way that the certainty says. *Recall* is the share of the true causes at the time of the query \
that are named: clients that asked for this name and type, for an alias of it, for something that needs it, or whose \
answer from the cache is renewed. *Self* is the share of the queries that nobody asked for that are said to be so.

";

/// Runs every scenario, writes the file, and says in one line what came of it.
pub fn measure() -> Result<String> {
    let (mut tables, mut none, mut outgoing) = (Tables::default(), 0, 0);
    for scenario in SCENARIOS {
        say(format!("causes: {}", scenario.name));
        let outcome = scenario.run(&[]).with_context(|| scenario.name)?;
        check(&outcome)?;
        let verdict = &outcome.verdict;
        none += verdict.entries.get("none").map_or(0, |count| count.all());
        outgoing += verdict.outgoing;
        tables.add(&outcome);
    }
    let path = workspace().join(FILE);
    let installed = succeed(Command::new("named").arg("-v"))?;
    let text = format!(
        "# Causes and the truth\n\n{ABOUT}This machine is {}: a rate that it could not reach is given as reached. {} and {}.\n\n## Result\n\n{}\n",
        machine::describe()?,
        installed.trim(),
        backports::version()?.trim(),
        tables.text().trim()
    );
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    say(format!("written: {}", path.display()));
    Ok(format!(
        "{} scenarios, {outgoing} outgoing queries, {none} of them unexplained: see [CAUSE-TRUTH.md](CAUSE-TRUTH.md).",
        SCENARIOS.len()
    ))
}

/// An oracle that contradicts the marks of names is none.
fn check(outcome: &Outcome) -> Result<()> {
    let name = outcome.scenario.name;
    ensure!(
        outcome.verdict.conflicts == 0,
        "{name}: the oracle contradicts {} marks",
        outcome.verdict.conflicts
    );
    ensure!(outcome.verdict.outgoing > 0, "{name}: nothing was asked\n{}", outcome.ledger);
    Ok(())
}
