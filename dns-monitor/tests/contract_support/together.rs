//! What fields say about each other.

use serde_json::Value;

use super::{
    get,
    values::{blocks, words, would_block},
};

/// Whether the fields of an event agree.
pub fn together(event: &Value) -> Result<(), String> {
    let has = |path: &str| get(event, path).is_some();
    let is = |path: &str, value: &str| get(event, path).is_some_and(|found| found == value);
    let answered = has("server.bytes");
    let rules = [
        ("an answer has the length of the response", is("dns.type", "answer") == answered),
        (
            "only a whole lookup that was seen has a duration",
            has("event.duration") == (has("client.bytes") && answered && is("event.action", "dns-lookup")),
        ),
        ("a lookup has a message", is("event.action", "dns-gap") || has("client.bytes") || answered),
        ("only a response has a code", answered || !has("dns.response_code")),
        ("only a response has answers", answered || !has("dns.answers")),
        ("addresses come from answers", has("dns.answers") || !has("dns.resolved_ip")),
        (
            "a header is there or not",
            ["dns.op_code", "dns.header_flags"].iter().all(|f| has(f) == has("dns.id")),
        ),
        ("a question is there or not", has("dns.question.name") == has("dns.question.type")),
        ("a question is there or not", has("dns.question.name") == has("dns.question.class")),
        ("a name has parts", has("dns.question.name") || !has("dns.question.top_level_domain")),
        ("an inner tag has an outer one", has("network.vlan.id") || !has("network.inner.vlan.id")),
        (
            "what cannot be read is malformed",
            has("dns.id") || has("dns_monitor.malformed") || is("event.action", "dns-gap"),
        ),
        ("a failed lookup says why", !is("event.outcome", "failure") || !answered || failed(event)),
        (
            "the resolver has causes, its clients have answers from somewhere",
            !(has("dns_monitor.cause") && has("dns_monitor.cache"))
                && (!has("dns_monitor.cause") || is("dns_monitor.role", "resolver"))
                && (!has("dns_monitor.cache") || is("dns_monitor.role", "client")),
        ),
        ("what resolvers ask has a cause", has("dns_monitor.cause") || !is("dns_monitor.role", "resolver")),
        (
            "who filled the cache is known as a whole",
            ["dns.id", "client.ip", "client.port"].iter().all(|member| {
                has(&format!("dns_monitor.filled_by.{member}")) == has("dns_monitor.filled_by")
            }),
        ),
        ("only a hit was filled", is("dns_monitor.cache", "hit") || !has("dns_monitor.filled_by.dns.id")),
        ("more causes than these", has("dns_monitor.cause") || !has("dns_monitor.cause_more")),
        ("the original name differs in case alone", same_name(event)),
    ];
    match rules.iter().chain(&judged(event)).find(|(_, kept)| !kept) {
        None => Ok(()),
        Some((rule, _)) => Err((*rule).to_owned()),
    }
}

fn failed(event: &Value) -> bool {
    let code = get(event, "dns.response_code").and_then(Value::as_str);
    matches!(code, Some("SERVFAIL" | "REFUSED" | "FORMERR"))
}

fn same_name(event: &Value) -> bool {
    let Some(original) = get(event, "dns_monitor.original_name").and_then(Value::as_str) else { return true };
    get(event, "dns.question.name").is_some_and(|name| *name == original.to_ascii_lowercase())
}

/// What was made of a lookup.
fn judged(event: &Value) -> [(&'static str, bool); 11] {
    let has = |path: &str| get(event, path).is_some();
    let is = |path: &str, value: &str| get(event, path).is_some_and(|found| found == value);
    let verdict = get(event, "dns_monitor.verdict");
    let blocked = verdict.is_some_and(blocks);
    let dropped = is("dns_monitor.verdict", "drop");
    let denied = get(event, "event.type").is_some_and(|value| words(value).contains(&"denied"));
    let enforced = is("dns_monitor.enforced", "kernel") || is("dns_monitor.enforced", "reset");
    let of_rule = ["rule.id", "rule.ruleset"];
    [
        ("what is blocked is denied", blocked == denied),
        ("what is blocked was blocked by something", blocked == enforced),
        ("a reset is a drop", dropped || !is("dns_monitor.enforced", "reset")),
        (
            "what is tried is not done",
            !verdict.is_some_and(would_block)
                || !has("dns_monitor.enforced")
                || is("dns_monitor.enforced", "no"),
        ),
        ("a drop is a drop", dropped == is("event.action", "dns-drop")),
        ("any other block is an answer", (blocked && !dropped) == is("event.action", "dns-answer")),
        ("a drop is a failure", !dropped || is("event.outcome", "failure")),
        ("a drop has no answer", !dropped || !has("server.bytes")),
        ("a rule has all its names", of_rule.iter().all(|path| has(path) == has("rule.name"))),
        (
            "category and severity are those of a rule",
            has("rule.name") || !(has("rule.category") || has("dns_monitor.severity")),
        ),
        ("an alert names its rule", has("rule.name") || !is("event.kind", "alert")),
    ]
}
