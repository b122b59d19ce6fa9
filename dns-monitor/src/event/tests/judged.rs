//! What rules make of lookups.

mod blocked;
mod lines;
mod passed;

use super::{messages::*, *};
use crate::rules::{
    action::{Action, Block, Effect, Severity, Sinkhole},
    forge::forge,
    verdict::{Enforced, Hit, Verdict},
};

fn hit(action: Action, severity: Option<Severity>) -> Hit<'static> {
    Hit {
        id: "/etc/dns-monitor/lists/urlhaus.txt:17".to_owned(),
        name: "urlhaus",
        ruleset: "urlhaus",
        category: Some("malware"),
        severity,
        action,
    }
}

fn judgement(verdict: Verdict, enforced: Option<Enforced>, severity: Option<Severity>) -> Judgement<'static> {
    let action = match verdict {
        Verdict::Pass => Action::Observe,
        Verdict::Blocked(block) | Verdict::Would(block) => Action::Block(block),
    };
    Judgement { verdict, enforced, rule: Some(hit(action, severity)) }
}

/// The usual lookup, and what was made of it.
fn passed(judgement: Judgement<'static>) -> Scene {
    Scene { judgement, ..Scene::default() }
}

/// A query that the kernel programs kept from the resolver, with their answer if it has one.
fn blocked(query: Vec<u8>, block: Block, severity: Option<Severity>) -> Scene {
    let sinkhole = Sinkhole { v4: Some([192, 0, 2, 80].into()), v6: None };
    let effect = Effect { sinkhole, ede: Some(15), ..Effect::of(Action::Block(block)) };
    let mut answer = Vec::new();
    let response = forge(&query, block, &effect, &mut answer).then_some(answer);
    let judgement = judgement(Verdict::Blocked(block), Some(Enforced::Kernel), severity);
    Scene { query: Some(query), response, end: End::Blocked, judgement, ..Scene::default() }
}

fn usual_query() -> Vec<u8> {
    message(QUERY, [1, 0, 0, 0], &[&question(WWW, A)])
}

/// Changes to the usual event, on top of the rule's name.
fn named(changes: Value) -> Value {
    let mut event = json!({"rule": {
        "id": "/etc/dns-monitor/lists/urlhaus.txt:17",
        "name": "urlhaus",
        "ruleset": "urlhaus",
        "category": "malware",
    }});
    merge_patch(&mut event, &changes);
    event
}

/// Changes to the usual event that every block makes.
fn denied(action: &str, changes: Value) -> Value {
    let mut event = named(json!({
        "event": {"type": ["protocol", "denied"], "action": action, "duration": null},
        "dns_monitor": {"enforced": "kernel"},
    }));
    merge_patch(&mut event, &changes);
    event
}

/// Adds to a patch; its nulls stay.
fn merge_patch(patch: &mut Value, more: &Value) {
    match (patch, more) {
        (Value::Object(fields), Value::Object(more)) => {
            more.iter().for_each(|(name, more)| merge_patch(fields.entry(name).or_insert(json!({})), more));
        }
        (patch, more) => *patch = more.clone(),
    }
}
