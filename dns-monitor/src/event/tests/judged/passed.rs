//! Lookups that a rule names and lets pass.

use super::*;

#[test]
fn what_passes_is_allowed() {
    let only = |action, severity| Judgement { rule: Some(hit(action, severity)), ..Judgement::default() };
    let next = Judgement {
        verdict: Verdict::Pass,
        enforced: Some(Enforced::Next),
        rule: Some(hit(Action::Block(Block::Drop), Some(Severity::Medium))),
    };
    let tried = |block| judgement(Verdict::Would(block), Some(Enforced::No), None);
    let mut bare = only(Action::Observe, None);
    bare.rule = bare.rule.map(|hit| Hit { category: None, id: "lists".to_owned(), ..hit });
    let mut odd = only(Action::Observe, None);
    odd.rule = odd.rule.map(|hit| Hit { id: "a\"b\\c\n:1".to_owned(), name: "übel", ..hit });
    let mut unanswered = passed(only(Action::Alert, Some(Severity::Low)));
    (unanswered.response, unanswered.end) = (None, End::TimedOut);
    let would = |name: &str| named(json!({"dns_monitor": {"verdict": name, "enforced": "no"}}));
    run(vec![
        ("observed", passed(only(Action::Observe, None)), named(json!({}))),
        (
            "observed, and somebody wants to know",
            passed(only(Action::Observe, Some(Severity::Low))),
            named(json!({"event": {"kind": "alert"}, "dns_monitor": {"severity": "low"}})),
        ),
        ("alert", passed(only(Action::Alert, None)), named(json!({"event": {"kind": "alert"}}))),
        (
            "an exception of a list with a severity",
            passed(only(Action::Allow, Some(Severity::High))),
            named(json!({"dns_monitor": {"severity": "high"}})),
        ),
        (
            "the next one will be blocked",
            passed(next),
            named(json!({
                "event": {"kind": "alert"},
                "dns_monitor": {"enforced": "next", "severity": "medium"},
            })),
        ),
        (
            "an alert that nobody answers",
            unanswered,
            named(json!({
                "event": {"kind": "alert", "outcome": "failure", "duration": null},
                "server": {"bytes": null},
                "dns": {"type": "query", "header_flags": ["RD"], "response_code": null},
                "dns_monitor": {"severity": "low"},
            })),
        ),
        (
            "no category, no line",
            passed(bare),
            json!({"rule": {"id": "lists", "name": "urlhaus", "ruleset": "urlhaus"}}),
        ),
        (
            "text that JSON escapes",
            passed(odd),
            named(json!({"rule": {"id": "a\"b\\c\n:1", "name": "übel"}})),
        ),
        ("would-drop", passed(tried(Block::Drop)), would("would-drop")),
        ("would-nxdomain", passed(tried(Block::Nxdomain)), would("would-nxdomain")),
        ("would-nodata", passed(tried(Block::Nodata)), would("would-nodata")),
        ("would-refused", passed(tried(Block::Refused)), would("would-refused")),
        ("would-sinkhole", passed(tried(Block::Sinkhole)), would("would-sinkhole")),
        ("would-tcp-only", passed(tried(Block::TcpOnly)), would("would-tcp-only")),
    ]);
}
