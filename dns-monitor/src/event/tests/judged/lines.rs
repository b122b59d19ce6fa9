//! The end of a line of text.

use super::*;

/// The end of a line of text: latency, verdict, rule.
#[test]
fn lines_end_with_the_verdict() {
    let next = Judgement {
        enforced: Some(Enforced::Next),
        rule: Some(hit(Action::Block(Block::Drop), None)),
        ..Judgement::default()
    };
    let mut odd = judgement(Verdict::Pass, None, None);
    odd.rule = odd.rule.map(|hit| Hit { name: "ü\x1b[31m\u{9b}", ..hit });
    let mut reset = blocked(usual_query(), Block::Drop, None);
    reset.judgement = judgement(Verdict::Blocked(Block::Refused), Some(Enforced::Reset), None);
    let high = Some(Severity::High);
    let would = judgement(Verdict::Would(Block::Nxdomain), Some(Enforced::No), None);
    const RULE: &str = " rule urlhaus (/etc/dns-monitor/lists/urlhaus.txt:17)";
    const RED: &str = "\x1b[31m";
    const YELLOW: &str = "\x1b[33m";
    let cases = [
        (
            "blocked",
            blocked(usual_query(), Block::Nxdomain, high),
            "NXDOMAIN   -            ",
            RED,
            format!("nxdomain{RULE}"),
        ),
        (
            "dropped",
            blocked(usual_query(), Block::Drop, None),
            "-          -            ",
            RED,
            format!("drop{RULE}"),
        ),
        ("reset", reset, "-          -            ", RED, format!("drop{RULE}")),
        ("tried", passed(would), "NOERROR    1.500 ms     ", "", format!("would-nxdomain{RULE}")),
        (
            "alert",
            passed(judgement(Verdict::Pass, None, high)),
            "NOERROR    1.500 ms     ",
            YELLOW,
            format!("pass{RULE}"),
        ),
        ("next time", passed(next), "NOERROR    1.500 ms     ", "", format!("pass{RULE}")),
        (
            "nothing moves the cursor",
            passed(odd),
            "NOERROR    1.500 ms     ",
            "",
            format!("pass{}", RULE.replace("urlhaus (", "ü\\u{1b}[31m\\u{9b} (")),
        ),
    ];
    for (what, scene, before, color, after) in cases {
        let line = scene.text(false);
        assert!(line.ends_with(&format!("  A       {before}{after}\n")), "{what}: {line}");
        let reset = if color.is_empty() { "" } else { "\x1b[0m" };
        let colored = scene.text(true);
        assert!(colored.ends_with(&format!("{color}{after}{reset}\n")), "{what}: {colored:?}");
    }
}
