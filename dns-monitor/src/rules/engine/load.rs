//! Everything the configuration names, read and compiled: beside the rules in force, and without touching them.
//!
//! A list that is refused is read again as it last was good, and then all of them, because a set of rules is made in one
//! go. That is seldom; a second reading of every list each time would not be.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader},
    path::Path,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use thiserror::Error;

use super::{
    reader::{Problem, Reader},
    settings::{origin_of, settings},
    texts::{Sources, Text},
};
use crate::{
    config::{
        Config,
        rules::{ListSpec, Spec},
    },
    control::protocol::Provenance,
    rules::{
        compile::{Builder, CompileError, Rejected, Report, Settings},
        list,
        ruleset::Ruleset,
        source::{self, Source, Totals},
        table::memory::Room,
    },
};

/// Bytes of a list that are read at once.
const BUFFER: usize = 256 << 10;

/// Why there is no new set of rules.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The compiler.
    #[error(transparent)]
    Compile(#[from] CompileError),
    /// A rule of the configuration that must not be.
    #[error("{0}")]
    Rule(Rejected),
    /// No random numbers.
    #[error("no random numbers for the keys of the table: {0}")]
    Keys(io::Error),
}

/// A set of rules, and how it came about.
pub struct Loaded {
    /// It.
    pub ruleset: Ruleset,
    /// What became of the entries.
    pub report: Report,
    /// Every list and rule, in the order of the configuration.
    pub origins: Vec<State>,
    /// How long it took.
    pub took: Duration,
}

/// What is known of a list or rule.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name.
    pub name: String,
    /// `list` or `rule`.
    pub kind: &'static str,
    /// As the configuration says it.
    pub action: &'static str,
    /// What was read.
    pub totals: Totals,
    /// Lines that mean nothing here.
    pub ignored: u64,
    /// When its text last changed, as far as is known.
    pub changed_at: Option<Timestamp>,
    /// Why the newest text is not in force.
    pub error: Option<String>,
    /// Where the text in force is from.
    pub from: Provenance,
}

/// What the loader tells while it works.
pub enum Note<'a> {
    /// A line or an entry that is no part of the rules.
    Problem(&'a Problem),
    /// Something that the operator should look at.
    Warning(String),
    /// How far it is: the list at hand, and entries so far.
    Progress(&'a str, u64),
}

/// Who is told.
pub type Tell<'t> = &'t mut dyn FnMut(Note<'_>);

/// Why everything is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The agent starts: the first rules are made of what is on this machine; servers are asked right after.
    Start,
    /// Something may have changed, or is due; if nothing has, nothing is done.
    Look,
    /// The operator wants it: servers are asked now.
    Reload,
}

/// Reads lists; knows where they come from, and what they were.
#[derive(Default)]
pub struct Loader {
    sources: Sources,
    /// Whether there are rules that were made of what the sources had.
    loaded: bool,
    /// Lists that the last load has read anew, and what came of it.
    fresh: Vec<(String, Totals)>,
}

impl Loader {
    /// Reads and compiles all of it. `None`: nothing has changed, the rules in force are those of what there is. Once the
    /// new ones are in force, call [`keep`](Self::keep).
    ///
    /// # Errors
    /// [`LoadError`]: the rules in force stay.
    pub fn load(
        &mut self,
        config: &Config,
        generation: u16,
        occasion: Occasion,
        room: &mut dyn Room,
        tell: Tell<'_>,
    ) -> Result<Option<Loaded>, LoadError> {
        self.fresh.clear();
        self.sources.find(config);
        let mut texts = self.sources.texts(config, occasion, tell);
        if self.loaded && occasion == Occasion::Look && !texts.values().any(|text| text.changed) {
            return Ok(None);
        }
        let settings = || settings(config, generation, false);
        let loaded = self.compile(config, &mut texts, &settings, room, tell)?;
        self.fresh = fresh(config, &texts, &loaded.origins);
        self.loaded = true;
        Ok(Some(loaded))
    }

    /// What was loaded becomes the last good one of each list: it is copied, and waited for until it is on the disk. That
    /// takes as long as reading it, so that it comes after the rules are in force.
    pub fn keep(&mut self, tell: Tell<'_>) {
        for (name, totals) in self.fresh.drain(..) {
            let Some(source) = self.sources.get(&name) else { continue };
            if let Err(error) = source.accept(totals) {
                tell(Note::Warning(format!("{name}: {error}")));
            }
        }
    }

    /// As [`load`](Self::load), for somebody who only wants to know: nothing becomes the last good one, and entries that
    /// stronger ones hide are kept.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn look(
        &mut self,
        config: &Config,
        room: &mut dyn Room,
        tell: Tell<'_>,
    ) -> Result<Loaded, LoadError> {
        self.sources.find(config);
        let mut texts = self.sources.texts(config, Occasion::Look, tell);
        self.compile(config, &mut texts, &|| settings(config, 0, true), room, tell)
    }

    fn compile(
        &mut self,
        config: &Config,
        texts: &mut HashMap<String, Text>,
        settings: &dyn Fn() -> Result<Settings, LoadError>,
        room: &mut dyn Room,
        tell: Tell<'_>,
    ) -> Result<Loaded, LoadError> {
        let start = Instant::now();
        loop {
            let mut builder = Builder::new(settings()?)?;
            let Some(origins) = self.read(config, texts, &mut builder, tell)? else { continue };
            let (ruleset, report) = builder.finish(room, config.rules.learn_max.max(1024))?;
            for rejected in &report.first_rejected {
                tell(Note::Problem(&Problem::of(rejected)));
            }
            return Ok(Loaded { ruleset, report, origins, took: start.elapsed() });
        }
    }

    /// When a list from a server is to be fetched next.
    pub fn due(&self) -> Option<Instant> {
        self.sources.due()
    }

    /// Reads everything into the builder. `None`: a list was refused, and its text is now another; begin again.
    fn read(
        &mut self,
        config: &Config,
        texts: &mut HashMap<String, Text>,
        builder: &mut Builder,
        tell: Tell<'_>,
    ) -> Result<Option<Vec<State>>, LoadError> {
        let mut states = Vec::with_capacity(config.specs.len());
        for spec in &config.specs {
            let number = builder.origin(origin_of(config, spec))?;
            let mut state = State::of(spec);
            match spec {
                Spec::Rule(rule) => {
                    state.totals.entries = 1;
                    let line = rule.origin.place.line;
                    builder.add_rule(number, line, &rule.condition).map_err(LoadError::Rule)?;
                }
                Spec::List(list) => {
                    let Some(text) = texts.get_mut(&list.origin.name) else { continue };
                    let Some(source) = self.sources.get(&list.origin.name) else { continue };
                    if let Some(refusal) = read_list(list, number, text, source, builder, &mut state, tell) {
                        tell(Note::Warning(format!("{}: refused: {refusal}", list.origin.name)));
                        *text = Text::last_good(source, format!("refused: {refusal}"));
                        return Ok(None);
                    }
                }
            }
            states.push(state);
        }
        Ok(Some(states))
    }
}

/// The lists whose text is not the one that was kept already.
fn fresh(config: &Config, texts: &HashMap<String, Text>, states: &[State]) -> Vec<(String, Totals)> {
    let of = |(spec, state): (&Spec, &State)| {
        let Spec::List(list) = spec else { return None };
        let is_fresh = texts.get(&list.origin.name).is_some_and(|text| text.from != Provenance::LastGood);
        is_fresh.then(|| (list.origin.name.clone(), state.totals))
    };
    config.specs.iter().zip(states).filter_map(of).collect()
}

impl State {
    fn of(spec: &Spec) -> Self {
        let origin = spec.origin();
        Self {
            name: origin.name.clone(),
            kind: spec.kind(),
            action: origin.effect.action.name(),
            totals: Totals::default(),
            ignored: 0,
            changed_at: None,
            error: None,
            from: Provenance::File,
        }
    }
}

/// Reads a list; says why it must not be used, if it must not: its last good text is read then, and used as it is.
fn read_list(
    list: &ListSpec,
    number: u16,
    text: &Text,
    source: &Source,
    builder: &mut Builder,
    state: &mut State,
    tell: Tell<'_>,
) -> Option<String> {
    let mut reader = Reader::new(list, number, builder, tell);
    let mut failed = None;
    for file in &text.files {
        reader.begin(source.label(file));
        if let Err(error) = read_file(file, list.format, &mut reader) {
            failed = Some(format!("{}: {error}", source.label(file)));
        }
    }
    let read = reader.finish();
    (state.totals, state.ignored) = (read.totals, read.ignored);
    (state.changed_at, state.from, state.error) = (text.changed_at, text.from, text.error.clone());
    let refusal = || source::judge(state.totals, source.last()).err().map(|refusal| refusal.to_string());
    failed.or(read.cut).or_else(refusal).filter(|_| text.from != Provenance::LastGood)
}

fn read_file(file: &Path, format: list::Format, sink: &mut dyn list::Sink) -> io::Result<list::Format> {
    let mut text = BufReader::with_capacity(BUFFER, File::open(file)?);
    list::read(format, &mut text, sink)
}
