//! The captures, as tshark reads them and as we do: the same messages.
//!
//! `DNS_MONITOR_CAPTURES` names another folder of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod differences;
mod ours;
mod replay;
mod tshark;

use std::{
    collections::BTreeMap,
    env, fmt, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use differences::{DIFFERENCES, Side};

/// What both readers say of one message. Names in lower case, without the trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Message {
    id: u16,
    response: bool,
    /// Name and type; `None` where no question can be read.
    question: Option<(String, u16)>,
    /// The four bits of the header; 0 in queries, of which tshark does not tell it.
    rcode: u16,
}

/// `04d2 response www.example 1 rcode 3`.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.response { "response" } else { "query" };
        write!(f, "{:04x} {kind} ", self.id)?;
        match &self.question {
            Some((name, rr_type)) => write!(f, "{name} {rr_type}")?,
            None => write!(f, "-")?,
        }
        write!(f, " rcode {}", self.rcode)
    }
}

fn folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    env::var_os("DNS_MONITOR_CAPTURES").map_or_else(beside, PathBuf::from)
}

/// Every capture below the folder, by its path in it.
fn files() -> Result<Vec<(String, PathBuf)>> {
    let root = folder();
    let (mut folders, mut files) = (vec![root.clone()], vec![]);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        let entries = entries.with_context(|| format!("{}: set DNS_MONITOR_CAPTURES", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "pcap" || end == "pcapng") {
                files.push((path.strip_prefix(&root)?.display().to_string(), path));
            }
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "no captures in {}: set DNS_MONITOR_CAPTURES", root.display());
    Ok(files)
}

/// How often each message was read by us, less how often by tshark; equal counts left out.
fn compare(ours: Vec<Message>, tsharks: Vec<Message>) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for message in ours {
        *counts.entry(message.to_string()).or_default() += 1;
    }
    for message in tsharks {
        *counts.entry(message.to_string()).or_default() -= 1;
    }
    counts.retain(|_, count| *count != 0);
    counts
}

/// What is explained of a file, as [`compare`] counts it.
fn explained(file: &str) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for difference in DIFFERENCES.iter().filter(|difference| difference.file == file) {
        for message in difference.messages {
            *counts.entry((*message).to_owned()).or_default() += match difference.side {
                Side::Ours => 1,
                Side::Tsharks => -1,
            };
        }
    }
    counts
}

#[test]
fn we_read_what_tshark_reads() -> Result<()> {
    let (mut compared, mut wrong) = (0, String::new());
    for (name, path) in files()? {
        let (ours, tsharks) = (ours::read(&path)?, tshark::read(&path)?);
        compared += tsharks.len();
        let (found, expected) = (compare(ours, tsharks), explained(&name));
        for (message, count) in &found {
            if expected.get(message) != Some(count) {
                wrong += &format!("{name}: {message}: {count:+} is not explained\n");
            }
        }
        for message in expected.keys().filter(|message| !found.contains_key(*message)) {
            wrong += &format!("{name}: {message}: explained, but there is no difference\n");
        }
    }
    ensure!(wrong.is_empty(), "ours more (+) or fewer (-) than tshark's:\n{wrong}");
    ensure!(compared > 0, "tshark found no message in any file");
    Ok(())
}
