//! Which figures somebody should look at, and how soon.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::report::Status;
use crate::output::watch::{Delivery, Spool, State};

/// The pipeline leaves figures every second: after so many it counts as stuck.
const SILENT: i64 = 15;

/// A collector may be away for so long, s: it is started anew, or the network is.
const PATIENCE: f64 = 60.0;
/// A spool that is fuller will lose events soon.
const FULL: f64 = 0.8;

/// In the order of badness, and as monitoring plugins number it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// All is well.
    #[default]
    Ok,
    /// Look at it today: something is missing from the record, or not up to date.
    Warning,
    /// Look at it now: the agent does not do what it is there for.
    Critical,
}

/// What somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// How soon.
    pub health: Health,
    /// What, and what to do.
    pub what: String,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}

/// All problems, the worst first. `left` is when the pipeline last left figures.
#[must_use]
pub fn problems(status: &Status, left: Option<Timestamp>) -> Vec<Problem> {
    let mut problems = Vec::new();
    pipeline(status, left, &mut problems);
    interfaces(status, &mut problems);
    losses(status, &mut problems);
    outputs(status, &mut problems);
    rules(status, &mut problems);
    if status.sandbox.enabled && (status.sandbox.landlock == "none" || !status.sandbox.seccomp) {
        problem(&mut problems, Health::Warning, format!("the sandbox is not whole: {}", status.sandbox));
    }
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.health));
    problems
}

fn problem(problems: &mut Vec<Problem>, health: Health, what: String) {
    problems.push(Problem { health, what });
}

fn pipeline(status: &Status, left: Option<Timestamp>, problems: &mut Vec<Problem>) {
    let age = left.map(|left| status.time.duration_since(left).as_secs());
    match age {
        None => problem(problems, Health::Critical, "no packet is looked at yet".to_owned()),
        Some(age) if age > SILENT => {
            problem(
                problems,
                Health::Critical,
                format!("the pipeline says nothing for {age} s: is it stopped?"),
            );
        }
        Some(_) => {}
    }
}

fn interfaces(status: &Status, problems: &mut Vec<Problem>) {
    let away: Vec<_> =
        status.interfaces.iter().filter(|one| one.ingress.is_none() || one.unseen.is_some()).collect();
    for interface in &away {
        // One of several still shows half of what there is.
        let health = if away.len() == status.interfaces.len() { Health::Critical } else { Health::Warning };
        let what = match interface.ingress {
            None => "is not watched: it is away, or refused the programs",
            Some(_) => "is down, or has no carrier",
        };
        let since = interface.unseen_since.map_or_else(String::new, |since| format!(", since {since:.0}"));
        problem(problems, health, format!("{} {what}{since}", interface.name));
    }
}

fn losses(status: &Status, problems: &mut Vec<Problem>) {
    let lost = status.rates.lost_recently;
    if lost == 0 {
        return;
    }
    let mut reasons = Vec::new();
    for stage in &status.stages {
        let counts = stage.reasons.iter().filter(|count| count.column == "lost" && count.count > 0);
        reasons.extend(counts.map(|count| format!("{} {} {}", count.count, stage.name, count.reason)));
    }
    let what = format!("{lost} lost in the last five minutes (since the start: {})", reasons.join(", "));
    problem(problems, Health::Warning, what);
}

fn outputs(status: &Status, problems: &mut Vec<Problem>) {
    for output in &status.outputs {
        let State { name, kind, place, delivery, spool, .. } = &output.state;
        let mut warn = |what: String| problem(problems, Health::Warning, format!("output {name} {what}"));
        match delivery {
            Delivery::Waits { waits_seconds, because, .. } if *waits_seconds > PATIENCE => {
                warn(format!("({kind}, {place}) delivers nothing for {waits_seconds:.0} s: {because}"));
            }
            Delivery::Gone => warn("has no reader any more: its events are lost".to_owned()),
            Delivery::Waits { .. } | Delivery::Idle | Delivery::Delivers => {}
        }
        if let Some(Spool::Fails { error }) = spool {
            warn(format!("has a spool that fails, its events wait in memory or are lost: {error}"));
        }
        if let Some(full) = output.fullness().filter(|full| *full > FULL) {
            warn(format!("has a spool that is {:.0} % full; then events are lost", full * 100.0));
        }
    }
}

fn rules(status: &Status, problems: &mut Vec<Problem>) {
    let rules = &status.rules;
    let wanted = rules.origins.iter().any(|origin| origin.kind != "manual") || rules.manual > 0;
    if wanted && rules.mode == "enforce" && !rules.enforcing {
        problem(problems, Health::Critical, "there are rules, and nothing is blocked".to_owned());
    }
    for origin in &rules.origins {
        if let Some(error) = &origin.error {
            problem(
                problems,
                Health::Warning,
                format!("{} {} is not up to date: {error}", origin.kind, origin.name),
            );
        }
    }
}
