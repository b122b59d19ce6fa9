//! From the file as written to outputs as used.

use std::{collections::HashMap, ops::Range, time::Duration};

use super::{Filter, Keep, Kind, MAX_OUTPUTS, MIB, Output, Privacy, Spool, sample::sample};
use crate::{
    config::{
        error::{Expected, Fault},
        raw::{Document, Table},
        rules::label,
        value::{choice, duration, size},
    },
    output::aggregate::Aggregator,
};

const SECOND: Duration = Duration::from_secs(1);

/// One table, and where it says its name and its type.
struct Read {
    output: Output,
    name_at: Range<usize>,
    type_at: Range<usize>,
}

/// What `[stdout]` was.
const INSTEAD: &str = "write [[output]] with type = \"stdout\"; its queue is what queue_bytes was, schema = \"text\" what \
                       format = \"text\" was";

/// Takes every `[[output]]` from the file, or standard output where there is none; faults stay in the document.
pub fn read(document: &mut Document<'_>) -> Vec<Output> {
    let tables = document.tables("output", |table| {
        let output = Output::read(table)?;
        Some(Read { output, name_at: table.span_of("name"), type_at: table.span_of("type") })
    });
    document.gone("stdout", "[stdout]", INSTEAD);
    if tables.is_empty() {
        return vec![Output::default()];
    }
    if let Some((start, _)) = tables.get(MAX_OUTPUTS) {
        let fault = Fault::Missing {
            what: "room for more outputs".into(),
            advice: format!("{MAX_OUTPUTS} are possible"),
        };
        document.fault(*start..*start, fault);
    }
    let read: Vec<Read> = tables.into_iter().filter_map(|(_, read)| read).collect();
    one_name_each(document, &read);
    one_stdout(document, &read);
    read.into_iter().map(|read| read.output).collect()
}

fn one_name_each(document: &mut Document<'_>, read: &[Read]) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for Read { output, name_at: place, .. } in read {
        let line = first.get(output.name.as_str()).map(|start| document.line(*start));
        let Some(line) = line else {
            first.insert(&output.name, place.start);
            continue;
        };
        let expected = Expected(format!("a name of its own: line {line} has it already"));
        let fault = Fault::Value { key: "output.name".into(), value: format!("{:?}", output.name), expected };
        document.fault(place.clone(), fault);
    }
}

fn one_stdout(document: &mut Document<'_>, read: &[Read]) {
    let stdouts = read.iter().filter(|read| matches!(read.output.kind, Kind::Stdout(_)));
    for Read { type_at: place, .. } in stdouts.skip(1) {
        let expected = Expected("another one: only one output is standard output".into());
        let fault = Fault::Value { key: "output.type".into(), value: "\"stdout\"".into(), expected };
        document.fault(place.clone(), fault);
    }
}

impl Output {
    fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let name = table.value("name", label);
        let Some(kind) = Kind::read(table) else {
            table.ignore_rest();
            return None;
        };
        let default = Self::new(kind);
        let queue = table.value("queue", |text| size(text, MIB as u64 / 16..=1024 * MIB as u64, "16MiB"));
        let schema = table.value("schema", choice).or(default.schema);
        let aggregate = table.value("aggregate", |text| duration(text, SECOND..=3600 * SECOND));
        let privacy = table.table("privacy", "{ addresses = \"truncate\" }", Privacy::read);
        if let Kind::Dnstap(_) = default.kind {
            for key in ["schema", "aggregate", "privacy"] {
                table.refuse(key, "left out: dnstap carries messages as they were");
            }
        } else if !Aggregator::knows(schema) {
            table.refuse("aggregate", "left out: only schema = \"ecs\" has a place for how many they were");
        }
        let filter = table.table("filter", "{ roles = [\"client\"] }", Filter::read);
        Some(Self {
            name: name.unwrap_or(default.name),
            schema,
            queue_bytes: queue.unwrap_or(default.queue_bytes),
            sample: table.value("sample", sample),
            aggregate,
            filter: filter.unwrap_or_default(),
            privacy,
            spool: spool(table, &default.kind),
            kind: default.kind,
        })
    }
}

/// `spool = "off"`, or a table of its settings.
fn spool(table: &mut Table<'_, '_>, kind: &Kind) -> Keep {
    let is_off = table.is_text("spool", "off");
    if !kind.is_remote() {
        table.refuse("spool", format!("left out: \"{}\" has none", kind.name()));
        return Keep::None;
    }
    if is_off {
        return Keep::Off;
    }
    Keep::Spool(table.table("spool", "{ size = \"1GiB\" }, or \"off\"", Spool::read).unwrap_or_default())
}
