//! What one agent leaves to the next: until when it watched, and how far it has read what its programs counted.
//!
//! Programs that are kept go on counting while there is no agent, in a map that is pinned beside their links. So the next
//! one knows to the packet what nobody has read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use aya::maps::{Map, MapData, MapError, PerCpuArray};
use dns_monitor_common::{
    counter::{Counter, Kind},
    names,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Kernel, interface, pins};
use crate::{
    event::gap::{Hole, Why},
    ledger::Tally,
    log,
};

/// Its file in the state folder.
const FILE: &str = "watched.json";

/// What the agent before has left, and where we leave ours.
#[derive(Debug)]
pub struct Handover {
    path: PathBuf,
    before: Option<Word>,
}

/// What is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Word {
    /// The network namespace that the interfaces are in.
    namespace: u64,
    interfaces: Vec<String>,
    /// When the agent ended; `None`: it has not, or without a word.
    until: Option<Timestamp>,
    counted: Option<Counted>,
}

/// How many packets the programs had for the agent when it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Slots of the counters: those of the writer, which may be another version.
    slots: Vec<u32>,
    /// Their sum.
    packets: u64,
}

impl Counted {
    /// Of books that nothing is added to any more.
    #[must_use]
    pub fn of(tally: &Tally<Counter>) -> Self {
        let for_us = |counter: &&Counter| {
            matches!(counter.kind(), Kind::Emitted | Kind::Lost) && **counter != Counter::NoAgent
        };
        let counters = Counter::ALL.iter().filter(for_us);
        Self {
            slots: counters.clone().map(|counter| *counter as u32).collect(),
            packets: counters.map(|counter| tally.count(*counter)).fold(0, u64::saturating_add),
        }
    }

    /// How many have come since, by the counters that are pinned there.
    fn since(&self, pin: &Path) -> Result<u64, MapError> {
        let counters: PerCpuArray<_, u64> = Map::PerCpuArray(MapData::from_pin(pin)?).try_into()?;
        let mut sum = 0_u64;
        for slot in &self.slots {
            sum = counters.get(slot, 0)?.iter().fold(sum, |sum, count| sum.saturating_add(*count));
        }
        Ok(sum.saturating_sub(self.packets))
    }
}

impl Handover {
    /// Reads what is in the state folder. What cannot be read, or is of another network, is as if it were not there.
    #[must_use]
    pub fn open(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let word = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Word>(&bytes).ok());
        Self { path, before: word.filter(|word| word.namespace == interface::namespace()) }
    }

    /// How many packets the programs of the agent before had for nobody; 0 where nobody knows.
    #[must_use]
    pub fn unread(&self, pin: &Path) -> u64 {
        let counted = self.before.as_ref().and_then(|word| word.counted.as_ref());
        counted.and_then(|counted| counted.since(pin).ok()).unwrap_or_default()
    }

    /// Where nothing was seen since the agent before; `now` in ns since the Unix epoch.
    #[must_use]
    pub fn holes(&self, interfaces: &[String], now: u64) -> Vec<Hole> {
        let Some(Word { interfaces: before, until, .. }) = &self.before else { return Vec::new() };
        // A clock that was set back says nothing.
        let from =
            until.and_then(|until| u64::try_from(until.as_nanosecond()).ok()).filter(|from| *from <= now);
        let hole = |name: &String| Hole { interface: name.clone(), why: Why::Restart, from, to: now };
        interfaces.iter().filter(|name| before.contains(name)).map(hole).collect()
    }

    /// Says that we watch.
    pub fn begin(&self, interfaces: Vec<String>) {
        self.write(interfaces, None, None);
    }

    /// Says that we watch no more since `until`, ns since the Unix epoch.
    pub fn end(&self, interfaces: Vec<String>, until: u64, counted: Option<Counted>) {
        self.write(interfaces, Timestamp::from_nanosecond(until.into()).ok(), counted);
    }

    fn write(&self, interfaces: Vec<String>, until: Option<Timestamp>, counted: Option<Counted>) {
        let word = Word { namespace: interface::namespace(), interfaces, until, counted };
        let new = self.path.with_extension("new");
        let text = serde_json::to_vec(&word).map_err(io::Error::from);
        let written = text.and_then(|text| fs::write(&new, text)).and_then(|()| fs::rename(&new, &self.path));
        if let Err(error) = written {
            let path = self.path.display();
            log::warn(format_args!(
                "{path}: {error}: the next agent will not know until when this one watched"
            ));
        }
    }
}

impl Kernel {
    /// Counts what the programs of the agent before had for nobody; once they are replaced. Ours will be counted likewise
    /// if they are kept.
    pub fn take_over(&mut self, before: &Handover) {
        let interfaces = self.names();
        let Some(first) = interfaces.first() else { return };
        let pin = pins::path(first, names::COUNTERS);
        self.object.unread = before.unread(&pin);
        let _gone = fs::remove_file(&pin);
        if self.keep
            && let Err(error) = self.object.counters.pin(&pin)
        {
            log::warn(format_args!("the next agent will not know how much it has missed: {error}"));
        }
        self.holes.extend(before.holes(&interfaces, self.now()));
        before.begin(interfaces);
    }

    /// Leaves word for the next agent, after the last drain; `until` is when it began, ns since the Unix epoch.
    pub fn hand_over(&self, to: &Handover, until: u64) {
        let counted = self.closed.as_ref().filter(|_| self.keep).map(|(tally, _)| Counted::of(tally));
        to.end(self.names(), until, counted);
    }

    fn names(&self) -> Vec<String> {
        self.interfaces.iter().map(|interface| interface.name.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
