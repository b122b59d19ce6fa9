//! Lists and rules, and what holds for all of them.
//!
//! - [`settings`]: `[rules]` and `[control]`;
//! - [`spec`]: a list or a rule as used;
//! - `origin`: reading what both have, a name and what is done;
//! - `list` and `rule`: reading the rest, with `condition` and its values;
//! - `value`: reading one value;
//! - `written`: back to TOML.

mod condition;
mod list;
mod origin;
mod rule;
pub mod settings;
pub mod spec;
mod value;
mod written;

use std::{
    collections::{HashMap, hash_map::Entry},
    ops::Range,
};

use dns_monitor_common::rule::MAX_ORIGINS;

pub use self::condition::value::show_mac;
pub(super) use self::{
    condition::value::{name_or_root, prefix},
    value::{absolute, label, or_off, path, quoted, socket},
    written::{or_off as write_or_off, texts},
};
pub use self::{
    settings::{Control, Mode, OnExit, Rules},
    spec::{ListSpec, Origin, Place, RuleSpec, Source, Spec},
};
use super::{
    error::{Expected, Fault},
    raw::Document,
};

/// Lists and rules that a file may have. One more counts for what the operator says while the agent runs.
pub const MAX_SPECS: usize = MAX_ORIGINS - 1;

/// One table, and where it says its name.
struct Read {
    spec: Spec,
    name_at: Range<usize>,
}

/// Takes all lists and rules from the file, in its order; faults stay in the document.
pub fn read(document: &mut Document<'_>) -> Vec<Spec> {
    let mut tables = document.tables("list", |table| {
        ListSpec::read(table).map(|list| Read { spec: Spec::List(list), name_at: table.span_of("name") })
    });
    tables.extend(document.tables("rule", |table| {
        RuleSpec::read(table).map(|rule| Read { spec: Spec::Rule(rule), name_at: table.span_of("name") })
    }));
    tables.sort_by_key(|(start, _)| *start);
    if let Some((start, _)) = tables.get(MAX_SPECS) {
        document.fault(*start..*start, Fault::TooMany);
    }
    let read: Vec<Read> = tables.into_iter().filter_map(|(_, read)| read).collect();
    one_name_each(document, &read);
    read.into_iter().map(|read| read.spec).collect()
}

fn one_name_each(document: &mut Document<'_>, read: &[Read]) {
    let mut first = HashMap::new();
    for Read { spec, name_at } in read {
        let name = spec.origin().name.as_str();
        match first.entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(name_at.start);
            }
            Entry::Occupied(entry) => {
                let line = document.line(*entry.get());
                let expected = Expected(format!("a name of its own: line {line} has it already"));
                let key = format!("{}.name", spec.kind());
                let fault = Fault::Value { key, value: format!("{name:?}"), expected };
                document.fault(name_at.clone(), fault);
            }
        }
    }
}
