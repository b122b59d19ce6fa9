//! `INSERT … FORMAT JSONEachRow` of ClickHouse over HTTP.
//!
//! A block is inserted as a whole or not at all. `wait_end_of_query` keeps the server from sending a 200 before it knows;
//! where a proxy strips that, the exception stands in a header or in the body.

use memchr::memmem;

use super::super::outcome::{Outcome, Reply};
use crate::config::output::ClickhouseFormat;

/// Fields that the table has no column for are left out, and times may have any precision.
const SETTINGS: &str =
    "wait_end_of_query=1&input_format_skip_unknown_fields=1&date_time_input_format=best_effort";
const HEADER: &str = "x-clickhouse-exception-code";

#[derive(Debug)]
pub(super) struct Clickhouse {
    query: String,
}

impl Clickhouse {
    pub(super) fn new(table: &str, format: ClickhouseFormat) -> Self {
        Self { query: format!("INSERT INTO {table} FORMAT {}", format.name()) }
    }

    pub(super) fn url(&self, base: &str) -> String {
        let query: String = url::form_urlencoded::byte_serialize(self.query.as_bytes()).collect();
        let separator = if base.contains('?') { '&' } else { '?' };
        let base =
            if base.contains('?') { base.to_owned() } else { format!("{}/", base.trim_end_matches('/')) };
        format!("{base}{separator}query={query}&{SETTINGS}")
    }
}

pub(super) fn read(reply: &Reply) -> Outcome {
    let said = reply.text();
    match code(reply) {
        None => reply.judge(&said),
        // Text, numbers, dates, addresses that cannot be read, or do not fit.
        Some(
            6 | 26 | 27 | 33 | 38 | 41 | 53 | 69 | 70 | 72 | 117 | 131 | 321 | 376 | 441 | 467 | 675 | 676,
        ) => Outcome::Halve(reply.told(&said)),
        // Column, database, table, query, user, password, rights, setting.
        Some(16 | 47 | 60 | 62 | 73 | 81 | 115 | 192..=194 | 497 | 516) => {
            Outcome::Misplaced(reply.told(&said))
        }
        // Too many parts, out of memory, no space, read-only, timeouts: they come and go.
        Some(_) => reply.later(&said),
    }
}

/// The exception's number, wherever it stands: `Code: 241. DB::Exception: …`.
fn code(reply: &Reply) -> Option<u32> {
    if let Some(code) = reply.header(HEADER).and_then(|text| text.trim().parse().ok()) {
        return (code != 0).then_some(code);
    }
    memmem::find(&reply.body, b"DB::Exception")?;
    let at = memmem::find(&reply.body, b"Code: ")?.checked_add(6)?;
    let digits = reply.body.get(at..)?.split(|byte| !byte.is_ascii_digit()).next()?;
    str::from_utf8(digits).ok()?.parse().ok()
}
