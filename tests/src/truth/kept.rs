//! A run that was kept: its capture can be read again and again, by one agent after another.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::{
    ask::{Question, TYPES},
    crowd::Lookup,
    plan, scenario,
    verdict::Verdict,
};
use crate::agent;

/// Writes the clients' account into a file: a line each.
pub fn write(path: &Path, lookups: &[Lookup]) -> Result<()> {
    let line = |Lookup { client, id, question, sent, answered }: &Lookup| {
        let (at, rcode) = answered.unwrap_or_default();
        format!("{client} {id} {} {} {sent} {at} {rcode}\n", question.name, question.rr_type.0)
    };
    Ok(fs::write(path, lookups.iter().map(line).collect::<String>())?)
}

fn read(path: &Path) -> Result<Vec<Lookup>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.lines().map(|text| line(text).with_context(|| format!("not a line of an account: {text}"))).collect()
}

fn line(text: &str) -> Option<Lookup> {
    let mut words = text.split(' ');
    let (client, id) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let (name, word) = (words.next()?.to_owned(), words.next()?);
    let rr_type = TYPES.into_iter().find(|(known, _)| *known == word)?;
    let (sent, at, rcode) =
        (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let answered = (at > 0).then_some((at, rcode));
    Some(Lookup { client, id, question: Question { name, rr_type }, sent, answered })
}

/// Judges what `dns-monitor replay` says of the capture of a kept run.
pub fn again(folder: &Path) -> Result<Verdict> {
    let events = folder.join("events-again");
    let mut command = Command::new(agent::program()?);
    command.arg("replay").arg(folder.join("capture.pcap"));
    command.args([
        "--resolver",
        &plan::RESOLVER.v4.to_string(),
        "--resolver",
        &plan::RESOLVER.v6.to_string(),
    ]);
    let status = command.stdout(File::create(&events)?).status().context("cannot start the agent")?;
    ensure!(status.success(), "the agent ended: {status}");
    scenario::verdict(&events, &folder.join("probe"), &read(&folder.join("account"))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let lookup = |answered| Lookup {
            client: "[fd53::1:1]:4711".parse().unwrap(),
            id: 7,
            question: Question { name: "c000-000001.z0001.net".into(), rr_type: ("AAAA", 28) },
            sent: 17,
            answered,
        };
        let (file, lookups) =
            (std::env::temp_dir().join(format!("account-{}", std::process::id())), [None, Some((19, 2))]);
        let lookups = lookups.map(lookup);
        write(&file, &lookups).unwrap();
        let read = read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(read, lookups);
    }
}
