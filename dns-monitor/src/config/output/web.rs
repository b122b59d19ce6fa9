//! What all collectors have in common that take HTTP requests; and `type = "otlp"`.

use std::{fmt, time::Duration};

use clap::ValueEnum;
use serde::{Serialize, Serializer};
use url::Url;

use super::{Auth, Tls, stream::timeout};
use crate::config::{
    raw::Table,
    value::{self, Checked, choice, count, expected, size},
};

const MIB: u64 = 1 << 20;
/// Header lines that only who writes the body can know.
const OURS: [&str; 5] = ["content-length", "content-encoding", "content-type", "transfer-encoding", "host"];
/// Far more than any collector asks for.
const MAX_HEADERS: usize = 32;

/// What all collectors have in common that take HTTP requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Web {
    /// `http` or `https`, host, port if it is not the usual one; and the path, if the collector has no path of its own
    /// or is not at the root.
    pub url: String,
    /// How bodies are compressed.
    pub encoding: Encoding,
    /// Header lines of the operator's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// The longest that a request may take.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: Duration,
    /// The most bytes of events in a request.
    #[serde(serialize_with = "value::write_size")]
    pub max_bytes: usize,
    /// The most events in a request.
    pub max_events: usize,
    /// Who we are.
    #[serde(flatten)]
    pub auth: Option<Auth>,
    /// Whom we trust. The name is always that of the URL.
    #[serde(flatten)]
    pub tls: Tls,
}

/// OpenTelemetry logs (OTLP/HTTP, JSON).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Otlp {
    /// Where and how.
    #[serde(flatten)]
    pub web: Web,
}

/// How bodies are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Not at all.
    #[default]
    None,
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
}

/// A header line. Its value may be a secret, and is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// In small letters.
    pub name: String,
    /// As sent.
    pub value: String,
}

impl Web {
    /// The host of the URL, where it is a name.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        Url::parse(&self.url).ok()?.domain().map(str::to_owned)
    }

    /// The settings where nothing but the URL is said.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            encoding: Encoding::default(),
            headers: Vec::new(),
            timeout: super::stream::TIMEOUT,
            max_bytes: 1 << 20,
            max_events: 5000,
            auth: None,
            tls: Tls::default(),
        }
    }

    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let url = table.required("url", url);
        let headers = table.list("headers", 1..=MAX_HEADERS, "[\"X-Tenant: 7\"]", header);
        let max_bytes = table.value("max_bytes", |text| size(text, MIB / 64..=64 * MIB, "1MiB"));
        let max_events = table.value("max_events", |text| count(text, 1..=100_000));
        let default = Self::new("");
        table.refuse("server_name", "left out: the name is that of the url");
        Some(Self {
            encoding: table.value("encoding", choice).unwrap_or_default(),
            headers: headers.unwrap_or_default(),
            timeout: timeout(table),
            max_bytes: max_bytes.unwrap_or(default.max_bytes),
            max_events: max_events.unwrap_or(default.max_events),
            auth: Auth::read(table),
            tls: Tls::read(table),
            url: url?,
        })
    }
}

impl Otlp {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        Web::read(table).map(|web| Self { web })
    }
}

/// A user or password in it would be seen in every log.
fn url(text: &str) -> Checked<String> {
    let good = |url: &Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
    };
    match Url::parse(text).ok().filter(good) {
        Some(_) => Ok(text.to_owned()),
        None => expected("a URL without user and password, such as \"https://siem.example:9200\""),
    }
}

fn header(text: &str) -> Checked<Header> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let read = || {
        let (name, value) = text.split_once(':')?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        let good = !name.is_empty()
            && name.chars().all(token)
            && !value.is_empty()
            && !value.contains(char::is_control)
            && !OURS.contains(&name.as_str());
        good.then_some(Header { name, value })
    };
    let phrase = format!("a name and a value, such as \"X-Tenant: 7\"; {} are set already", OURS.join(", "));
    read().map_or_else(|| expected(phrase), Ok)
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ***", self.name)
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}
