//! The result as Markdown.

use std::fmt::Write as _;

use super::{
    oracle::How,
    scenario::Outcome,
    verdict::{Count, Verdict},
};

/// Rows of both tables.
#[derive(Debug, Default)]
pub struct Tables {
    scenarios: String,
    certainties: String,
    caches: String,
    fillers: String,
}

impl Tables {
    /// One more run.
    pub fn add(&mut self, outcome: &Outcome) {
        let answered = outcome.answered.values().sum();
        self.add_verdict(outcome.scenario.name, outcome.rate, (outcome.lookups, answered), &outcome.verdict);
    }

    /// One more run, of which only this is known; how many lookups, and how many of them were answered.
    pub fn add_verdict(
        &mut self,
        name: &str,
        rate: f64,
        (lookups, answered): (usize, usize),
        verdict: &Verdict,
    ) {
        let recall = |how| percent(verdict.recall.get(&how).and_then(|part| part.share()));
        let _infallible = writeln!(
            self.scenarios,
            "| {name} | {:.0} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            rate,
            lookups,
            percent((lookups > 0).then(|| answered as f64 / lookups as f64)),
            verdict.outgoing,
            recall(How::Asked),
            recall(How::Alias),
            recall(How::Inner),
            recall(How::Prefetch),
            percent(verdict.own.share()),
            percent(verdict.names.precision()),
            percent(verdict.none()),
            verdict.silent,
            verdict.unknown,
        );
        for (certainty, count) in &verdict.entries {
            let _infallible = writeln!(
                self.certainties,
                "| {name} | {certainty} | {} | {} | {} | {} | {} |",
                count.all(),
                percent(count.precision()),
                count.wrong,
                count.word,
                count.undecided
            );
        }
        for ((said, truth), count) in &verdict.cache {
            let right = if said == truth { "yes" } else { "**no**" };
            let _infallible = writeln!(self.caches, "| {name} | {said} | {truth} | {count} | {right} |");
        }
        self.add_fillers(name, &verdict.fillers);
    }

    fn add_fillers(&mut self, name: &str, fillers: &Count) {
        let _infallible = writeln!(
            self.fillers,
            "| {name} | {} | {} | {} | {} |",
            fillers.all(),
            percent(fillers.precision()),
            fillers.wrong,
            fillers.undecided
        );
    }

    /// All of it.
    pub fn text(&self) -> String {
        format!(
            "| scenario | lookups/s | lookups | answered | outgoing queries | recall: asked for | alias | needed inside | prefetch \
             | self | precision: asked for, alias | `none` | without causes | oracle does not know |\n\
             |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n{}\n\
             | scenario | certainty | entries | precision | wrong client | wrong word | undecided |\n\
             |---|---|---:|---:|---:|---:|---:|\n{}\n\
             | scenario | `cache` says | truth | lookups | right |\n|---|---|---|---:|---|\n{}\n\
             | scenario | `filled_by` | precision | wrong | undecided |\n|---|---:|---:|---:|---:|\n{}",
            self.scenarios, self.certainties, self.caches, self.fillers
        )
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or("–".into(), |share| format!("{:.3} %", share * 100.0))
}
