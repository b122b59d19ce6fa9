//! All figures, as the control socket tells them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    board::{Interface, Rates, Stage},
    health::{Health, Problem},
    output::Output,
    process::Process,
};
use crate::{control::protocol::Stats, sandbox};

/// How the agent is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Of the agent.
    pub agent_version: String,
    /// When it began to watch.
    pub started_at: Timestamp,
    /// When this was asked.
    pub time: Timestamp,
    /// The worst of the problems.
    pub health: Health,
    /// What somebody should look at, the worst first.
    pub problems: Vec<Problem>,
    /// What it has given up.
    pub sandbox: sandbox::Report,
    /// The process, as the kernel counts it.
    pub process: Process,
    /// What is watched.
    pub interfaces: Vec<Interface>,
    /// What comes and goes.
    pub rates: Rates,
    /// The ledger, in the order the data flows.
    pub stages: Vec<Stage>,
    /// How the resolver's lookups were explained: by certainty, how many.
    pub causes: Vec<(String, u64)>,
    /// Outputs that run.
    pub outputs: Vec<Output>,
    /// Lists and rules.
    pub rules: Stats,
}
