//! Sensors tell of a lookup in two places: an alert has the connection, and a record beside it the message. Where an
//! alert names no message, the record of the same connection does that is nearest in time.

use std::collections::HashMap;

use super::Alert;

/// Completes alerts from records of the same sensor; returns how many.
pub fn complete(alerts: &mut [Alert], records: &[Alert]) -> u64 {
    let mut by_link: HashMap<&str, Vec<&Alert>> = HashMap::new();
    for record in records {
        if let Some(link) = record.said.link.as_deref() {
            by_link.entry(link).or_default().push(record);
        }
    }
    let mut completed = 0_u64;
    for alert in alerts.iter_mut().filter(|alert| alert.said.id.is_none()) {
        let same = alert.said.link.as_deref().and_then(|link| by_link.get(link)).into_iter().flatten();
        let fitting = same.filter(|record| alert.said.name.is_none() || alert.said.name == record.said.name);
        let Some(record) = fitting.min_by_key(|record| apart(alert, record)) else { continue };
        alert.said.id = record.said.id;
        alert.said.name = alert.said.name.take().or_else(|| record.said.name.clone());
        completed = completed.saturating_add(1);
    }
    completed
}

/// ns between the two; the most there can be where one has no time.
fn apart(one: &Alert, other: &Alert) -> u64 {
    let times = one.said.when.zip(other.said.when);
    times.map_or(u64::MAX, |(one, other)| one.time.abs_diff(other.time))
}

#[cfg(test)]
mod tests;
