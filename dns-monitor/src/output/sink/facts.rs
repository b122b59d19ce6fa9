//! What protocols must know of an encoded event: its id, its time and its client, wherever its schema keeps them.

use std::{borrow::Cow, time::SystemTime};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What one event says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts<'a> {
    /// Unique and the same at each attempt, so that a collector can tell a duplicate.
    pub(super) id: Option<Cow<'a, str>>,
    /// When it happened, ns since the Unix epoch; `None` where it does not say, as in lines of text.
    pub(super) time: Option<u64>,
    /// Whether somebody wants to know of it.
    pub(super) alert: bool,
    /// Who asked, as the event calls it: an address, or what stands for it.
    pub(super) client: Option<Cow<'a, str>>,
}

/// The places where schemas keep them; the rest is skipped, not read.
#[derive(Deserialize)]
struct Line<'a> {
    /// ECS.
    #[serde(borrow, rename = "@timestamp")]
    at_timestamp: Option<&'a RawValue>,
    /// OCSF.
    #[serde(borrow)]
    time: Option<&'a RawValue>,
    /// EVE, CIM.
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    /// Zeek.
    #[serde(borrow)]
    ts: Option<&'a RawValue>,
    /// ASIM.
    #[serde(borrow, rename = "EventStartTime")]
    asim: Option<&'a RawValue>,
    /// Of ECS: id and kind.
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    /// Of OCSF: uid.
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    /// Of EVE and CIM: id.
    #[serde(borrow)]
    dns_monitor: Option<&'a RawValue>,
    /// Of EVE: type.
    #[serde(borrow)]
    dns: Option<&'a RawValue>,
    /// Zeek.
    #[serde(borrow)]
    uid: Option<&'a RawValue>,
    /// ASIM.
    #[serde(borrow, rename = "EventOriginalUid")]
    original_uid: Option<&'a RawValue>,
    /// EVE.
    #[serde(borrow)]
    event_type: Option<&'a RawValue>,
    /// OCSF.
    #[serde(borrow)]
    is_alert: Option<&'a RawValue>,
    /// Of ECS: ip.
    #[serde(borrow)]
    client: Option<&'a RawValue>,
    /// Of OCSF: ip.
    #[serde(borrow)]
    src_endpoint: Option<&'a RawValue>,
    /// EVE; of a response, who asked is at the other end.
    #[serde(borrow)]
    src_ip: Option<&'a RawValue>,
    #[serde(borrow)]
    dest_ip: Option<&'a RawValue>,
    /// CIM.
    #[serde(borrow)]
    src: Option<&'a RawValue>,
    /// Zeek.
    #[serde(borrow, rename = "id.orig_h")]
    orig_h: Option<&'a RawValue>,
    /// ASIM.
    #[serde(borrow, rename = "SrcIpAddr")]
    src_ip_addr: Option<&'a RawValue>,
}

/// What one of its objects may have.
#[derive(Default, Deserialize)]
struct Inner<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    uid: Option<&'a RawValue>,
    #[serde(borrow)]
    ip: Option<&'a RawValue>,
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, rename = "type")]
    type_: Option<&'a RawValue>,
}

impl<'a> Facts<'a> {
    /// Reads one line, without its line feed.
    pub(super) fn read(line: &'a [u8]) -> Self {
        let Ok(line) = serde_json::from_slice::<Line<'a>>(line) else { return Self::default() };
        let event = inner(line.event);
        let times = [line.at_timestamp, line.time, line.timestamp, line.ts, line.asim];
        let kind = text(line.event_type);
        let ids =
            [event.id, inner(line.metadata).uid, line.original_uid, inner(line.dns_monitor).id, line.uid];
        let id = ids.into_iter().find_map(text);
        let id = match (id, &kind) {
            // The lines of a lookup have the same one.
            (Some(id), Some(kind)) => Some(match text(inner(line.dns).type_) {
                Some(part) => format!("{id}-{kind}-{part}").into(),
                None => format!("{id}-{kind}").into(),
            }),
            (id, _) => id,
        };
        let is_answer = kind.as_deref() == Some("dns")
            && text(inner(line.dns).type_).is_some_and(|part| part == "response");
        let eve = if is_answer { line.dest_ip } else { line.src_ip };
        let clients = [
            inner(line.client).ip,
            inner(line.src_endpoint).ip,
            eve,
            line.src,
            line.orig_h,
            line.src_ip_addr,
        ];
        let client = clients.into_iter().find_map(text);
        let alert = [text(event.kind), kind].into_iter().flatten().any(|kind| kind == "alert")
            || line.is_alert.is_some_and(|raw| raw.get() == "true");
        Self { id, alert, client, time: times.into_iter().flatten().find_map(|raw| time(raw.get())) }
    }

    /// When it happened, or else now.
    pub(super) fn time_or_now(&self) -> u64 {
        self.time.unwrap_or_else(now)
    }
}

/// What is wanted of an object; nothing of what is none.
fn inner(raw: Option<&RawValue>) -> Inner<'_> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// A string.
fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str(raw?.get()).ok().map(|Text(text)| text)
}

/// Now, ns since the Unix epoch.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// A JSON string with an RFC 3339 time, or a number: its size tells seconds from their fractions.
fn time(json: &str) -> Option<u64> {
    let quoted = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match quoted.map(str::parse::<Timestamp>) {
        Some(Ok(time)) => u64::try_from(time.as_nanosecond()).ok(),
        Some(Err(_)) => quoted.and_then(number),
        None => number(json),
    }
}

fn number(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().ok()?;
    // Each unit would reach far beyond our time: seconds, ms, µs, ns; and the digits of a second that are left.
    let units = [(100_000_000_000_u64, 9_u32), (100_000_000_000_000, 6), (100_000_000_000_000_000, 3)];
    let digits = units.iter().find(|(limit, _)| whole < *limit).map_or(0, |(_, digits)| *digits);
    let scaled = whole.checked_mul(10_u64.pow(digits))?;
    let fraction = fraction.get(..fraction.len().min(digits as usize))?;
    let missing = digits.saturating_sub(u32::try_from(fraction.len()).ok()?);
    let fraction: u64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    scaled.checked_add(fraction.checked_mul(10_u64.pow(missing))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_schema_says_it_in_its_own_way() {
        const TIME: u64 = 1_467_215_534_321_000_000;
        let cases = [
            (
                "ECS",
                r#"{"@timestamp":"2016-06-29T15:52:14.321000000Z","event":{"kind":"alert","id":"a-1"}}"#,
                (Some("a-1"), Some(TIME), true),
            ),
            (
                "OCSF",
                r#"{"time":1467215534321,"metadata":{"uid":"a-1"},"is_alert":true}"#,
                (Some("a-1"), Some(TIME), true),
            ),
            (
                "EVE",
                r#"{"timestamp":"2016-06-29T15:52:14.321000+0000","event_type":"dns","dns":{"type":"response"},"dns_monitor":{"id":"a-1"}}"#,
                (Some("a-1-dns-response"), Some(TIME), false),
            ),
            (
                "EVE, the alert",
                r#"{"event_type":"alert","dns":{"type":"response"},"dns_monitor":{"id":"a-1"}}"#,
                (Some("a-1-alert-response"), None, true),
            ),
            (
                "CIM",
                r#"{"timestamp":"2016-06-29T15:52:14.321Z","dns_monitor":{"id":"a-1"}}"#,
                (Some("a-1"), Some(TIME), false),
            ),
            ("Zeek", r#"{"ts":1467215534.321,"uid":"a-1"}"#, (Some("a-1"), Some(TIME), false)),
            ("ns", r#"{"ts":1467215534321000000}"#, (None, Some(TIME), false)),
            (
                "ASIM",
                r#"{"EventStartTime":"2016-06-29T15:52:14.321Z","EventOriginalUid":"a-1"}"#,
                (Some("a-1"), Some(TIME), false),
            ),
            ("an escape in the id", r#"{"event":{"id":"a\"1"}}"#, (Some("a\"1"), None, false)),
            ("text", "15:52:14 client 192.0.2.1", (None, None, false)),
            ("other types", r#"{"event":[],"metadata":7,"time":{}}"#, (None, None, false)),
            ("a time that is none", r#"{"ts":"yesterday","time":-4}"#, (None, None, false)),
            ("nothing", "", (None, None, false)),
        ];
        for (what, line, expected) in cases {
            let facts = Facts::read(line.as_bytes());
            assert_eq!((facts.id.as_deref(), facts.time, facts.alert), expected, "{what}");
        }
    }

    #[test]
    fn each_schema_says_who_asked() {
        let cases = [
            (
                "ECS",
                r#"{"client":{"ip":"192.0.2.1","port":4},"server":{"ip":"192.0.2.53"}}"#,
                Some("192.0.2.1"),
            ),
            ("OCSF", r#"{"src_endpoint":{"ip":"192.0.2.1"}}"#, Some("192.0.2.1")),
            (
                "EVE",
                r#"{"event_type":"dns","src_ip":"192.0.2.1","dest_ip":"192.0.2.53","dns":{"type":"request"}}"#,
                Some("192.0.2.1"),
            ),
            (
                "EVE, the answer",
                r#"{"event_type":"dns","src_ip":"192.0.2.53","dest_ip":"192.0.2.1","dns":{"type":"response"}}"#,
                Some("192.0.2.1"),
            ),
            ("CIM", r#"{"src":"192.0.2.1"}"#, Some("192.0.2.1")),
            ("Zeek", r#"{"id.orig_h":"192.0.2.1"}"#, Some("192.0.2.1")),
            ("ASIM", r#"{"SrcIpAddr":"192.0.2.1"}"#, Some("192.0.2.1")),
            ("a gap", r#"{"event":{"kind":"event"}}"#, None),
            ("text", "15:52:14 client 192.0.2.1", None),
        ];
        for (what, line, expected) in cases {
            assert_eq!(Facts::read(line.as_bytes()).client.as_deref(), expected, "{what}");
        }
    }
}
