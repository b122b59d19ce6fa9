//! Responses as text, for people.

mod explanation;
pub(crate) mod stats;
pub(crate) mod table;

use std::fmt::Write as _;

use jiff::Timestamp;

use self::table::{Align, Table, clean};
use super::protocol::{ManualRule, Response};
use crate::status;

pub use self::explanation::explanation;

/// What goes to standard output, and to standard error.
#[must_use]
pub fn response(response: &Response, now: Timestamp) -> (String, String) {
    let text = match response {
        Response::Done { message, .. } => format!("{}\n", clean(message)),
        Response::Status(all) => status::show::status(all),
        Response::Stats(all) => stats::stats(all, now),
        Response::Explanation(all) => explanation(all),
        Response::Manual { rules } => manual(rules, now),
        // The program says it when it ends.
        Response::Error { .. } => String::new(),
    };
    let mut beside = String::new();
    if let Response::Done { warnings, .. } | Response::Error { warnings, .. } = response {
        for warning in warnings {
            // Writing to a string does not fail.
            let _infallible = writeln!(beside, "warning: {}", clean(warning));
        }
    }
    (text, beside)
}

fn manual(rules: &[ManualRule], now: Timestamp) -> String {
    if rules.is_empty() {
        return "no manual rules\n".to_owned();
    }
    let mut table = Table::new(&[
        ("NAME", Align::Left),
        ("ACTION", Align::Left),
        ("SINCE", Align::Left),
        ("LEFT", Align::Right),
        ("BY", Align::Left),
    ]);
    for rule in rules {
        let left =
            rule.until.map_or_else(|| "-".to_owned(), |until| span(until.duration_since(now).as_secs()));
        let by = rule.user.clone().unwrap_or_else(|| rule.uid.to_string());
        table.row([rule.name.clone(), rule.action.clone(), format!("{:.0}", rule.since), left, by]);
    }
    table.to_string()
}

/// A time span in its largest unit, `2h`; below zero, as clocks may differ, it counts as none.
pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        172_800.. => format!("{}d", seconds / 86_400),
        7200.. => format!("{}h", seconds / 3600),
        120.. => format!("{}m", seconds / 60),
        _ => format!("{}s", seconds.max(0)),
    }
}

#[cfg(test)]
mod tests;
