//! From the file as written to outputs as used.

use std::{collections::HashMap, ops::Range, time::Duration};

use super::{Filter, Keep, Kind, MAX_OUTPUTS, MIB, Output, Privacy, Spool, sample::sample};
use crate::{
    config::{
        error::{Expected, Fault, Position, Problem},
        raw::{Document, Table},
        rules::label,
        value::{choice, duration, size},
    },
    output::aggregate::Aggregator,
};

const SECOND: Duration = Duration::from_secs(1);

/// The outputs of a file.
#[derive(Debug, Default)]
pub struct Outputs {
    /// Those that can be used, and where each stands.
    pub good: Vec<(Output, Position)>,
    /// What is wrong with the others.
    pub bad: Vec<BadOutput>,
}

/// An output that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadOutput {
    /// Its name, as far as it can be told.
    pub name: Option<String>,
    /// What is wrong with it, one at least.
    pub problems: Vec<Problem>,
}

/// One table: what it says, and where.
struct Written {
    name: Option<String>,
    output: Option<Output>,
    start: usize,
    name_at: Range<usize>,
    type_at: Range<usize>,
    /// How many faults there were before it.
    before: usize,
    problems: Vec<Problem>,
}

/// What `[stdout]` was.
const INSTEAD: &str = "write [[output]] with type = \"stdout\"; its queue is what queue_bytes was, schema = \"text\" what \
                       format = \"text\" was";

/// Takes every `[[output]]` from the file, or standard output where there is none. Faults of one are in [`BadOutput`]; those
/// of all together stay in the document.
pub fn read(document: &mut Document<'_>) -> Outputs {
    let tables = document.tables("output", Written::read);
    let mut read: Vec<Written> = tables.into_iter().map(|(_, read)| read).collect();
    for read in read.iter_mut().rev() {
        read.problems = document.take_faults(read.before);
    }
    document.gone("stdout", "[stdout]", INSTEAD);
    if read.is_empty() {
        return Outputs { good: vec![(Output::default(), document.position(0))], bad: Vec::new() };
    }
    if let Some(Written { start, .. }) = read.get(MAX_OUTPUTS) {
        let fault = Fault::Missing {
            what: "room for more outputs".into(),
            advice: format!("{MAX_OUTPUTS} are possible"),
        };
        document.fault(*start..*start, fault);
    }
    one_name_each(document, &mut read);
    one_stdout(document, &mut read);
    let mut outputs = Outputs::default();
    for Written { name, output, start, problems, .. } in read {
        match output {
            Some(output) if problems.is_empty() => outputs.good.push((output, document.position(start))),
            _ => outputs.bad.push(BadOutput { name, problems }),
        }
    }
    outputs
}

fn one_name_each(document: &Document<'_>, read: &mut [Written]) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for Written { output, name_at: place, problems, .. } in read {
        let Some(output) = output else { continue };
        let Some(start) = first.get(&output.name) else {
            first.insert(output.name.clone(), place.start);
            continue;
        };
        let line = document.line(*start);
        let expected = Expected(format!("a name of its own: line {line} has it already"));
        let fault = Fault::Value { key: "output.name".into(), value: format!("{:?}", output.name), expected };
        problems.push(document.problem(place, fault));
    }
}

fn one_stdout(document: &Document<'_>, read: &mut [Written]) {
    let is_stdout = |read: &&mut Written| {
        read.output.as_ref().is_some_and(|output| matches!(output.kind, Kind::Stdout(_)))
    };
    for Written { type_at: place, problems, .. } in read.iter_mut().filter(is_stdout).skip(1) {
        let expected = Expected("another one: only one output is standard output".into());
        let fault = Fault::Value { key: "output.type".into(), value: "\"stdout\"".into(), expected };
        problems.push(document.problem(place, fault));
    }
}

impl Written {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let before = table.faults();
        let output = Output::read(table);
        let known = |text: &str| label(text).ok().map(|_| text.to_owned());
        // Without a name of its own it has that of its type.
        let key = if table.has("name") { "name" } else { "type" };
        Self {
            name: table.text(key).and_then(known),
            output,
            start: table.start(),
            name_at: table.span_of("name"),
            type_at: table.span_of("type"),
            before,
            problems: Vec::new(),
        }
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
