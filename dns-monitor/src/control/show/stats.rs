//! What is in force, and what it did.

use jiff::Timestamp;

use super::{
    span,
    table::{Align, Table, clean},
};
use crate::control::protocol::{OriginStats, Provenance, Stats};

pub(super) fn stats(stats: &Stats, now: Timestamp) -> String {
    let mut text = format!("{}\n{}", totals(stats, now), origins(&stats.origins, now));
    for origin in &stats.origins {
        if let Some(error) = &origin.error {
            text.push_str(&format!("{}: {}\n", clean(&origin.name), clean(error)));
        }
    }
    text
}

fn totals(stats: &Stats, now: Timestamp) -> Table<2> {
    let mut table = Table::plain([Align::Left, Align::Left]);
    let mut row = |title: &str, value: String| table.row([title.to_owned(), value]);
    row("mode", format!("{}{}", stats.mode, if stats.enforcing { "" } else { ", not blocking now" }));
    row("on exit", stats.on_exit.clone());
    row(
        "watchdog",
        stats.watchdog_seconds.map_or_else(|| "none".to_owned(), |seconds| format!("{seconds} s")),
    );
    let loaded = stats.loaded_at.map_or_else(
        || "never loaded".to_owned(),
        |at| format!("loaded {} ago in {:.2} s", age(at, now), stats.load_seconds),
    );
    row("generation", format!("{}, {loaded}", stats.generation));
    row("names", stats.names.to_string());
    row("memory", format!("{} kernel, {} agent", size(stats.kernel_bytes), size(stats.agent_bytes)));
    let learned = stats.learned;
    row(
        "learned",
        format!(
            "{} of {}, {} evicted, {} refused",
            learned.now, learned.max, learned.evicted, learned.refused
        ),
    );
    row("manual", stats.manual.to_string());
    table
}

fn origins(origins: &[OriginStats], now: Timestamp) -> Table<9> {
    let mut table = Table::new(&[
        ("ORIGIN", Align::Left),
        ("KIND", Align::Left),
        ("ACTION", Align::Left),
        ("ENTRIES", Align::Right),
        ("BAD LINES", Align::Right),
        ("IGNORED", Align::Right),
        ("HITS", Align::Right),
        ("AGE", Align::Right),
        ("FROM", Align::Left),
    ]);
    for origin in origins {
        let from = match origin.from {
            Provenance::File => "file",
            Provenance::Url => "url",
            Provenance::LastGood => "last good",
        };
        table.row([
            origin.name.clone(),
            origin.kind.clone(),
            origin.action.clone(),
            origin.entries.to_string(),
            origin.unreadable.to_string(),
            origin.ignored.to_string(),
            origin.hits.to_string(),
            origin.changed_at.map_or_else(|| "-".to_owned(), |at| age(at, now)),
            from.to_owned(),
        ]);
    }
    table
}

pub(crate) fn age(at: Timestamp, now: Timestamp) -> String {
    span(now.duration_since(at).as_secs())
}

#[allow(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0x4000_0000.. => format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)),
        0x10_0000.. => format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20)),
        0x400.. => format!("{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{bytes} B"),
    }
}
