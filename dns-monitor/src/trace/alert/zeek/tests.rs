#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::tz::TimeZone;
use serde_json::json;

use super::*;
use crate::trace::alert::{End, when::When};

fn clock() -> Clock {
    Clock { zone: TimeZone::UTC, now: 0 }
}

fn end(address: &str, port: Option<u16>) -> Option<End> {
    Some(End { address: address.parse().unwrap(), port })
}

fn said() -> Said {
    Said {
        when: Some(When { time: 1_795_716_131_123_071_000, unit: 1_000 }),
        ends: [end("10.53.0.2", Some(41_523)), end("10.53.0.103", Some(53))],
        id: Some(4711),
        name: Some("bad.example".into()),
        link: Some("uid CHFRflzsgM15k9et4".into()),
        ..Said::default()
    }
}

#[test]
fn records_and_notices_as_json() {
    let connection = |more: Value| {
        let mut value = json!({
            "ts": 1_795_716_131.123_071, "uid": "CHFRflzsgM15k9et4", "id.orig_h": "10.53.0.2", "id.orig_p": 41_523,
            "id.resp_h": "10.53.0.103", "id.resp_p": 53, "proto": "udp",
        });
        if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
            value.extend(more);
        }
        value
    };
    let notice = |name: Option<&str>, about: &str| {
        Kind::Alert(Said { id: None, name: name.map(Into::into), about: Some(about.into()), ..said() })
    };
    let cases = [
        (
            "dns.log",
            connection(json!({"trans_id": 4711, "query": "Bad.example", "qtype_name": "A"})),
            Kind::Record(said()),
        ),
        (
            "dns.log with a time in words",
            connection(
                json!({"ts": "2026-11-26T18:02:11.123071Z", "trans_id": 4711, "query": "bad.example"}),
            ),
            Kind::Record(said()),
        ),
        (
            "a notice whose sub is the domain",
            connection(
                json!({"note": "Intel::Notice", "msg": "Intel hit on bad.example", "sub": "bad.example"}),
            ),
            notice(Some("bad.example"), "Intel::Notice: Intel hit on bad.example"),
        ),
        (
            "a notice that names the domain in its words",
            connection(json!({"note": "Lab::Bad", "msg": "lookup of bad.example by 10.53.0.2"})),
            notice(Some("bad.example"), "Lab::Bad: lookup of bad.example by 10.53.0.2"),
        ),
        ("a notice without a domain", connection(json!({"note": "Scan::Port"})), notice(None, "Scan::Port")),
        (
            "intel.log",
            connection(json!({"seen.indicator": "bad.example", "seen.indicator_type": "Intel::DOMAIN"})),
            notice(Some("bad.example"), "bad.example"),
        ),
        ("conn.log", connection(json!({"service": "dns", "duration": 0.1})), Kind::Other),
        (
            "a notice about a host",
            json!({"ts": 1_795_716_131.123_071, "note": "Lab::Bad", "src": "10.53.0.2", "dst": "10.53.0.103", "p": 53}),
            Kind::Alert(Said {
                ends: [end("10.53.0.2", None), end("10.53.0.103", Some(53))],
                id: None,
                name: None,
                link: None,
                about: Some("Lab::Bad".into()),
                ..said()
            }),
        ),
    ];
    for (what, value, expected) in cases {
        assert_eq!(read(&value, &clock()), Some(expected), "{what}");
    }
    assert_eq!(read(&json!({"event_type": "alert"}), &clock()), None, "not Zeek's");
}

#[test]
fn tab_separated_logs() {
    let head = |lines: &[&str]| {
        let mut head = Head::default();
        lines.iter().for_each(|line| head.line(line));
        head
    };
    let usual = head(&[
        "#separator \\x09",
        "#set_separator\t,",
        "#empty_field\t(empty)",
        "#unset_field\t-",
        "#path\tdns",
        "#open\t2026-11-26-18-02-11",
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\ttrans_id\tquery\tanswers",
        "#types\ttime\tstring\taddr\tport\taddr\tport\tcount\tstring\tvector[string]",
    ]);
    let other = head(&["#separator |", "#unset_field|?", "#fields|ts|query"]);
    let line = |query: &str| {
        format!(
            "1795716131.123071\tCHFRflzsgM15k9et4\t10.53.0.2\t41523\t10.53.0.103\t53\t4711\t{query}\t(empty)"
        )
    };
    let cases = [
        ("a record", &usual, line("bad.example"), Ok(Some(Kind::Record(said())))),
        (
            "a coded blank",
            &usual,
            line("odd\\x20name.example"),
            Ok(Some(Kind::Record(Said { name: Some("odd\\032name.example".into()), ..said() }))),
        ),
        ("no query", &usual, line("-"), Ok(Some(Kind::Record(Said { name: None, ..said() })))),
        (
            "half a line",
            &usual,
            "1795716131.123071\tCHFRflzsgM15k9et4\t10.53".to_owned(),
            Err(BadAlert::Fields { found: 3, expected: 9 }),
        ),
        (
            "another separator",
            &other,
            "1795716131.123071|bad.example".to_owned(),
            Ok(Some(Kind::Record(Said { ends: [None, None], id: None, link: None, ..said() }))),
        ),
        ("all unset", &other, "?|?".to_owned(), Ok(None)),
    ];
    for (what, head, line, expected) in cases {
        assert_eq!(head.object(&line).map(|value| read(&value, &clock())), expected, "{what}");
    }
    assert!(!Head::default().is_known() && usual.is_known());
    let mut again = usual.clone();
    again.line("#close\t2026-11-26-19-00-00");
    assert_eq!(again, usual, "what else the head says does not matter");
    again.line("#separator \\x09");
    assert!(!again.is_known(), "another log begins");
}

#[test]
fn codes_are_resolved_where_they_are_ascii() {
    let cases = [
        ("a\\x09b", "a\tb"),
        ("\\x", "\\x"),
        ("\\x4", "\\x4"),
        ("\\xzz", "\\xzz"),
        ("\\xfcb", "\\xfcb"),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(unescaped(text), expected, "{text}");
    }
}
