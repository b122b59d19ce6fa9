//! Text as people see it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::*;
use crate::control::protocol::{Enforcer, Explanation, Learned, Match, OriginStats, Provenance, Stats};

fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn shown(all: &Response) -> String {
    let (text, beside) = response(all, now());
    assert_eq!(beside, "");
    text
}

/// The lines of `text`, each after a `|` that keeps the leading blanks.
fn lines(text: &str) -> String {
    text.lines().map(|line| line.trim_start().trim_start_matches('|').to_owned() + "\n").skip(1).collect()
}

fn origin(name: &str, entries: u64, from: Provenance, error: Option<&str>) -> OriginStats {
    OriginStats {
        name: name.into(),
        kind: "list".into(),
        action: "nxdomain".into(),
        entries,
        unreadable: 1,
        ignored: 0,
        hits: 1234,
        changed_at: (from != Provenance::File).then(|| "2026-11-24T09:00:00Z".parse().unwrap()),
        error: error.map(str::to_owned),
        from,
    }
}

#[test]
fn stats_are_tables() {
    let stats = Stats {
        generation: 3,
        mode: "block".into(),
        on_exit: "detach".into(),
        watchdog_seconds: Some(10),
        enforcing: false,
        names: 10_000_000,
        kernel_bytes: 168 << 20,
        agent_bytes: 2000,
        loaded_at: Some("2026-11-24T11:58:00Z".parse().unwrap()),
        load_seconds: 8.256,
        origins: vec![
            origin("urlhaus", 120_000, Provenance::Url, None),
            origin("x", 7, Provenance::LastGood, Some("404 \u{1b}[31mgone")),
            origin("own", 0, Provenance::File, None),
        ],
        learned: Learned { now: 1, max: 4096, evicted: 2, refused: 3 },
        manual: 4,
    };
    let expected = "
        |mode        block, not blocking now
        |on exit     detach
        |watchdog    10 s
        |generation  3, loaded 2m ago in 8.26 s
        |names       10000000
        |memory      168.0 MiB kernel, 2.0 KiB agent
        |learned     1 of 4096, 2 evicted, 3 refused
        |manual      4
        |
        |ORIGIN   KIND  ACTION    ENTRIES  BAD LINES  IGNORED  HITS  AGE  FROM
        |urlhaus  list  nxdomain   120000          1        0  1234   3h  url
        |x        list  nxdomain        7          1        0  1234   3h  last good
        |own      list  nxdomain        0          1        0  1234    -  file
        |x: 404 \\u{1b}[31mgone";
    assert_eq!(shown(&Response::Stats(Box::new(stats))), lines(expected));
}

#[test]
fn manual_rules_are_a_table() {
    let rule = |name: &str, until: Option<&str>, user: Option<&str>| ManualRule {
        name: name.into(),
        action: "allow".into(),
        since: "2026-11-24T11:00:00.5Z".parse().unwrap(),
        until: until.map(|until| until.parse().unwrap()),
        uid: 1000,
        user: user.map(str::to_owned),
    };
    let rules = vec![
        rule("a.example", Some("2026-11-24T13:30:00Z"), Some("carla")),
        rule("long.example", None, None),
        rule("over", Some("2026-11-24T11:59:00Z"), None),
    ];
    let expected = "
        |NAME          ACTION  SINCE                 LEFT  BY
        |a.example     allow   2026-11-24T11:00:00Z   90m  carla
        |long.example  allow   2026-11-24T11:00:00Z     -  1000
        |over          allow   2026-11-24T11:00:00Z    0s  1000";
    assert_eq!(shown(&Response::Manual { rules }), lines(expected));
    assert_eq!(shown(&Response::Manual { rules: Vec::new() }), "no manual rules\n");
}

#[test]
fn an_explanation_says_first_what_is_done() {
    let one = |origin: &str, what: &str, important, enforced_by, wins, why: &str| Match {
        origin: origin.into(),
        id: "l.txt:7".into(),
        what: what.into(),
        action: "drop".into(),
        important,
        rank: 1,
        why: why.into(),
        enforced_by,
        wins,
    };
    let matches = vec![
        one("a", "a.example", true, Enforcer::Kernel, true, "important"),
        one("long", "/\t/", false, Enforcer::Agent, false, "beaten by a"),
    ];
    let mut all = Explanation {
        name: "x.a.example".into(),
        qtype: 28,
        client: Some("192.0.2.1".parse().unwrap()),
        matches,
        verdict: "drop".into(),
        reason: "a beats the rest".into(),
    };
    let expected = "
        |x.a.example AAAA from 192.0.2.1: drop
        |a beats the rest
        |
        |   ORIGIN  WHERE    MATCHES    ACTION            BY      WHY
        |>  a       l.txt:7  a.example  drop (important)  kernel  important
        |   long    l.txt:7  /\\t/       drop              agent   beaten by a";
    assert_eq!(shown(&Response::Explanation(all.clone())), lines(expected));

    all = Explanation {
        matches: Vec::new(),
        client: None,
        verdict: "pass".into(),
        reason: "no rule".into(),
        ..all
    };
    assert_eq!(shown(&Response::Explanation(all)), "x.a.example AAAA from any client: pass\nno rule\n");
}

#[test]
fn spans_are_short() {
    let cases = [
        (-5, "0s"),
        (119, "119s"),
        (120, "2m"),
        (7199, "119m"),
        (7200, "2h"),
        (172_799, "47h"),
        (172_800, "2d"),
    ];
    for (seconds, expected) in cases {
        assert_eq!(span(seconds), expected);
    }
}
