//! Reading what lists and rules have in common.

use std::net::IpAddr;

use super::{
    settings::Mode,
    spec::{Origin, Place},
    value,
};
use crate::{
    config::{raw::Table, value as plain},
    rules::action::{Action, Block, Effect, Severity, Sinkhole},
};

/// The default, s.
const TTL: u32 = 60;

impl Origin {
    /// Nothing where the name or the action is missing or wrong. Without `default`, there must be an action.
    pub(super) fn read(table: &mut Table<'_, '_>, default: Option<Action>) -> Option<Self> {
        let name = table.required("name", value::label);
        let action = match default {
            Some(default) if !table.has("action") => table.value("action", value::action).or(Some(default)),
            _ => table.required("action", value::action),
        };
        let ede = table.value("ede", value::ede).flatten();
        let sinkhole = sinkhole(table);
        let ttl = table.value("ttl", value::ttl);
        let (file, line) = table.place();
        let category = table.value("category", value::category);
        let severity = table.value("severity", plain::choice);
        let mode = table.value("mode", plain::choice).unwrap_or(Mode::Enforce);
        let important = table.flag("important").unwrap_or(false);
        let i_mean_it = table.flag("i_mean_it").unwrap_or(false);
        let action = action.inspect(|action| fits(table, *action))?;
        let would = mode == Mode::WouldBlock;
        Some(Self {
            name: name?,
            place: Place { file, line: u32::try_from(line).unwrap_or(u32::MAX) },
            effect: Effect { action, sinkhole, ttl: ttl.unwrap_or(TTL), ede, important, would },
            category,
            severity: severity.or(default_severity(action)),
            i_mean_it,
        })
    }
}

const fn default_severity(action: Action) -> Option<Severity> {
    match action {
        Action::Allow | Action::Observe => None,
        Action::Alert | Action::Block(_) => Some(Severity::Medium),
    }
}

fn sinkhole(table: &mut Table<'_, '_>) -> Sinkhole {
    let example = "[\"192.0.2.1\", \"2001:db8::1\"]";
    let addresses = table.list("sinkhole", 1..=2, example, plain::address).unwrap_or_default();
    let mut sinkhole = Sinkhole::default();
    for address in &addresses {
        match address {
            IpAddr::V4(v4) => sinkhole.v4 = Some(*v4),
            IpAddr::V6(v6) => sinkhole.v6 = Some(*v6),
        }
    }
    if let [IpAddr::V4(_), IpAddr::V4(_)] | [IpAddr::V6(_), IpAddr::V6(_)] = addresses.as_slice() {
        table.refuse("sinkhole", format!("one address of each family at most, such as {example}"));
    }
    sinkhole
}

/// Takes down what an action has no use for, or cannot do without.
fn fits(table: &mut Table<'_, '_>, action: Action) {
    if action == Action::Block(Block::Sinkhole) {
        if !table.has("sinkhole") {
            let advice = "action = \"sinkhole\" needs an address of one or both families, such as \
                          sinkhole = [\"192.0.2.1\", \"2001:db8::1\"]";
            table.missing(table.key("sinkhole"), advice.to_owned());
        }
        return;
    }
    let only = "left out: only action = \"sinkhole\" has it";
    table.refuse("sinkhole", only);
    table.refuse("ttl", only);
    if matches!(action, Action::Allow | Action::Observe | Action::Alert | Action::Block(Block::Drop)) {
        table.refuse("ede", format!("left out: action = \"{}\" sends no answer", action.name()));
    }
}
