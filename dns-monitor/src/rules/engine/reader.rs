//! The entries of one list on their way to the compiler: what the configuration says of the whole list is added.

use std::time::{Duration, Instant};

use super::load::{Note, Tell};
use crate::{
    config::rules::ListSpec,
    rules::{
        action::{Action, Effect},
        compile::{Builder, Rejected, origin::File},
        condition::Condition,
        entry::{Entry, Pattern, Scope},
        list::{Bad, Sink},
        source::Totals,
    },
};

/// How often progress is told.
const TELL: Duration = Duration::from_secs(2);
/// Entries between two looks at the clock.
const LOOK: u64 = 1 << 16;

/// A line or an entry that is no part of the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The list or rule.
    pub origin: String,
    /// `file:line`.
    pub place: String,
    /// Why.
    pub why: String,
    /// Whether the operator should mend it: of the others it is known what they mean, and that it means nothing here.
    pub is_error: bool,
}

impl Problem {
    /// What the compiler says.
    pub fn of(rejected: &Rejected) -> Self {
        let Rejected { origin, place, why } = rejected;
        Self { origin: origin.clone(), place: place.clone(), why: why.to_string(), is_error: true }
    }
}

/// What reading a list came to.
pub struct Read {
    /// Entries, and lines that cannot be read.
    pub totals: Totals,
    /// Lines that mean nothing here.
    pub ignored: u64,
    /// Why only a part of it could be read.
    pub cut: Option<String>,
}

/// Takes the entries of one list.
pub struct Reader<'r, 't> {
    list: &'r ListSpec,
    number: u16,
    builder: &'r mut Builder,
    tell: Tell<'t>,
    totals: Totals,
    ignored: u64,
    cut: Option<String>,
    file: String,
    /// Lines of the files before this one, and of this one so far.
    base: u32,
    lines: u32,
    told: Instant,
    /// Conditions of an entry, with those of the list.
    when: Vec<Condition>,
}

impl<'r, 't> Reader<'r, 't> {
    /// A reader of the list that is origin `number` of the builder.
    pub fn new(list: &'r ListSpec, number: u16, builder: &'r mut Builder, tell: Tell<'t>) -> Self {
        Self {
            list,
            number,
            builder,
            tell,
            totals: Totals::default(),
            ignored: 0,
            cut: None,
            file: String::new(),
            base: 0,
            lines: 0,
            told: Instant::now(),
            when: Vec::new(),
        }
    }

    /// What comes now is from this file.
    pub fn begin(&mut self, file: String) {
        self.base += self.lines;
        self.lines = 0;
        if let Some(origin) = self.builder.origin_mut(self.number) {
            origin.files.push(File { path: file.clone(), base: self.base });
        }
        self.file = file;
    }

    /// What was read.
    pub fn finish(self) -> Read {
        Read { totals: self.totals, ignored: self.ignored, cut: self.cut }
    }

    fn scope(&self, scope: Scope) -> Scope {
        match (self.list.subdomains, scope) {
            (Some(true), Scope::Exact) => Scope::Suffix,
            (Some(false), Scope::Suffix) => Scope::Exact,
            _ => scope,
        }
    }

    /// A list that only looks never blocks, whatever its entries say.
    fn effect(&self, own: Option<Effect>) -> Option<Effect> {
        let looks = matches!(self.list.origin.effect.action, Action::Observe | Action::Alert);
        own.filter(|effect| !(looks && matches!(effect.action, Action::Block(_))))
    }

    fn progress(&mut self) {
        if self.totals.entries.is_multiple_of(LOOK) && self.told.elapsed() >= TELL {
            self.told = Instant::now();
            (self.tell)(Note::Progress(&self.list.origin.name, self.totals.entries));
        }
    }
}

impl Sink for Reader<'_, '_> {
    fn entry(&mut self, line: u32, entry: Entry<'_>) {
        self.lines = self.lines.max(line);
        let pattern = match entry.pattern {
            Pattern::Name(name, scope) => Pattern::Name(name, self.scope(scope)),
            other => other,
        };
        let mut entry = Entry { pattern, effect: self.effect(entry.effect), ..entry };
        if !self.list.conditions.is_empty() {
            self.when.clear();
            self.when.extend(entry.when.iter().chain(&self.list.conditions).cloned());
            entry.when = &self.when;
        }
        // What the compiler rejects, its report names.
        if self.builder.add(self.number, self.base + line, &entry).is_ok() {
            self.totals.entries += 1;
        }
        self.progress();
    }

    fn bad(&mut self, line: u32, why: Bad) {
        self.lines = self.lines.max(line);
        let is_error = why.is_unreadable();
        if matches!(why, Bad::Json(_) | Bad::TooLarge) {
            self.cut = Some(why.to_string()); // nothing after it was read
        }
        match is_error {
            true => self.totals.unreadable += 1,
            false => self.ignored += 1,
        }
        (self.tell)(Note::Problem(&Problem {
            origin: self.list.origin.name.clone(),
            place: format!("{}:{line}", self.file),
            why: why.to_string(),
            is_error,
        }));
    }
}
