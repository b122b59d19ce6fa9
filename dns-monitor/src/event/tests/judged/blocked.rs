//! Queries that never reach the resolver.

use super::*;

#[test]
fn what_is_blocked_is_denied() {
    let with_edns = message(QUERY, [1, 0, 0, 1], &[&question(WWW, A), &opt(0, true, b"")]);
    let answered = |rcode: &str, outcome: &str, verdict: &str| {
        denied(
            "dns-answer",
            json!({
                "event": {"outcome": outcome},
                "dns": {"response_code": rcode},
                "dns_monitor": {"verdict": verdict},
            }),
        )
    };
    let dropped = |enforced: &str| {
        denied(
            "dns-drop",
            json!({
                "event": {"outcome": "failure"},
                "server": {"bytes": null},
                "dns": {"type": "query", "header_flags": ["RD"], "response_code": null},
                "dns_monitor": {"verdict": "drop", "enforced": enforced},
            }),
        )
    };
    let plus = |mut event: Value, changes: Value| {
        merge_patch(&mut event, &changes);
        event
    };
    let mut reset = blocked(usual_query(), Block::Drop, None);
    reset.judgement = judgement(Verdict::Blocked(Block::Nxdomain), Some(Enforced::Reset), None);
    let mut forgotten = blocked(usual_query(), Block::Nxdomain, None);
    forgotten.response = None;
    forgotten.judgement.rule = None;
    run(vec![
        (
            "nxdomain",
            blocked(usual_query(), Block::Nxdomain, None),
            answered("NXDOMAIN", "success", "nxdomain"),
        ),
        ("nodata", blocked(usual_query(), Block::Nodata, None), answered("NOERROR", "success", "nodata")),
        ("refused", blocked(usual_query(), Block::Refused, None), answered("REFUSED", "failure", "refused")),
        (
            "tcp-only",
            blocked(usual_query(), Block::TcpOnly, None),
            plus(
                answered("NOERROR", "success", "tcp-only"),
                json!({"dns": {"header_flags": ["TC", "RD", "RA"]}}),
            ),
        ),
        (
            "sinkhole",
            blocked(usual_query(), Block::Sinkhole, None),
            plus(
                answered("NOERROR", "success", "sinkhole"),
                json!({
                    "server": {"bytes": 49},
                    "dns": {
                        "answers": [
                            {"name": "www.example.com", "type": "A", "class": "IN", "ttl": 60, "data": "192.0.2.80"},
                        ],
                        "resolved_ip": ["192.0.2.80"],
                    },
                }),
            ),
        ),
        (
            "EDNS is answered with EDNS, and an alert is denied too",
            blocked(with_edns, Block::Nxdomain, Some(Severity::High)),
            plus(
                answered("NXDOMAIN", "success", "nxdomain"),
                json!({
                    "event": {"kind": "alert"},
                    "client": {"bytes": 44},
                    "server": {"bytes": 50},
                    "dns": {"header_flags": ["RD", "RA", "DO"]},
                    "dns_monitor": {"severity": "high"},
                }),
            ),
        ),
        ("drop", blocked(usual_query(), Block::Drop, None), dropped("kernel")),
        ("a reset is a drop, whatever the rule wants", reset, dropped("reset")),
        (
            "dropped, and an alert",
            blocked(usual_query(), Block::Drop, Some(Severity::Critical)),
            plus(
                dropped("kernel"),
                json!({"event": {"kind": "alert"}, "dns_monitor": {"severity": "critical"}}),
            ),
        ),
        ("the rules are no longer known", forgotten, {
            let mut event = denied(
                "dns-answer",
                json!({
                    "event": {"outcome": "unknown"},
                    "server": {"bytes": null},
                    "dns": {"type": "query", "header_flags": ["RD"], "response_code": null},
                    "dns_monitor": {"verdict": "nxdomain"},
                }),
            );
            event.as_object_mut().unwrap().remove("rule");
            event
        }),
    ]);
}
