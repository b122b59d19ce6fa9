//! What all tests of identity use.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::assignment::Change;
use crate::config::rules::show_mac;

/// `address name mac from … until … source`, without what is not known.
pub fn show(change: &Change) -> String {
    let assignment = match change {
        Change::Ended { address, at, .. } => return format!("{address} ended {}", time(*at)),
        Change::Assigned(assignment) => assignment,
    };
    let mut text = assignment.address.to_string();
    if let Some(name) = &assignment.name {
        _ = write!(text, " {name}");
    }
    if let Some(mac) = &assignment.mac {
        _ = write!(text, " {}", show_mac(mac));
    }
    if assignment.from > 0 {
        _ = write!(text, " from {}", time(assignment.from));
    }
    if let Some(until) = assignment.until {
        _ = write!(text, " until {}", time(until));
    }
    text
}

/// The time of the day of the tests, or the whole time.
fn time(nanoseconds: u64) -> String {
    let time = Timestamp::from_second((nanoseconds / 1_000_000_000) as i64).unwrap_or_default().to_string();
    time.trim_start_matches("2026-11-24T").trim_end_matches('Z').to_owned()
}
