//! What was found, for people and for programs.

pub mod json;
pub mod text;

use super::{
    alert::Alert,
    finding::{Finding, skew::Skew},
};

/// An alert and what came out of it.
#[derive(Clone, Copy)]
pub struct Traced<'a> {
    /// The alert.
    pub alert: &'a Alert,
    /// What came out of it.
    pub finding: &'a Finding,
    /// The clocks.
    pub skew: Option<Skew>,
}

#[cfg(test)]
mod tests;
