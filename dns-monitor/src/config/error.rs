//! What can be wrong with a configuration: where, what, and what would be right.

use std::{fmt, io};

use dns_monitor_common::names::MAX_PORTS;

use super::rules::MAX_SPECS;

/// Why there is no configuration to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read, or is not UTF-8.
    #[error("{file}: {source}")]
    Read {
        /// The file as the operator named it.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The file has faults: all of them, in the order of the file, one a line.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    /// Nothing to watch.
    #[error("no interface to watch: give --interface IF, or interfaces = [\"IF\"] in [capture]")]
    NoInterface,
    /// Nothing is written to standard output.
    #[error(
        "{0} is about standard output, and the file has no [[output]] with type = \"stdout\": leave the option out, or \
         add that output"
    )]
    NoStdout(&'static str),
    /// More ports than the kernel programs compare.
    #[error("--port is given for {0} ports: at most {MAX_PORTS} are possible")]
    TooManyPorts(usize),
    /// A setting has no TOML form.
    #[error("cannot write the configuration: {0}")]
    Write(#[from] toml::ser::Error),
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// One fault of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{position}: {fault}")]
pub struct Problem {
    /// The file as the operator named it.
    pub file: String,
    /// Where the fault is.
    pub position: Position,
    /// What is wrong there.
    pub fault: Fault,
}

/// A place in a file; both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// What is wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not TOML.
    #[error("not TOML: {0}")]
    Syntax(String),
    /// A name that means nothing here.
    #[error("unknown {what} {name}: {}", advice(.what, .name, .known))]
    Unknown {
        /// `table` or `key`.
        what: &'static str,
        /// The name as written; a key with its table.
        name: String,
        /// The names that would be right, written the same way.
        known: Vec<String>,
    },
    /// A key above the first table.
    #[error("{key} stands outside a table: tables are {}", .tables.join(", "))]
    Stray {
        /// The key.
        key: String,
        /// The tables there are.
        tables: Vec<String>,
    },
    /// A table that there was once.
    #[error("{name} is no more: {advice}")]
    Gone {
        /// The table, in brackets.
        name: &'static str,
        /// What to write instead.
        advice: &'static str,
    },
    /// A key with a value that it cannot have.
    #[error("{key}: {value} {expected}")]
    Value {
        /// The key with its table.
        key: String,
        /// The value as written.
        value: String,
        /// What is allowed, and an example.
        expected: Expected,
    },
    /// Something that has no default.
    #[error("{what} is missing: {advice}")]
    Missing {
        /// The key with its table, or what else there must be.
        what: String,
        /// What to write.
        advice: String,
    },
    /// More lists and rules than the kernel programs count.
    #[error(
        "more than {MAX_SPECS} lists and rules: join rules that do the same with any = […], or put their names \
         into a list"
    )]
    TooMany,
}

/// What a value must be: a phrase that follows those words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be {0}")]
pub struct Expected(pub String);

/// The nearest known name, or all of them where none is near.
fn advice(what: &str, name: &str, known: &[String]) -> String {
    let distance = |k: &String| strsim::damerau_levenshtein(name, k);
    match known.iter().min_by_key(|k| distance(k)) {
        Some(near) if distance(near) <= 2 => format!("did you mean {near}?"),
        _ => format!("known {what}s are {}", known.join(", ")),
    }
}
