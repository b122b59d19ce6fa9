//! Reading events: fields by their dotted ECS names, and comparison with what is expected.

use serde_json::Value;

use crate::oracle::Asked;

/// A field by its dotted name, such as `dns.question.name`.
pub fn field<'a>(event: &'a Value, name: &str) -> Option<&'a Value> {
    name.split('.').try_fold(event, |value, key| value.get(key))
}

/// A text field by its dotted name.
pub fn text<'a>(event: &'a Value, name: &str) -> Option<&'a str> {
    field(event, name)?.as_str()
}

/// An integer field by its dotted name.
pub fn number(event: &Value, name: &str) -> Option<u64> {
    field(event, name)?.as_u64()
}

/// Where the event differs from what is expected, first difference only. Objects may have more
/// fields than expected; everything else must be equal. An expected `null` means: no such field.
pub fn difference(event: &Value, expected: &Value) -> Option<String> {
    let Value::Object(fields) = expected else {
        return (event != expected).then(|| format!(" is {event}, expected {expected}"));
    };
    fields.iter().find_map(|(name, wanted)| {
        let inner = match (event.get(name), wanted) {
            (None, Value::Null) => None,
            (Some(found), Value::Null) => Some(format!(" is {found}, expected none")),
            (None, wanted) => Some(format!(" is missing, expected {wanted}")),
            (Some(found), wanted) => difference(found, wanted),
        };
        inner.map(
            |inner| if inner.starts_with(' ') { format!("{name}{inner}") } else { format!("{name}.{inner}") },
        )
    })
}

/// Whether the event has everything that is expected.
pub fn fits(event: &Value, expected: &Value) -> bool {
    difference(event, expected).is_none()
}

/// Whether this is a lookup of the role: `client` or `resolver`.
pub fn has_role(event: &Value, role: &str) -> bool {
    text(event, "dns_monitor.role") == Some(role)
}

/// What an event says of rules: kind, type, action, outcome, what was seen, response code, verdict, enforced, severity,
/// rule; a dash where it has no such field.
pub fn said(event: &Value) -> String {
    let words = [
        "/event/kind",
        "/event/type/1",
        "/event/action",
        "/event/outcome",
        "/dns/type",
        "/dns/response_code",
        "/dns_monitor/verdict",
        "/dns_monitor/enforced",
        "/dns_monitor/severity",
        "/rule/name",
    ];
    words.map(|word| event.pointer(word).and_then(Value::as_str).unwrap_or("-")).join(" ")
}

/// The event as its client would tell it.
pub fn asked(event: &Value) -> Option<Asked> {
    Some(Asked {
        client: text(event, "client.ip")?.to_owned(),
        port: u16::try_from(number(event, "client.port")?).ok()?,
        id: text(event, "dns.id")?.parse().ok()?,
        name: text(event, "dns.question.name")?.to_owned(),
        rr_type: text(event, "dns.question.type")?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tells_where_an_event_differs() {
        let event = json!({"a": {"b": 1, "c": ["x"]}, "d": "e"});
        for (expected, difference_is) in [
            (json!({}), None),
            (json!({"a": {"b": 1}}), None),
            (json!({"a": {"z": null}, "z": null}), None),
            (json!({"a": {"b": 2}}), Some("a.b is 1, expected 2")),
            (json!({"a": {"c": ["x", "y"]}}), Some("a.c is [\"x\"], expected [\"x\",\"y\"]")),
            (json!({"d": null}), Some("d is \"e\", expected none")),
            (json!({"a": {"d": 1}}), Some("a.d is missing, expected 1")),
        ] {
            assert_eq!(difference(&event, &expected).as_deref(), difference_is, "{expected}");
        }
    }
}
