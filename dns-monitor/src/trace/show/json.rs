//! The alert as it was, with what came out of it: `related` and `dns_monitor.trace`.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::value::{RawValue, to_raw_value};

use super::Traced;
use crate::trace::{
    alert::Original,
    event::{Cause, Event, Party, Question, Role},
    finding::{Matched, machine::Machine},
};

/// `dns_monitor.trace`. The order of the fields is that of the output.
#[derive(Serialize)]
struct Trace<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sure: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmatched: Option<Reason>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    machines: &'a [Machine],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lookups: Vec<Lookup<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more_lookups: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<Clock>,
}

#[derive(Serialize)]
struct Reason {
    reason: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Clock {
    ahead: i64,
    spread: u64,
    matches: usize,
}

/// One of the events.
#[derive(Serialize)]
struct Lookup<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: jiff::Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a Party>,
    dns: Dns<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filled_by: Option<&'a Cause>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cause: &'a [Cause],
    #[serde(skip_serializing_if = "Option::is_none")]
    cause_more: Option<u64>,
}

#[derive(Serialize)]
struct Dns<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<&'a Question>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_code: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    resolved_ip: &'a [Box<str>],
}

/// One line, without its end.
///
/// # Errors
/// The alert's text is no JSON object, though it was one when it was read.
pub fn line(traced: &Traced<'_>) -> serde_json::Result<String> {
    let mut fields = match &traced.alert.original {
        Original::Json(text) => serde_json::from_str::<Fields<'_>>(text)?,
        Original::Text(text) => Fields(vec![("event".into(), raw(&serde_json::json!({"original": text}))?)]),
        Original::Asked => Fields(Vec::new()),
    };
    if let Ok(matched) = &traced.finding.matched {
        let (ip, hosts) = related(matched);
        let mut inner = fields.object("related");
        inner.merge("ip", ip)?;
        inner.merge("hosts", hosts)?;
        fields.set("related", raw(&inner)?);
    }
    let mut inner = fields.object("dns_monitor");
    inner.set("trace", raw(&trace(traced))?);
    fields.set("dns_monitor", raw(&inner)?);
    serde_json::to_string(&fields)
}

fn trace<'a>(traced: &Traced<'a>) -> Trace<'a> {
    let clock =
        traced.skew.map(|skew| Clock { ahead: skew.ahead, spread: skew.spread, matches: skew.matches });
    match &traced.finding.matched {
        Ok(matched) => Trace {
            sure: Some(matched.sure.name(traced.alert.said.when.is_some())),
            unmatched: None,
            machines: &matched.machines,
            lookups: matched.events.iter().map(|event| lookup(event)).collect(),
            more_lookups: Some(matched.more).filter(|more| *more > 0),
            clock,
        },
        Err(why) => Trace {
            sure: None,
            unmatched: Some(Reason { reason: why.name(), text: why.to_string() }),
            machines: &[],
            lookups: Vec::new(),
            more_lookups: None,
            clock,
        },
    }
}

fn lookup(event: &Event) -> Lookup<'_> {
    let (dns, monitor) = (&event.dns, &event.dns_monitor);
    Lookup {
        timestamp: event.timestamp,
        role: monitor.role,
        client: event.client.as_ref(),
        server: event.server.as_ref(),
        dns: Dns {
            id: dns.id.map(|id| id.to_string()),
            question: dns.question.as_ref(),
            response_code: dns.response_code.as_deref(),
            resolved_ip: &dns.resolved_ip,
        },
        duration: event.event.duration,
        verdict: monitor.verdict.as_deref(),
        cache: monitor.cache.as_deref(),
        filled_by: monitor.filled_by.as_ref(),
        cause: &monitor.cause,
        cause_more: monitor.cause_more,
    }
}

/// Addresses and host names of the machines, forwarders included.
fn related(matched: &Matched) -> (Vec<String>, Vec<String>) {
    let parties =
        || matched.machines.iter().flat_map(|machine| [Some(&machine.client), machine.forwarder.as_ref()]);
    let ip = parties().flatten().map(|party| party.ip.to_string()).collect();
    let hosts = parties().flatten().filter_map(|party| party.domain.as_deref().map(str::to_owned)).collect();
    (ip, hosts)
}

fn raw(value: &impl Serialize) -> serde_json::Result<Cow<'static, RawValue>> {
    to_raw_value(value).map(Cow::Owned)
}

/// The fields of an object in their order, each value as it is written.
struct Fields<'a>(Vec<(Cow<'a, str>, Cow<'a, RawValue>)>);

impl Fields<'_> {
    /// The fields of an object that is one of the fields; none where it is something else.
    fn object(&self, name: &str) -> Fields<'_> {
        let value = self.0.iter().find(|(key, _)| key == name);
        let object = value.and_then(|(_, value)| serde_json::from_str(value.get()).ok());
        object.unwrap_or(Fields(Vec::new()))
    }

    /// Adds texts to an array of texts.
    fn merge(&mut self, name: &'static str, new: Vec<String>) -> serde_json::Result<()> {
        let value = self.0.iter().find(|(key, _)| key == name);
        let mut all: Vec<String> =
            value.and_then(|(_, value)| serde_json::from_str(value.get()).ok()).unwrap_or_default();
        for text in new {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        if !all.is_empty() {
            self.set(name, raw(&all)?);
        }
        Ok(())
    }
}

impl<'a> Fields<'a> {
    /// Sets a field where it is, or at the end.
    fn set(&mut self, name: &'static str, value: Cow<'static, RawValue>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.into(), value)),
        }
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    fields.push((Cow::Owned(key), Cow::Borrowed(value)));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl Serialize for Fields<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value.as_ref())))
    }
}
