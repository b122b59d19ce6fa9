//! `dns-monitor identity`: who had an address, and which line of which file says so.

use std::{
    io::{self, Write},
    net::IpAddr,
    path::Path,
};

use jiff::Timestamp;

use super::{
    assignment::{Assignment, Change},
    follow::{self, Taker},
    history::{History, Machine},
};
use crate::{
    config::{Config, rules::show_mac},
    control::show::table::{Align, Table},
};

/// Reads all files of leases, and prints who had the address at that time (ns since the Unix epoch) and what was said of
/// it, in the order in which it was read.
///
/// # Errors
/// Those of `out`; what is wrong with a file is told on standard error.
pub fn explain(config: &Config, address: IpAddr, time: u64, out: &mut dyn Write) -> io::Result<()> {
    let address = address.to_canonical();
    let mut about = About { address, history: History::new(&config.identity), said: Vec::new() };
    let _told = follow::read(&config.leases, &mut about);
    let machine = about.history.at(address, time);
    writeln!(out, "{address} at {}: {}", shown(time), machine_shown(machine))?;
    if !about.said.is_empty() {
        write!(out, "\n{}", table(&about.said, time))?;
    }
    Ok(())
}

/// What is said of one address.
struct About {
    address: IpAddr,
    history: History,
    /// Each with its place.
    said: Vec<(Change, String)>,
}

impl Taker for About {
    fn take(&mut self, change: Change, file: &Path, line: u64) {
        if change.address() == self.address {
            self.said.push((change.clone(), format!("{}:{line}", file.display())));
            self.history.apply(change);
        }
    }

    fn is_closed(&self) -> bool {
        false
    }
}

fn machine_shown(machine: Machine<'_>) -> String {
    let mac = machine.mac.map(|mac| show_mac(&mac));
    match (machine.name, mac) {
        (None, None) => "nobody that is known".to_owned(),
        (Some(name), None) => name.to_owned(),
        (None, Some(mac)) => mac,
        (Some(name), Some(mac)) => format!("{name}, {mac}"),
    }
}

fn table(said: &[(Change, String)], time: u64) -> Table<7> {
    let mut table =
        Table::new(&["", "FROM", "UNTIL", "NAME", "MAC", "BY", "WHERE"].map(|title| (title, Align::Left)));
    for (change, place) in said {
        let [mark, from, until, name, mac, by] = match change {
            Change::Ended { at, source, .. } => {
                ["", "", &shown(*at), "", "", source.name()].map(str::to_owned)
            }
            Change::Assigned(assignment) => row(assignment, time),
        };
        table.row([mark, from, until, name, mac, by, place.clone()]);
    }
    table
}

fn row(assignment: &Assignment, time: u64) -> [String; 6] {
    let Assignment { from, until, name, mac, source, .. } = assignment;
    let holds = *from <= time && until.is_none_or(|until| time < until);
    [
        if holds { ">" } else { "" }.to_owned(),
        if *from == 0 { "always".to_owned() } else { shown(*from) },
        until.map_or_else(|| "open".to_owned(), shown),
        name.as_deref().unwrap_or_default().to_owned(),
        mac.as_ref().map(show_mac).unwrap_or_default(),
        source.name().to_owned(),
    ]
}

/// To the second, as people read it.
fn shown(time: u64) -> String {
    let seconds = i64::try_from(time / 1_000_000_000).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| "never".to_owned(), |time| time.to_string())
}

#[cfg(test)]
mod tests;
