//! One table of the file, and the tables in it.

use std::{
    ops::{Range, RangeInclusive},
    sync::Arc,
};

use toml::{
    Spanned,
    de::{DeArray, DeString, DeTable, DeValue},
};

use super::report::Report;
use crate::config::{
    error::{Expected, Fault},
    value::Checked,
};

/// How deep tables may stand in tables: far more than anyone can read.
const MAX_DEPTH: usize = 8;

/// One table of the file.
pub struct Table<'t, 'a> {
    path: String,
    span: Range<usize>,
    depth: usize,
    entries: &'t DeTable<'a>,
    known: Vec<&'static str>,
    /// What is not known stands here unread: a fault before it has taken away its meaning.
    unread: bool,
    report: &'t mut Report<'a>,
}

impl<'t, 'a> Table<'t, 'a> {
    /// `path` is what errors call it, `span` where it starts.
    pub(super) fn new(
        path: String,
        span: Range<usize>,
        entries: &'t DeTable<'a>,
        report: &'t mut Report<'a>,
    ) -> Self {
        Self { path, span, depth: 0, entries, known: Vec::new(), unread: false, report }
    }

    /// Reads what is known, and reports the rest.
    pub(super) fn read<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let result = read(&mut self);
        let unknown = if self.unread { Vec::new() } else { unknown(self.entries, &self.known) };
        for (key, _) in unknown {
            let known = self.known.iter().map(|known| self.key(known)).collect();
            let fault = Fault::Unknown { what: "key", name: self.key(key.get_ref()), known };
            self.report.add(key.span(), fault);
        }
        result
    }

    /// The value of `key`, or nothing if it is absent or bad.
    pub fn value<T>(&mut self, key: &'static str, check: impl Fn(&str) -> Checked<T>) -> Option<T> {
        let value = self.entry(key)?;
        self.report.scalar(self.key(key), value, check)
    }

    /// The value of a `key` that must be there.
    pub fn required<T>(&mut self, key: &'static str, check: impl Fn(&str) -> Checked<T>) -> Option<T> {
        // What no text at all is not, the value should be.
        if let (None, Err(expected)) = (self.entry(key), check("")) {
            self.missing(self.key(key), format!("it {expected}"));
        }
        self.value(key, check)
    }

    /// A `key` that is true or false.
    pub fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.entry(key)?;
        let flag = value.get_ref().as_bool().ok_or_else(|| Expected("true or false".to_owned()));
        self.report.take(self.key(key), value, flag)
    }

    /// A number that may have a fraction.
    pub fn decimal(&mut self, key: &'static str, check: impl Fn(f64) -> Checked<f64>) -> Option<f64> {
        let value = self.entry(key)?;
        let number = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok().filter(|_| number.radix() == 10),
            _ => None,
        };
        self.report.take(self.key(key), value, check(number.unwrap_or(f64::NAN)))
    }

    /// The elements of the array `key`: `count` of them, no two the same.
    pub fn list<T: PartialEq>(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        example: &str,
        check: impl Fn(&str) -> Checked<T>,
    ) -> Option<Vec<T>> {
        let array = self.array(key, count, &format!("values, such as {example}"))?;
        let mut list = Vec::with_capacity(array.len());
        for element in array.iter() {
            let Some(checked) = self.report.scalar(self.key(key), element, &check) else { continue };
            if list.contains(&checked) {
                self.report.value(self.key(key), element, Expected("listed once only".to_owned()));
            }
            list.push(checked);
        }
        Some(list)
    }

    /// Reads each table of the array `key`.
    pub fn tables<T>(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        example: &str,
        read: impl Fn(&mut Table<'_, 'a>) -> T,
    ) -> Option<Vec<T>> {
        let array = self.array(key, count, &format!("tables, such as [{example}]"))?;
        Some(array.iter().filter_map(|element| self.inner(key, element, example, &read)).collect())
    }

    /// Reads the table `key`.
    pub fn table<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(&mut Table<'_, 'a>) -> T,
    ) -> Option<T> {
        let value = self.entry(key)?;
        self.inner(key, value, example, read)
    }

    fn inner<T>(
        &mut self,
        key: &str,
        value: &'t Spanned<DeValue<'a>>,
        example: &str,
        read: impl FnOnce(&mut Table<'_, 'a>) -> T,
    ) -> Option<T> {
        let Some(entries) = value.get_ref().as_table() else {
            self.report.value(self.key(key), value, Expected(format!("a table, such as {example}")));
            return None;
        };
        if self.depth == MAX_DEPTH {
            let expected = Expected(format!("at most {MAX_DEPTH} tables deep: split the rule"));
            self.report.value(self.key(key), value, expected);
            return None;
        }
        let (path, depth) = (self.key(key), self.depth + 1);
        let known = Vec::new();
        let span = value.span();
        Some(Table { path, span, depth, entries, known, unread: false, report: self.report }.read(read))
    }

    fn array(
        &mut self,
        key: &'static str,
        count: RangeInclusive<usize>,
        what: &str,
    ) -> Option<&'t DeArray<'a>> {
        let value = self.entry(key)?;
        let array = value.get_ref().as_array().filter(|array| count.contains(&array.len()));
        if array.is_none() {
            let phrase = format!("a list of {} to {} {what}", count.start(), count.end());
            self.report.value(self.key(key), value, Expected(phrase));
        }
        array
    }

    /// Whether `key` is there, be it good or bad.
    pub fn has(&self, key: &str) -> bool {
        find(self.entries, key).is_some()
    }

    /// Whether `key` is this text, which then is all that is to be read of it.
    pub fn is_text(&mut self, key: &'static str, text: &str) -> bool {
        self.entry(key).is_some_and(|value| value.get_ref().as_str() == Some(text))
    }

    /// The text of `key`, be it good or bad; for who has looked at it already.
    pub fn text(&self, key: &str) -> Option<&str> {
        find(self.entries, key)?.get_ref().as_str()
    }

    /// What the remaining keys mean cannot be told.
    pub fn ignore_rest(&mut self) {
        self.unread = true;
    }

    /// Takes down that `key`, if it is there, has no place beside another.
    pub fn refuse(&mut self, key: &'static str, expected: impl Into<String>) {
        if let Some(value) = find(self.entries, key) {
            self.known.push(key);
            self.report.value(self.key(key), value, Expected(expected.into()));
        }
    }

    /// Takes down that something is missing.
    pub fn missing(&mut self, what: String, advice: String) {
        self.report.add(self.span.clone(), Fault::Missing { what, advice });
    }

    /// Whether every key of the table was asked for.
    pub fn is_known(&self) -> bool {
        unknown(self.entries, &self.known).is_empty()
    }

    /// How many faults were found before.
    pub fn faults(&self) -> usize {
        self.report.count()
    }

    /// A key as errors call it.
    pub fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }

    /// Where the table starts, bytes.
    pub fn start(&self) -> usize {
        self.span.start
    }

    /// What errors call the table.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The file, and the line of the table, from 1.
    pub fn place(&self) -> (Arc<str>, usize) {
        (self.report.file.clone(), self.report.position(self.span.start).line)
    }

    /// Where the value of `key` is; the table where there is none.
    pub fn span_of(&self, key: &str) -> Range<usize> {
        find(self.entries, key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    fn entry(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'a>>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        find(self.entries, key)
    }
}

pub(super) fn find<'t, 'a>(table: &'t DeTable<'a>, key: &str) -> Option<&'t Spanned<DeValue<'a>>> {
    table.iter().find_map(|(name, value)| (name.get_ref() == key).then_some(value))
}

/// An entry of a table: the key and its value, both with their place.
type Entry<'t, 'a> = (&'t Spanned<DeString<'a>>, &'t Spanned<DeValue<'a>>);

pub(super) fn unknown<'t, 'a>(table: &'t DeTable<'a>, known: &[&str]) -> Vec<Entry<'t, 'a>> {
    table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())).collect()
}
