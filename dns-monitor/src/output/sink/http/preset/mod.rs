//! What each collector wants to be sent, and what its answers mean.

mod clickhouse;
mod elasticsearch;
mod loki;
mod otlp;
mod splunk;
#[cfg(test)]
mod tests;

pub(super) use self::splunk::Splunk;
use self::{clickhouse::Clickhouse, elasticsearch::Elasticsearch, loki::Loki, otlp::Otlp};
use super::outcome::{Outcome, Reply};
use crate::config::output::Preset as Settings;

/// A collector's ways.
#[derive(Debug)]
#[expect(private_interfaces, reason = "only Splunk is asked a second time")]
pub(super) enum Preset {
    Ndjson,
    Elasticsearch(Elasticsearch),
    Splunk(Splunk),
    Loki(Loki),
    Clickhouse(Clickhouse),
    Otlp(Otlp),
}

impl Preset {
    pub(super) fn new(settings: &Settings, host: Option<&str>) -> Self {
        match settings {
            Settings::Ndjson => Self::Ndjson,
            Settings::Elasticsearch { index } => Self::Elasticsearch(Elasticsearch::new(index)),
            Settings::SplunkHec { sourcetype, index, acknowledge } => {
                Self::Splunk(Splunk::new(sourcetype, index.as_deref(), *acknowledge, host))
            }
            Settings::Loki { labels, tenant } => Self::Loki(Loki::new(labels, tenant.as_deref())),
            Settings::Clickhouse { table, format } => Self::Clickhouse(Clickhouse::new(table, *format)),
        }
    }

    pub(super) fn otlp(host: Option<&str>) -> Self {
        Self::Otlp(Otlp::new(host))
    }

    /// How it calls a token (RFC 9110 §11.1).
    pub(super) const fn scheme(&self) -> &'static str {
        match self {
            Self::Splunk(_) => "Splunk",
            _ => "Bearer",
        }
    }

    /// The whole URL to post to; `base` is what the operator wrote.
    pub(super) fn url(&self, base: &str) -> String {
        match self {
            Self::Ndjson => base.to_owned(),
            Self::Elasticsearch(preset) => preset.url(base),
            Self::Splunk(_) => join(base, splunk::PATH),
            Self::Loki(_) => join(base, loki::PATH),
            Self::Clickhouse(preset) => preset.url(base),
            Self::Otlp(_) => join(base, otlp::PATH),
        }
    }

    /// Header lines besides those of the settings.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        let kind = match self {
            Self::Ndjson | Self::Elasticsearch(_) | Self::Clickhouse(_) => "application/x-ndjson",
            Self::Splunk(_) | Self::Loki(_) | Self::Otlp(_) => "application/json",
        };
        let own = match self {
            Self::Splunk(preset) => preset.header(),
            Self::Loki(preset) => preset.header(),
            _ => None,
        };
        [("content-type", kind.to_owned())].into_iter().chain(own).collect()
    }

    /// The body for these events.
    pub(super) fn body(&self, lines: &[&[u8]], out: &mut Vec<u8>) {
        match self {
            Self::Ndjson | Self::Clickhouse(_) => {
                for line in lines {
                    out.extend_from_slice(line);
                    out.push(b'\n');
                }
            }
            Self::Elasticsearch(_) => elasticsearch::body(lines, out),
            Self::Splunk(preset) => preset.body(lines, out),
            Self::Loki(preset) => preset.body(lines, out),
            Self::Otlp(preset) => preset.body(lines, out),
        }
    }

    /// What the reply says of so many events.
    pub(super) fn read(&self, reply: &Reply, count: usize) -> Outcome {
        match self {
            Self::Ndjson | Self::Loki(_) => reply.judge(&reply.text()),
            Self::Elasticsearch(_) => elasticsearch::read(reply, count),
            Self::Splunk(preset) => preset.read(reply),
            Self::Clickhouse(_) => clickhouse::read(reply),
            Self::Otlp(_) => otlp::read(reply, count),
        }
    }
}

/// The collector's path under the operator's, unless it is there already.
fn join(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    if base.ends_with(path) { base.to_owned() } else { format!("{base}{path}") }
}

/// Appends text as a JSON string.
fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    crate::event::json::escaped(out, text.as_bytes());
    out.push(b'"');
}
