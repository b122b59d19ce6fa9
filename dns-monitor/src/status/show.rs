//! As text for people.

use super::{board::Stage, output::Output, report::Status};
use crate::control::show::{
    span,
    stats::{age, size},
    table::{Align, Table, clean},
};
use crate::output::watch::{Delivery, Spool};

/// The whole of it; what is wrong comes first.
#[must_use]
pub fn status(status: &Status) -> String {
    let mut text = format!("{}\n", status.health);
    for problem in &status.problems {
        text.push_str(&format!("  {}: {}\n", problem.health, clean(&problem.what)));
    }
    text.push_str(&format!("\n{}\n{}\n{}", facts(status), interfaces(status), ledger(&status.stages)));
    if !status.outputs.is_empty() {
        text.push_str(&format!("\n{}", outputs(&status.outputs)));
    }
    if !status.rules.origins.is_empty() {
        text.push_str(&format!("\n{}", lists(status)));
    }
    text
}

fn facts(status: &Status) -> Table<2> {
    let mut table = Table::plain([Align::Left, Align::Left]);
    let mut row = |title: &str, value: String| table.row([title.to_owned(), value]);
    let up = span(status.time.duration_since(status.started_at).as_secs());
    let (process, rates, rules) = (&status.process, &status.rates, &status.rules);
    row("agent", format!("{}, pid {}, for {up}", status.agent_version, process.pid));
    row("sandbox", status.sandbox.to_string());
    row(
        "rates",
        format!("{:.1} packets/s, {:.1} events/s, {:.1} lost/s", rates.packets, rates.events, rates.lost),
    );
    row(
        "memory",
        format!("{} agent, {} tables of rules", size(process.resident_bytes), size(rules.kernel_bytes)),
    );
    row("processor", format!("{:.1} s, {} threads", process.cpu_seconds, process.threads));
    let blocking = if rules.enforcing { "" } else { ", not blocking now" };
    let loaded = rules.loaded_at.map_or_else(
        || "never loaded".to_owned(),
        |at| format!("{} names, loaded {} ago", rules.names, age(at, status.time)),
    );
    row("rules", format!("{}{blocking}; {loaded}; {} manual", rules.mode, rules.manual));
    table
}

fn interfaces(status: &Status) -> Table<3> {
    let mut table =
        Table::new(&[("INTERFACE", Align::Left), ("INGRESS", Align::Left), ("ATTACHED AGAIN", Align::Right)]);
    for interface in &status.interfaces {
        let ingress = match (&interface.ingress, &interface.unseen) {
            (None, _) => "away".to_owned(),
            (Some(ingress), None) => ingress.clone(),
            (Some(ingress), Some(_)) => format!("{ingress}, down"),
        };
        table.row([interface.name.clone(), ingress, interface.reattached.to_string()]);
    }
    table
}

fn ledger(stages: &[Stage]) -> Table<7> {
    let mut table = Table::new(&[
        ("STAGE", Align::Left),
        ("SEEN", Align::Right),
        ("EMITTED", Align::Right),
        ("FILTERED", Align::Right),
        ("LOST", Align::Right),
        ("HELD", Align::Right),
        ("WHY LOST", Align::Left),
    ]);
    for stage in stages {
        let lost = stage.reasons.iter().filter(|count| count.column == "lost" && count.count > 0);
        let why: Vec<_> = lost.map(|count| format!("{} {}", count.reason, count.count)).collect();
        let [seen, emitted, filtered, lost, held] =
            [stage.seen, stage.emitted, stage.filtered, stage.lost, stage.held]
                .map(|count| count.to_string());
        table.row([stage.name.clone(), seen, emitted, filtered, lost, held, why.join(", ")]);
    }
    table
}

fn outputs(outputs: &[Output]) -> Table<8> {
    let mut table = Table::new(&[
        ("OUTPUT", Align::Left),
        ("TYPE", Align::Left),
        ("STATE", Align::Left),
        ("LAG", Align::Right),
        ("QUEUED", Align::Right),
        ("SPOOL", Align::Right),
        ("ACKNOWLEDGES", Align::Left),
        ("WHERE", Align::Left),
    ]);
    for Output { state, .. } in outputs {
        let schema = state.schema.as_ref().map(|schema| format!(" {schema}")).unwrap_or_default();
        let spool = match &state.spool {
            None => "-".to_owned(),
            Some(Spool::Holds { bytes, .. }) => size(*bytes),
            Some(Spool::Fails { .. }) => "fails".to_owned(),
        };
        table.row([
            state.name.clone(),
            format!("{}{schema}", state.kind),
            delivery(&state.delivery),
            format!("{:.0}s", state.lag_seconds),
            size(state.queued_bytes),
            spool,
            if state.acknowledges { "yes" } else { "no" }.to_owned(),
            clean(&state.place).into_owned(),
        ]);
    }
    table
}

fn delivery(delivery: &Delivery) -> String {
    match delivery {
        Delivery::Idle => "nothing yet".to_owned(),
        Delivery::Delivers => "delivers".to_owned(),
        Delivery::Waits { since, because, .. } => {
            format!("waits since {}: {}", since.strftime("%FT%TZ"), clean(because))
        }
        Delivery::Gone => "no reader".to_owned(),
    }
}

fn lists(status: &Status) -> Table<5> {
    let mut table = Table::new(&[
        ("LIST OR RULE", Align::Left),
        ("ACTION", Align::Left),
        ("ENTRIES", Align::Right),
        ("HITS", Align::Right),
        ("AGE", Align::Right),
    ]);
    for origin in &status.rules.origins {
        let age = origin.changed_at.map_or_else(|| "-".to_owned(), |at| age(at, status.time));
        let [entries, hits] = [origin.entries, origin.hits].map(|count| count.to_string());
        table.row([origin.name.clone(), origin.action.clone(), entries, hits, age]);
    }
    table
}
