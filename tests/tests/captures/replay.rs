//! The captures that come with an oracle, through the whole program.

use std::{collections::BTreeMap, process::Command};

use anyhow::{Context, Result, ensure};
use dns_monitor_tests::{agent, books, event};
use serde_json::Value;

use super::folder;

/// What `gold.pcap.info`, written by another program, says of both files.
const ORACLE: &[(&str, Counts)] = &[
    ("compactor/gold.pcap", Counts { messages: 1998, joined: 999, unmatched: 0, malformed: 0 }),
    ("compactor/dns.pcap", Counts { messages: 1998, joined: 999, unmatched: 0, malformed: 0 }),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    messages: u64,
    joined: usize,
    unmatched: usize,
    malformed: usize,
}

#[test]
fn the_oracle_is_met() -> Result<()> {
    for (file, expected) in ORACLE {
        let path = folder().join(file);
        ensure!(path.is_file(), "no {}: set DNS_MONITOR_CAPTURES", path.display());
        let run = Command::new(agent::program()?).arg("replay").arg(&path).output()?;
        let said = String::from_utf8_lossy(&run.stderr);
        ensure!(run.status.success(), "{file}: {said}");
        let lines = String::from_utf8(run.stdout)?;
        let events = lines.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>();
        let events = events.with_context(|| format!("{file}: not an event a line"))?;
        // Only a lookup of which both messages were seen took time.
        let joined = events.iter().filter(|event| event::number(event, "event.duration").is_some()).count();
        let malformed = |event: &&Value| event::field(event, "dns_monitor.malformed").is_some();
        let books: BTreeMap<_, _> =
            books::read(&said)?.into_iter().map(|book| (book.stage.clone(), book)).collect();
        ensure!(books.values().all(books::Book::balances), "{file}: {said}");
        let messages = books.get("messages").with_context(|| format!("{file}: {said}"))?.seen;
        let found = Counts {
            messages,
            joined,
            unmatched: events.len() - joined,
            malformed: events.iter().filter(malformed).count(),
        };
        assert_eq!(found, *expected, "{file}");
    }
    Ok(())
}
