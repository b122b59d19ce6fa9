//! The faults found so far, and where in the file they are.

use std::{ops::Range, sync::Arc};

use toml::{Spanned, de::DeValue};

use crate::config::{
    error::{ConfigError, Expected, Fault, Position, Problem},
    value::Checked,
};

/// What is printed instead of a secret.
pub const HIDDEN: &str = "***";

/// The faults found so far.
pub struct Report<'a> {
    /// The file as the operator named it.
    pub file: Arc<str>,
    text: &'a str,
    /// Where each line starts, bytes.
    lines: Vec<usize>,
    problems: Vec<Problem>,
}

impl<'a> Report<'a> {
    pub fn new(file: &str, text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Self { file: file.into(), text, lines, problems: Vec::new() }
    }

    /// The place of a byte of the file.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }

    pub fn add(&mut self, span: Range<usize>, fault: Fault) {
        self.problems.push(self.problem(&span, fault));
    }

    pub fn problem(&self, span: &Range<usize>, fault: Fault) -> Problem {
        Problem { file: self.file.to_string(), position: self.position(span.start), fault }
    }

    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.extend(problems);
    }

    /// Hands out those behind the first so many.
    pub fn take_from(&mut self, from: usize) -> Vec<Problem> {
        self.problems.split_off(from.min(self.problems.len()))
    }

    pub fn value(&mut self, key: String, value: &Spanned<DeValue<'_>>, expected: Expected) {
        let quoted = if is_secret(&key) { HIDDEN.to_owned() } else { without_user(shown(value.get_ref())) };
        self.add(value.span(), Fault::Value { key, value: quoted, expected });
    }

    /// Checks the text of a string or a number.
    pub fn scalar<T>(
        &mut self,
        key: String,
        value: &Spanned<DeValue<'_>>,
        check: impl Fn(&str) -> Checked<T>,
    ) -> Option<T> {
        let text = plain(value.get_ref()).unwrap_or_default();
        let checked = check(&text);
        self.take(key, value, checked)
    }

    /// The value, or a fault.
    pub fn take<T>(&mut self, key: String, value: &Spanned<DeValue<'_>>, checked: Checked<T>) -> Option<T> {
        checked.map_err(|expected| self.value(key, value, expected)).ok()
    }

    /// How many faults there are.
    pub fn count(&self) -> usize {
        self.problems.len()
    }

    /// Fails if there are faults, and gives them in the order of the file.
    pub fn checked(&mut self) -> Result<(), ConfigError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        let mut problems = std::mem::take(&mut self.problems);
        problems.sort_by_key(|problem| problem.position);
        Err(ConfigError::Invalid(problems))
    }
}

/// Errors are logged: the place is enough to find what is wrong with these.
fn is_secret(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    ["password", "token", "key", "headers"].contains(&last)
}

/// A URL without what stands before the host.
fn without_user(text: String) -> String {
    match text.split_once("://").map(|(scheme, rest)| (scheme, rest.rsplit_once('@'))) {
        Some((scheme, Some((_, host)))) => format!("{scheme}://{HIDDEN}@{host}"),
        _ => text,
    }
}

/// The text of a string or a whole number as the command line would give it.
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
