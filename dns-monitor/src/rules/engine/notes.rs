//! What the loader tells becomes lines for the operator: the first few of each list, and how many more there are.

use std::collections::HashMap;

use super::load::Note;
use crate::log;

/// Lines of each list that are told.
const MOST: u64 = 10;

/// Tells the first problems of every list.
#[derive(Default)]
pub struct Notes {
    problems: HashMap<String, u64>,
}

impl Notes {
    /// Tells one.
    pub fn take(&mut self, note: Note<'_>) {
        match note {
            Note::Warning(text) => log::warn(format_args!("{text}")),
            Note::Progress(list, entries) => log::info(format_args!("{list}: {entries} entries so far")),
            Note::Problem(problem) => {
                let count = self.problems.entry(problem.origin.clone()).or_default();
                *count += 1;
                if *count <= MOST {
                    log::warn(format_args!("{}: {}: {}", problem.origin, problem.place, problem.why));
                }
            }
        }
    }

    /// Tells what was not told.
    pub fn finish(self) {
        for (list, count) in self.problems.into_iter().filter(|(_, count)| *count > MOST) {
            let more = count - MOST;
            log::warn(format_args!(
                "{list}: {more} more such lines: `dns-monitor rules check` shows them all"
            ));
        }
    }
}
