//! What a configuration that was read again means for the outputs that run.

use std::fmt;

use thiserror::Error;

use super::{
    lane::Lane,
    writers::{Common, Ready, Writer, WritersError},
};
use crate::{
    config::{Output, Reread},
    sandbox::reach::{Reach, ReachError},
};

/// What is to be done.
#[derive(Default)]
pub struct Plan {
    /// Names of those that end, with those that start anew.
    pub gone: Vec<String>,
    /// The ways to those that start.
    pub lanes: Vec<Lane>,
    /// Those that start.
    pub start: Vec<Ready>,
    /// What cannot be done, where it stands, and why.
    pub refused: Vec<String>,
    counts: Counts,
}

/// How many outputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    new: usize,
    changed: usize,
    gone: usize,
    same: usize,
}

/// Why an output is not started.
#[derive(Debug, Error)]
enum Refusal {
    #[error("output {name}: {why}")]
    Reach { name: String, why: ReachError },
    #[error(transparent)]
    Writers(#[from] WritersError),
}

impl Plan {
    /// Compares the outputs that run with those of `reread`. One that cannot be used is left out, and goes on as it was if it
    /// ran; so do all where no output would be left.
    pub fn new(running: &[Writer], reread: &Reread, common: &Common, reach: &Reach) -> Self {
        let mut plan = Self::default();
        for problem in reread.bad.iter().flat_map(|bad| &bad.problems) {
            plan.refused.push(problem.to_string());
        }
        for (output, place) in reread.config.outputs.iter().zip(&reread.places) {
            let before = running.iter().find(|writer| writer.output.name == output.name);
            if before.is_some_and(|writer| writer.output == *output) {
                plan.counts.same += 1;
                continue;
            }
            match ready(output, common, reach) {
                Ok((lane, ready)) => plan.add(lane, ready, before.is_some()),
                Err(error) => {
                    let what = if before.is_some() { "it goes on as it was" } else { "it is left out" };
                    plan.refused.push(format!("{}:{place}: {error}; {what}", reread.file));
                }
            }
        }
        plan.end_others(running, reread);
        plan
    }

    fn add(&mut self, lane: Lane, ready: Ready, ran: bool) {
        if ran {
            self.counts.changed += 1;
            self.gone.push(ready.output().name.clone());
        } else {
            self.counts.new += 1;
        }
        self.lanes.push(lane);
        self.start.push(ready);
    }

    /// Those that the file does not name any more.
    fn end_others(&mut self, running: &[Writer], reread: &Reread) {
        let good = reread.config.outputs.iter().map(|output| Some(output.name.as_str()));
        let named: Vec<_> = good.chain(reread.bad.iter().map(|bad| bad.name.as_deref())).collect();
        // One without a name may be any of those that run.
        if named.contains(&None) {
            return;
        }
        let others = running.iter().map(|writer| &writer.output.name);
        let others: Vec<_> = others.filter(|name| !named.contains(&Some(name))).cloned().collect();
        if self.start.is_empty() && !others.is_empty() && others.len() == running.len() {
            return self.refused.push("no output would be left: those that run go on".to_owned());
        }
        self.counts.gone = others.len();
        self.gone.extend(others);
    }
}

/// `outputs: 1 new, 2 changed, 0 ended, 3 as they were`.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { new, changed, gone, same } = self.counts;
        write!(f, "outputs: {new} new, {changed} changed, {gone} ended, {same} as they were")?;
        match self.refused.len() {
            0 => Ok(()),
            refused => write!(f, ", {refused} refused"),
        }
    }
}

/// Makes an output ready that comes while the agent runs: what would fail again and again is refused here.
fn ready(output: &Output, common: &Common, reach: &Reach) -> Result<(Lane, Ready), Refusal> {
    let refused = |why| Refusal::Reach { name: output.name.clone(), why };
    reach.check(&output.needs()).map_err(refused)?;
    Ok(common.ready(output)?)
}
