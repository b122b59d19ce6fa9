//! `type = "http"`.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Serialize, Serializer};

use super::Web;
use crate::config::{
    raw::Table,
    value::{Checked, choice, expected},
};

/// Labels of a stream: each set of them is a stream of its own, so they are few.
const MAX_LABELS: usize = 15;

/// A collector that takes HTTP requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Http {
    /// Where and how.
    #[serde(flatten)]
    pub web: Web,
    /// What it wants to be sent.
    #[serde(flatten)]
    pub preset: Preset,
}

/// What a collector wants to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "preset", rename_all = "kebab-case")]
pub enum Preset {
    /// A line an event.
    #[default]
    Ndjson,
    /// `_bulk` of Elasticsearch and OpenSearch.
    Elasticsearch {
        /// Name of the index or data stream.
        index: String,
    },
    /// The HTTP Event Collector of Splunk.
    SplunkHec {
        /// Of every event.
        sourcetype: String,
        /// `None`: the one of the token.
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<String>,
        /// Whether to wait until events are indexed. The token must allow it.
        acknowledge: bool,
    },
    /// The push API of Grafana Loki.
    Loki {
        /// Of the stream.
        #[serde(serialize_with = "labels_as_written")]
        labels: BTreeMap<String, String>,
        /// Where there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        tenant: Option<String>,
    },
    /// `INSERT` into a table of ClickHouse.
    Clickhouse {
        /// `table`, or `database.table`.
        table: String,
        /// The input format.
        format: Format,
    },
}

/// How ClickHouse reads an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
pub enum Format {
    /// A column a field.
    #[default]
    #[value(name = "JSONEachRow")]
    JSONEachRow,
    /// All in one column of type `JSON`.
    #[value(name = "JSONAsObject")]
    JSONAsObject,
    /// All in one column of type `String`.
    #[value(name = "JSONAsString")]
    JSONAsString,
}

impl Format {
    /// As ClickHouse calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::JSONEachRow => "JSONEachRow",
            Self::JSONAsObject => "JSONAsObject",
            Self::JSONAsString => "JSONAsString",
        }
    }
}

/// The presets' names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Named {
    #[default]
    Ndjson,
    Elasticsearch,
    SplunkHec,
    Loki,
    Clickhouse,
}

/// What one preset has and others have not: the presets, the key.
const OWN: [(&[Named], &str); 7] = [
    (&[Named::Elasticsearch, Named::SplunkHec], "index"),
    (&[Named::SplunkHec], "sourcetype"),
    (&[Named::SplunkHec], "acknowledge"),
    (&[Named::Loki], "labels"),
    (&[Named::Loki], "tenant"),
    (&[Named::Clickhouse], "table"),
    (&[Named::Clickhouse], "format"),
];

impl Http {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let named: Named = table.value("preset", choice).unwrap_or_default();
        let preset = Preset::read(named, table);
        for (presets, key) in OWN.into_iter().filter(|(presets, _)| !presets.contains(&named)) {
            let names = presets.iter().filter_map(ValueEnum::to_possible_value);
            let names: Vec<_> = names.map(|name| format!("{:?}", name.get_name())).collect();
            table.refuse(key, format!("left out: only preset {} has it", names.join(" or ")));
        }
        if matches!(named, Named::Elasticsearch | Named::Clickhouse) && table.is_text("schema", "text") {
            table.refuse("schema", "a schema of JSON objects, such as \"ecs\"");
        }
        let web = Web::read(table);
        Some(Self { web: web?, preset: preset? })
    }
}

impl Preset {
    fn read(named: Named, table: &mut Table<'_, '_>) -> Option<Self> {
        Some(match named {
            Named::Ndjson => Self::Ndjson,
            Named::Elasticsearch => Self::Elasticsearch { index: table.required("index", index)? },
            Named::SplunkHec => Self::SplunkHec {
                sourcetype: table.value("sourcetype", index).unwrap_or_else(|| "dns-monitor".to_owned()),
                index: table.value("index", index),
                acknowledge: table.flag("acknowledge").unwrap_or_default(),
            },
            Named::Loki => {
                let labels = table.list("labels", 1..=MAX_LABELS, "[\"job=dns-monitor\"]", label);
                let default = || vec![("job".to_owned(), "dns-monitor".to_owned())];
                Self::Loki {
                    labels: labels.unwrap_or_else(default).into_iter().collect(),
                    tenant: table.value("tenant", index),
                }
            }
            Named::Clickhouse => Self::Clickhouse {
                format: table.value("format", choice).unwrap_or_default(),
                table: table.required("table", self::table)?,
            },
        })
    }
}

/// What stands in a path or a header as it is.
fn index(text: &str) -> Checked<String> {
    let odd = |c: char| !c.is_ascii_alphanumeric() && !"._-:+@|".contains(c);
    if text.is_empty() || text.len() > 255 || text.contains(odd) {
        return expected("1 to 255 letters, digits, and \"._-:+@|\", such as \"logs-dns-default\"");
    }
    Ok(text.to_owned())
}

/// What stands in a query as it is.
fn table(text: &str) -> Checked<String> {
    let is_name = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let parts: Vec<_> = text.split('.').collect();
    if text.len() > 255 || parts.len() > 2 || !parts.iter().all(|part| is_name(part)) {
        return expected("a table or a database and a table, such as \"dns.events\"");
    }
    Ok(text.to_owned())
}

fn label(text: &str) -> Checked<(String, String)> {
    let read = || {
        let (name, value) = text.split_once('=')?;
        let mut letters = name.chars();
        let good = letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !value.is_empty()
            && value.len() <= 2048;
        good.then(|| (name.to_owned(), value.to_owned()))
    };
    read().map_or_else(|| expected("a name and a value, such as \"job=dns-monitor\""), Ok)
}

fn labels_as_written<S: Serializer>(
    labels: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(labels.iter().map(|(name, value)| format!("{name}={value}")))
}
