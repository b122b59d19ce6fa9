//! What was done with the query: the profile `security_control`.

use crate::{
    event::{
        Event,
        json::{raw, text},
    },
    rules::{
        action::{Action, Block, Severity},
        verdict::{Enforced, Hit, Verdict},
    },
};

/// Appends severity, action, disposition, whether it is an alert, and the rule.
pub(super) fn control(event: &Event<'_>, out: &mut Vec<u8>) {
    let rule = event.judgement.rule.as_ref();
    raw(
        out,
        match rule.and_then(|rule| rule.severity) {
            None => r#","severity_id":1,"severity":"Informational""#,
            Some(Severity::Low) => r#","severity_id":2,"severity":"Low""#,
            Some(Severity::Medium) => r#","severity_id":3,"severity":"Medium""#,
            Some(Severity::High) => r#","severity_id":4,"severity":"High""#,
            Some(Severity::Critical) => r#","severity_id":5,"severity":"Critical""#,
        },
    );
    raw(out, done(event));
    raw(out, if event.is_alert() { r#","is_alert":true"# } else { r#","is_alert":false"# });
    if let Some(rule) = rule {
        firewall_rule(rule, out);
    }
}

fn done(event: &Event<'_>) -> &'static str {
    let is_reset = event.judgement.enforced == Some(Enforced::Reset);
    let is_allowed = event.judgement.rule.as_ref().is_some_and(|rule| rule.action == Action::Allow);
    match event.verdict() {
        Verdict::Blocked(Block::Drop) if is_reset => {
            r#","action_id":2,"action":"Denied","disposition_id":21,"disposition":"Reset""#
        }
        Verdict::Blocked(Block::Drop) => {
            r#","action_id":2,"action":"Denied","disposition_id":6,"disposition":"Dropped""#
        }
        Verdict::Blocked(_) => {
            r#","action_id":2,"action":"Denied","disposition_id":2,"disposition":"Blocked""#
        }
        Verdict::Would(_) => {
            r#","action_id":3,"action":"Observed","disposition_id":15,"disposition":"Detected""#
        }
        Verdict::Pass if event.is_alert() => {
            r#","action_id":3,"action":"Observed","disposition_id":19,"disposition":"Alert""#
        }
        Verdict::Pass if is_allowed => {
            r#","action_id":1,"action":"Allowed","disposition_id":1,"disposition":"Allowed""#
        }
        Verdict::Pass => r#","action_id":3,"action":"Observed","disposition_id":17,"disposition":"Logged""#,
    }
}

#[cold]
fn firewall_rule(rule: &Hit<'_>, out: &mut Vec<u8>) {
    text(out, r#","firewall_rule":{"name":""#, rule.name);
    for (key, value) in [(r#","uid":""#, Some(rule.id.as_str())), (r#","category":""#, rule.category)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text(out, key, value);
        }
    }
    raw(out, "}");
    if !rule.ruleset.is_empty() {
        text(out, r#","policy":{"name":""#, rule.ruleset);
        raw(out, "}");
    }
}
