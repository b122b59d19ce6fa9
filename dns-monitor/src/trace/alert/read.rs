//! Lines of any format become alerts. What a line is shows in the line itself, so that formats may be mixed.

use std::{
    io::{self, Read},
    sync::Arc,
};

use serde_json::Value;

use super::{
    Alert, BadAlert, Kind, Original, Place, Said, cef, eve, links, plain,
    when::Clock,
    zeek::{self, Head},
};
use crate::trace::lines::{Line, Lines};

/// How many alerts are kept, and as many records beside them.
pub const MOST: usize = 1_000_000;

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    /// In the order of the lines.
    pub alerts: Vec<Alert>,
    /// Lines that are no alerts though they should be.
    pub bad: u64,
    /// Records of other kinds.
    pub others: u64,
    /// Records of lookups that nobody was alarmed by, in files that have alerts too.
    pub records: u64,
    /// What is beyond [`MOST`].
    pub beyond: u64,
}

/// Reads a file of alerts. Where it has alerts, its records of lookups only [complete](links::complete) them; where it
/// has none, each record is asked about. `tell` hears of every bad line.
///
/// # Errors
/// Those of the file; what was read before stays in `into`.
pub fn read(
    input: impl Read,
    file: &Arc<str>,
    clock: &Clock,
    into: &mut Alerts,
    tell: &mut dyn FnMut(Place, BadAlert),
) -> io::Result<()> {
    let mut reader =
        Reader { file: Arc::clone(file), clock, head: Head::default(), into, records: Vec::new() };
    let begin = reader.into.alerts.len();
    let mut lines = Lines::new(input);
    let mut number = 0_u64;
    let result = loop {
        let line = match lines.advance() {
            Ok(Some(line)) => line,
            end => break end.map(|_| ()),
        };
        number = number.saturating_add(1);
        if let Err(bad) = reader.line(number, &line) {
            reader.into.bad = reader.into.bad.saturating_add(1);
            tell(Place { file: Arc::clone(file), line: number }, bad);
        }
    };
    reader.finish(begin);
    result
}

struct Reader<'a> {
    file: Arc<str>,
    clock: &'a Clock,
    head: Head,
    into: &'a mut Alerts,
    records: Vec<Alert>,
}

impl Reader<'_> {
    fn line(&mut self, number: u64, line: &Line<'_>) -> Result<(), BadAlert> {
        let Line::Whole { text, .. } = line else { return Err(BadAlert::TooLong) };
        let text = str::from_utf8(text).map_err(|_| BadAlert::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
        if text.trim_start().is_empty() {
            return Ok(());
        }
        if text.starts_with('#') {
            self.head.line(text);
            return Ok(());
        }
        let (kind, original) = self.kind(text)?;
        let place = Place { file: Arc::clone(&self.file), line: number };
        match kind {
            Kind::Alert(said) | Kind::Record(said) if !said.names_lookup() && said.link.is_none() => {
                return Err(BadAlert::Nothing);
            }
            Kind::Alert(said) => keep(&mut self.into.alerts, said.at(place, original), &mut self.into.beyond),
            Kind::Record(said) => keep(&mut self.records, said.at(place, original), &mut self.into.beyond),
            Kind::Other => self.into.others = self.into.others.saturating_add(1),
        }
        Ok(())
    }

    fn kind(&self, line: &str) -> Result<(Kind, Original), BadAlert> {
        let as_json = |text: &str| Original::Json(text.into());
        let text = line.trim_start();
        if text.starts_with('{') {
            return Ok((self.object(text)?, as_json(text)));
        }
        let original = Original::Text(line.into());
        if self.head.is_known() {
            let kind = zeek::read(&self.head.object(line)?, self.clock);
            return Ok((kind.unwrap_or(Kind::Other), original));
        }
        let (when, message) = plain::header(line, self.clock);
        if let Some(text) = message.find('{').and_then(|at| message.get(at..))
            && let Ok(kind) = self.object(text)
        {
            return Ok((kind, as_json(text)));
        }
        let said = match cef::begin(line).and_then(|at| line.get(at..)) {
            Some(text) => cef::read(text, self.clock)?,
            None => plain::read(message),
        };
        Ok((Kind::Alert(Said { when: said.when.or(when), ..said }), original))
    }

    fn object(&self, text: &str) -> Result<Kind, BadAlert> {
        let value: Value = serde_json::from_str(text).map_err(|error| BadAlert::Json(error.to_string()))?;
        eve::read(&value, self.clock).or_else(|| zeek::read(&value, self.clock)).ok_or(BadAlert::Foreign)
    }

    fn finish(self, begin: usize) {
        let Self { into, records, .. } = self;
        let alerts = into.alerts.get_mut(begin..).unwrap_or_default();
        if alerts.is_empty() {
            return into.alerts.extend(records);
        }
        links::complete(alerts, &records);
        into.records = into.records.saturating_add(u64::try_from(records.len()).unwrap_or(u64::MAX));
    }
}

fn keep(kept: &mut Vec<Alert>, alert: Alert, beyond: &mut u64) {
    if kept.len() < MOST {
        kept.push(alert);
    } else {
        *beyond = beyond.saturating_add(1);
    }
}

#[cfg(test)]
mod tests;
