//! One output: how it is, and what became of its events.

use serde::{Deserialize, Serialize};

use super::board::{Count, Stage};
use crate::ledger::Reason as _;
use crate::output::{
    OutputReason,
    watch::{Delivery, Spool, State},
};

/// One output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// How it is.
    #[serde(flatten)]
    pub state: State,
    /// Events that were delivered since the agent started.
    pub delivered: u64,
    /// Events that were lost, by reason.
    pub lost: Vec<Count>,
}

impl Output {
    /// `books` are those of all outputs.
    #[must_use]
    pub fn new(state: State, books: &[Stage]) -> Self {
        let reasons =
            books.iter().find(|stage| stage.name == state.name).map(|stage| stage.reasons.as_slice());
        let reasons = reasons.unwrap_or_default();
        let delivered = reasons.iter().filter(|count| count.reason == OutputReason::Delivered.name());
        Self {
            delivered: delivered.map(|count| count.count).sum(),
            lost: reasons.iter().filter(|count| count.column == "lost").cloned().collect(),
            state,
        }
    }

    /// Whether events leave, as far as is known.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self.state.delivery, Delivery::Idle | Delivery::Delivers)
    }

    /// How full the spool is, 0 to 1; `None`: there is none.
    #[must_use]
    pub fn fullness(&self) -> Option<f64> {
        match &self.state.spool {
            Some(Spool::Holds { bytes, limit_bytes, .. }) if *limit_bytes > 0 => {
                Some(*bytes as f64 / *limit_bytes as f64)
            }
            _ => None,
        }
    }
}
