//! What was made of it: `rule` and `dns_monitor`.

use super::{cause::cause, network::machine};
use crate::{
    decode::edns::Edns,
    event::{
        Event,
        json::{address, escape_tail, escaped, raw},
        time::Clock,
    },
    identity::directory::Behind,
    rules::verdict::{Hit, Judgement, Verdict},
    track::role::Role,
};

/// Appends `rule`.
#[cold]
pub(super) fn rule(hit: &Hit<'_>, out: &mut Vec<u8>) {
    raw(out, r#","rule":{"name":""#);
    escaped(out, hit.name.as_bytes());
    for (key, value) in [
        (r#"","id":""#, Some(hit.id.as_str())),
        (r#"","ruleset":""#, Some(hit.ruleset)),
        (r#"","category":""#, hit.category),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            raw(out, key);
            escaped(out, value.as_bytes());
        }
    }
    raw(out, r#""}"#);
}

/// Appends `dns_monitor`.
pub(super) fn monitor(event: &Event<'_>, malformed: Option<&str>, clock: &mut Clock, out: &mut Vec<u8>) {
    raw(
        out,
        match event.lookup.role {
            Role::Client => r#","dns_monitor":{"role":"client","verdict":""#,
            Role::Resolver => r#","dns_monitor":{"role":"resolver","verdict":""#,
        },
    );
    match (event.verdict(), event.judgement) {
        (Verdict::Pass, Judgement { enforced: None, rule: None, .. }) => raw(out, r#"pass""#),
        (verdict, judgement) => judged(verdict, judgement, out),
    }
    if let Some(question) = event.question().filter(|question| question.name.has_upper()) {
        raw(out, r#","original_name":""#);
        let start = out.len();
        question.name.write_original(out);
        escape_tail(out, start);
        raw(out, "\"");
    }
    let subnet = |edns: &Option<Edns<'_>>| edns.as_ref().and_then(Edns::client_subnet);
    if let Some(subnet) = subnet(&event.query_edns).or_else(|| subnet(&event.response_edns)) {
        raw(out, r#","client_subnet":""#);
        subnet.write(out);
        raw(out, "\"");
    }
    if let Some(malformed) = malformed {
        raw(out, r#","malformed":""#);
        raw(out, malformed);
        raw(out, "\"");
    }
    if let Some(behind) = &event.who.true_client {
        true_client(behind, out);
    }
    cause(&event.lookup.cause, event.who, clock, out);
    raw(out, "}");
}

#[cold]
fn true_client(behind: &Behind<'_>, out: &mut Vec<u8>) {
    raw(out, r#","true_client":{"#);
    let start = out.len();
    if let Some(ip) = behind.ip {
        raw(out, r#","ip":""#);
        address(out, ip);
        raw(out, "\"");
    }
    machine(&behind.machine, out);
    // The first member has no comma.
    out.remove(start);
    raw(out, "}");
}

/// Appends the verdict from its value on, how it was enforced, and how bad the rule says it is.
#[cold]
fn judged(verdict: Verdict, judgement: &Judgement<'_>, out: &mut Vec<u8>) {
    raw(out, verdict.name());
    if let Some(enforced) = judgement.enforced {
        raw(out, r#"","enforced":""#);
        raw(out, enforced.name());
    }
    if let Some(severity) = judgement.rule.as_ref().and_then(|hit| hit.severity) {
        raw(out, r#"","severity":""#);
        raw(out, severity.name());
    }
    raw(out, "\"");
}
