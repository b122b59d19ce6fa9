//! The file as written: tables of values that know where they stand.
//!
//! Nothing stops at the first fault. A bad value counts as absent, so that one run of
//! `check` shows everything there is to mend. The keys that a reader asks for *are* the
//! known keys: none is spelled twice.

mod report;
mod table;

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub use self::{report::HIDDEN, table::Table};
use self::{
    report::Report,
    table::{find, unknown},
};
use super::error::{ConfigError, Expected, Fault, Position, Problem};

/// A configuration file, and what is wrong with it.
pub struct Document<'a> {
    root: DeTable<'a>,
    known: Vec<Known>,
    /// Tables that are no more, and stand in the file.
    gone: Vec<&'static str>,
    report: Report<'a>,
}

/// A table that was asked for.
struct Known {
    name: &'static str,
    /// As files have it, in brackets.
    written: String,
}

impl<'a> Document<'a> {
    /// Fails where the text is not TOML.
    pub fn parse(file: &str, text: &'a str) -> Result<Self, ConfigError> {
        let mut report = Report::new(file, text);
        // Only the first: what follows a slip in the syntax is mostly its echo.
        let root = DeTable::parse(text).map(Spanned::into_inner).unwrap_or_else(|error| {
            report.add(error.span().unwrap_or_default(), Fault::Syntax(error.message().to_owned()));
            DeTable::new()
        });
        report.checked()?;
        Ok(Self { root, known: Vec::new(), gone: Vec::new(), report })
    }

    /// Reads the table `[name]`, or an empty one if the file has none.
    pub fn table<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Table<'_, 'a>) -> T) -> T {
        let written = format!("[{name}]");
        let empty = DeTable::new();
        let entries = match find(&self.root, name) {
            None => &empty,
            Some(value) => value.get_ref().as_table().unwrap_or_else(|| {
                let expected = Expected(format!("a table, written {written}"));
                self.report.value(name.to_owned(), value, expected);
                &empty
            }),
        };
        self.known.push(Known { name, written });
        Table::new(name.to_owned(), 0..0, entries, &mut self.report).read(read)
    }

    /// Reads the tables `[[name]]`, each with the place where it starts, in bytes.
    pub fn tables<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut Table<'_, 'a>) -> T,
    ) -> Vec<(usize, T)> {
        let written = format!("[[{name}]]");
        let mut tables = Vec::new();
        if let Some(value) = find(&self.root, name) {
            let elements: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
                DeValue::Array(array) => array.iter().collect(),
                // `[name]` or `name = 1`: the loop says what it should be.
                _ => vec![value],
            };
            for element in elements {
                let entries = element.get_ref().as_table().filter(|_| value.get_ref().is_array());
                let Some(entries) = entries else {
                    let expected = Expected(format!("a table of its own, written {written}"));
                    self.report.value(name.to_owned(), element, expected);
                    continue;
                };
                let table = Table::new(name.to_owned(), element.span(), entries, &mut self.report);
                tables.push((element.span().start, table.read(&read)));
            }
        }
        self.known.push(Known { name, written });
        tables
    }

    /// Takes down a fault that shows only when several tables are seen together.
    pub fn fault(&mut self, span: Range<usize>, fault: Fault) {
        self.report.add(span, fault);
    }

    /// Takes down that a table there was once is still in the file, and does not complain of its keys.
    pub fn gone(&mut self, name: &'static str, written: &'static str, advice: &'static str) {
        let found = self.root.iter().find(|(key, _)| key.get_ref() == name);
        if let Some(span) = found.map(|(key, _)| key.span()) {
            self.report.add(span, Fault::Gone { name: written, advice });
            self.gone.push(name);
        }
    }

    /// A fault with its place, not taken down.
    pub fn problem(&self, span: &Range<usize>, fault: Fault) -> Problem {
        self.report.problem(span, fault)
    }

    /// Hands out the faults that came after the first so many.
    pub fn take_faults(&mut self, from: usize) -> Vec<Problem> {
        self.report.take_from(from)
    }

    /// Takes faults down that were handed out.
    pub fn give_back(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.report.extend(problems);
    }

    /// The line of a byte, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.position(offset).line
    }

    /// The place of a byte.
    pub fn position(&self, offset: usize) -> Position {
        self.report.position(offset)
    }

    /// Fails if anything was wrong, unknown tables included.
    pub fn finish(mut self) -> Result<(), ConfigError> {
        let known = self.known.iter().map(|known| known.name);
        let names: Vec<&str> = known.chain(self.gone).collect();
        let tables: Vec<String> = self.known.into_iter().map(|known| known.written).collect();
        for (key, value) in unknown(&self.root, &names) {
            let (key, span) = (key.get_ref(), key.span());
            let fault = match value.get_ref() {
                DeValue::Table(_) => unknown_table(format!("[{key}]"), &tables),
                DeValue::Array(list) if list.iter().any(|element| element.get_ref().is_table()) => {
                    unknown_table(format!("[[{key}]]"), &tables)
                }
                _ => Fault::Stray { key: key.to_string(), tables: tables.clone() },
            };
            self.report.add(span, fault);
        }
        self.report.checked()
    }
}

fn unknown_table(name: String, known: &[String]) -> Fault {
    Fault::Unknown { what: "table", name, known: known.to_vec() }
}
