//! The contract as a table, and what it takes to hold an event against it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

mod causes;
pub mod judged;
mod together;
mod values;

use causes::causes;
use serde_json::{Map, Value};
use together::together;
use values::*;

/// Where a field must be.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    /// In every event.
    All,
    /// In every event about a lookup, and in no other.
    Lookups,
    /// In some of these.
    Some,
    /// In every `dns-gap` event, and in no other.
    Gaps,
}

/// A field: its path, where it is, and what it may hold.
pub struct Field {
    pub path: &'static str,
    place: Where,
    holds: fn(&Value) -> bool,
}

const fn field(path: &'static str, place: Where, holds: fn(&Value) -> bool) -> Field {
    Field { path, place, holds }
}

pub const FIELDS: &[Field] = &[
    field("@timestamp", Where::All, timestamp),
    field("ecs.version", Where::All, version),
    field("event.kind", Where::All, |v| v == "event" || v == "alert"),
    field("event.category", Where::All, |v| words(v) == ["network"]),
    field("event.type", Where::All, |v| {
        matches!(words(v)[..], ["protocol", "allowed" | "denied"] | ["protocol"])
    }),
    field("event.action", Where::All, |v| one_of(v, &["dns-lookup", "dns-drop", "dns-answer", "dns-gap"])),
    field("event.outcome", Where::All, |v| v == "success" || v == "failure" || v == "unknown"),
    field("event.duration", Where::Some, Value::is_u64),
    field("event.id", Where::All, event_id),
    field("event.sequence", Where::All, Value::is_u64),
    field("network.transport", Where::Lookups, |v| v == "udp" || v == "tcp"),
    field("network.type", Where::Lookups, |v| v == "ipv4" || v == "ipv6"),
    field("network.vlan.id", Where::Some, vlan),
    field("network.inner.vlan.id", Where::Some, vlan),
    field("network.community_id", Where::Lookups, community_id),
    field("client.ip", Where::Lookups, address),
    field("client.port", Where::Lookups, port),
    field("client.domain", Where::Some, text),
    field("client.mac", Where::Some, mac),
    field("client.bytes", Where::Some, length),
    field("server.ip", Where::Lookups, address),
    field("server.port", Where::Lookups, port),
    field("server.bytes", Where::Some, length),
    field("observer.hostname", Where::Some, text),
    field("observer.ingress.interface.name", Where::Some, text),
    field("observer.type", Where::All, |v| v == "dns-monitor"),
    field("observer.version", Where::All, version),
    field("dns.id", Where::Some, id),
    field("dns.type", Where::Lookups, |v| v == "answer" || v == "query"),
    field("dns.op_code", Where::Some, mnemonic),
    field("dns.header_flags", Where::Some, header_flags),
    field("dns.question.name", Where::Some, name),
    field("dns.question.type", Where::Some, mnemonic),
    field("dns.question.class", Where::Some, mnemonic),
    field("dns.question.registered_domain", Where::Some, name),
    field("dns.question.top_level_domain", Where::Some, name),
    field("dns.question.subdomain", Where::Some, name),
    field("dns.response_code", Where::Some, mnemonic),
    field("dns.answers", Where::Some, answers),
    field("dns.resolved_ip", Where::Some, |v| array(v, address)),
    field("rule.id", Where::Some, text),
    field("rule.name", Where::Some, text),
    field("rule.ruleset", Where::Some, text),
    field("rule.category", Where::Some, text),
    field("dns_monitor.role", Where::Lookups, |v| v == "client" || v == "resolver"),
    field("dns_monitor.original_name", Where::Some, |v| printable(v) && v.as_str().is_some_and(has_upper)),
    field("dns_monitor.client_subnet", Where::Some, subnet),
    field("dns_monitor.malformed", Where::Some, reason),
    field("dns_monitor.verdict", Where::Lookups, |v| v == "pass" || blocks(v) || would_block(v)),
    field("dns_monitor.enforced", Where::Some, |v| one_of(v, &["kernel", "reset", "next", "no"])),
    field("dns_monitor.severity", Where::Some, |v| one_of(v, &["low", "medium", "high", "critical"])),
    field("dns_monitor.true_client.ip", Where::Some, address),
    field("dns_monitor.true_client.domain", Where::Some, text),
    field("dns_monitor.true_client.mac", Where::Some, mac),
    field("dns_monitor.cache", Where::Some, |v| one_of(v, &["hit", "miss", "shared"])),
    field("dns_monitor.filled_by.@timestamp", Where::Some, timestamp),
    field("dns_monitor.filled_by.client.ip", Where::Some, address),
    field("dns_monitor.filled_by.client.port", Where::Some, port),
    field("dns_monitor.filled_by.client.domain", Where::Some, text),
    field("dns_monitor.filled_by.client.mac", Where::Some, mac),
    field("dns_monitor.filled_by.dns.id", Where::Some, id),
    field("dns_monitor.cause", Where::Some, causes),
    field("dns_monitor.cause_more", Where::Some, |v| v.as_u64().is_some_and(|more| more > 0)),
    field("dns_monitor.lost.kernel", Where::Gaps, Value::is_u64),
    field("dns_monitor.lost.decode", Where::Gaps, Value::is_u64),
    field("dns_monitor.lost.sink", Where::Gaps, Value::is_u64),
];

/// Whether the event keeps the contract; marks the fields that it has.
pub fn check(event: &Value, seen: &mut [bool]) -> Result<(), String> {
    let mut leaves = Vec::new();
    flatten(event.as_object().ok_or("no object")?, "", &mut leaves)?;
    for (path, _) in &leaves {
        if !FIELDS.iter().any(|field| field.path == path) {
            return Err(format!("{path} is not in the contract"));
        }
    }
    let is_gap = get(event, "event.action").is_some_and(|action| action == "dns-gap");
    for (field, seen) in FIELDS.iter().zip(seen) {
        let value = get(event, field.path);
        *seen |= value.is_some();
        let wanted = match field.place {
            Where::All => Some(true),
            Where::Lookups => Some(!is_gap),
            Where::Gaps => Some(is_gap),
            Where::Some if is_gap && !field.path.starts_with("observer.") => Some(false),
            Where::Some => None,
        };
        if wanted.is_some_and(|wanted| wanted != value.is_some()) {
            return Err(format!("{} is there: {}", field.path, value.is_some()));
        }
        if value.is_some_and(|value| !(field.holds)(value)) {
            return Err(format!("{} may not be {}", field.path, value.unwrap_or(&Value::Null)));
        }
    }
    together(event)
}

/// A field by its dotted path.
fn get<'a>(event: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(event, |value, key| value.get(key))
}

/// The paths of everything that is no object; no key may have a dot in it.
fn flatten<'a>(
    object: &'a Map<String, Value>,
    above: &str,
    leaves: &mut Vec<(String, &'a Value)>,
) -> Result<(), String> {
    if object.is_empty() {
        return Err(format!("{above} is empty"));
    }
    for (key, value) in object {
        if key.contains('.') {
            return Err(format!("{key} is dotted"));
        }
        let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match value {
            Value::Object(inner) => flatten(inner, &path, leaves)?,
            leaf => leaves.push((path, leaf)),
        }
    }
    Ok(())
}
