//! The file as written: tables of values that know where they stand.
//!
//! Nothing stops at the first fault. A bad value counts as absent, so that one run of
//! `check` shows everything there is to mend. The keys that a reader asks for *are* the
//! known keys: none is spelled twice.

use std::ops::{Range, RangeInclusive};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

use super::{
    error::{ConfigError, Expected, Fault, Position, Problem},
    value::Checked,
};

/// A configuration file, and what is wrong with it.
pub struct Document<'a> {
    root: DeTable<'a>,
    known: Vec<&'static str>,
    report: Report<'a>,
}

impl<'a> Document<'a> {
    /// Fails where the text is not TOML.
    pub fn parse(file: &'a str, text: &'a str) -> Result<Self, ConfigError> {
        let mut report = Report { file, text, problems: Vec::new() };
        // Only the first: what follows a slip in the syntax is mostly its echo.
        let root = DeTable::parse(text).map(Spanned::into_inner).unwrap_or_else(|error| {
            report.add(error.span().unwrap_or_default(), Fault::Syntax(error.message().to_owned()));
            DeTable::new()
        });
        report.checked()?;
        Ok(Self { root, known: Vec::new(), report })
    }

    /// Reads the table `[name]`, or an empty one if the file has none.
    pub fn table<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Table<'_, 'a>) -> T) -> T {
        self.known.push(name);
        let empty = DeTable::new();
        let entries = match find(&self.root, name) {
            None => &empty,
            Some(value) => value.get_ref().as_table().unwrap_or_else(|| {
                let expected = Expected(format!("a table, written [{name}]"));
                self.report.value(name.to_owned(), value, expected);
                &empty
            }),
        };
        let mut table = Table { name, entries, known: Vec::new(), report: &mut self.report };
        let result = read(&mut table);
        table.report_unknown();
        result
    }

    /// Fails if anything was wrong, unknown tables included.
    pub fn finish(mut self) -> Result<(), ConfigError> {
        let tables: Vec<String> = self.known.iter().map(|name| format!("[{name}]")).collect();
        for (key, value) in unknown(&self.root, &self.known) {
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

/// One table of the file.
pub struct Table<'t, 'a> {
    name: &'static str,
    entries: &'t DeTable<'a>,
    known: Vec<&'static str>,
    report: &'t mut Report<'a>,
}

impl Table<'_, '_> {
    /// The value of `key`, or nothing if it is absent or bad.
    pub fn value<T>(&mut self, key: &'static str, check: impl Fn(&str) -> Checked<T>) -> Option<T> {
        self.known.push(key);
        let value = find(self.entries, key)?;
        self.report.scalar(self.path(key), value, check)
    }

    /// The elements of the array `key`: `count` of them, no two the same.
    pub fn list<T: PartialEq>(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        example: &str,
        check: impl Fn(&str) -> Checked<T>,
    ) -> Option<Vec<T>> {
        self.known.push(key);
        let value = find(self.entries, key)?;
        let Some(array) = value.get_ref().as_array().filter(|a| count.contains(&a.len())) else {
            let phrase = format!("a list of {} to {} values, such as {example}", count.start(), count.end());
            self.report.value(self.path(key), value, Expected(phrase));
            return None;
        };
        let mut list = Vec::with_capacity(array.len());
        for element in array.iter() {
            let Some(checked) = self.report.scalar(self.path(key), element, &check) else { continue };
            if list.contains(&checked) {
                self.report.value(self.path(key), element, Expected("listed once only".to_owned()));
            }
            list.push(checked);
        }
        Some(list)
    }

    fn report_unknown(&mut self) {
        for (key, _) in unknown(self.entries, &self.known) {
            let known = self.known.iter().map(|known| self.path(known)).collect();
            let fault = Fault::Unknown { what: "key", name: self.path(key.get_ref()), known };
            self.report.add(key.span(), fault);
        }
    }

    fn path(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }
}

/// The faults found so far.
struct Report<'a> {
    file: &'a str,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Report<'_> {
    fn add(&mut self, span: Range<usize>, fault: Fault) {
        let position = Position::of(self.text, span.start);
        self.problems.push(Problem { file: self.file.to_owned(), position, fault });
    }

    fn value(&mut self, key: String, value: &Spanned<DeValue<'_>>, expected: Expected) {
        self.add(value.span(), Fault::Value { key, value: shown(value.get_ref()), expected });
    }

    fn scalar<T>(
        &mut self,
        key: String,
        value: &Spanned<DeValue<'_>>,
        check: impl Fn(&str) -> Checked<T>,
    ) -> Option<T> {
        let text = plain(value.get_ref()).unwrap_or_default();
        match check(&text) {
            Ok(checked) => Some(checked),
            Err(expected) => {
                self.value(key, value, expected);
                None
            }
        }
    }

    fn checked(&mut self) -> Result<(), ConfigError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by_key(|problem| problem.position);
        Err(ConfigError::Invalid(problems))
    }
}

fn find<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> Option<&'t Spanned<DeValue<'a>>> {
    table.iter().find_map(|(name, value)| (name.get_ref() == key).then_some(value))
}

/// An entry of a table: the key and its value, both with their place.
type Entry<'t, 'a> = (&'t Spanned<DeString<'a>>, &'t Spanned<DeValue<'a>>);

fn unknown<'t, 'a>(table: &'t DeTable<'a>, known: &[&str]) -> Vec<Entry<'t, 'a>> {
    table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())).collect()
}

fn unknown_table(name: String, known: &[String]) -> Fault {
    Fault::Unknown { what: "table", name, known: known.to_vec() }
}

/// The text of a string or a number as the command line would give it; no setting is
/// anything else.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|n| n.to_string())
        }
        _ => None,
    }
}

/// The value as the error quotes it.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(array) if array.is_empty() => "[]".to_owned(),
        DeValue::Array(_) => "[…]".to_owned(),
        DeValue::Table(_) => "{…}".to_owned(),
    }
}
