#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::trace::alert::when::{SECOND, zone};

/// 2026-11-26T18:00:00Z.
const NOW: i64 = 1_795_716_000 * SECOND;

fn end(address: &str, port: Option<u16>) -> Option<End> {
    Some(End { address: address.parse().unwrap(), port })
}

#[test]
fn every_pattern_can_be_compiled() {
    for pattern in [&RFC_5424, &RFC_3164, &TIME, &ADDRESS, &ID, &NAMED, &WORD] {
        assert!(pattern.is_some());
    }
}

#[test]
fn headers_are_taken_off() {
    let clock = Clock { zone: zone("UTC").unwrap(), now: NOW };
    let time = 1_795_716_131 * SECOND;
    let cases = [
        ("RFC 3164", "<134>Nov 26 18:02:11 ids snort[7]: bad", Some((time, SECOND)), "snort[7]: bad"),
        (
            "without a priority",
            "Nov 26 18:02:11 ids.lab.example alert: bad",
            Some((time, SECOND)),
            "alert: bad",
        ),
        ("with a year", "Nov 26 2026 18:02:11 ids bad", Some((time, SECOND)), "bad"),
        (
            "RFC 5424",
            "<134>1 2026-11-26T18:02:11.5Z ids.lab.example app 7 ID47 - bad",
            Some((time + SECOND / 2, SECOND / 10)),
            "bad",
        ),
        (
            "RFC 5424 with data",
            r#"<134>1 2026-11-26T18:02:11Z ids app - - [a@1 name="x\]y.example"][b z="1"] bad"#,
            Some((time, SECOND)),
            "bad",
        ),
        ("RFC 5424 without a message", "<134>1 2026-11-26T18:02:11Z ids app - - -", Some((time, SECOND)), ""),
        ("rsyslog", "2026-11-26T19:02:11+01:00 ids app: bad", Some((time, SECOND)), "app: bad"),
        (
            "fast.log",
            "11/26/2026-18:02:11.000000  [**] [1:1:1] bad [**] {UDP} 192.0.2.1:5 -> 192.0.2.2:53",
            Some((time, 1000)),
            "[**] [1:1:1] bad [**] {UDP} 192.0.2.1:5 -> 192.0.2.2:53",
        ),
        ("seconds since the epoch", "1795716131.25 bad", Some((time + SECOND / 4, SECOND / 100)), "bad"),
        ("none", "bad.example was asked for", None, "bad.example was asked for"),
        ("a time that is none", "Nov 31 18:02:11 ids bad", None, "Nov 31 18:02:11 ids bad"),
        ("half a header", "<134>1 2026-11-26T18:02:11Z ids", None, "<134>1 2026-11-26T18:02:11Z ids"),
    ];
    for (what, line, expected, message) in cases {
        let expected = expected.map(|(time, unit)| When { time, unit });
        assert_eq!(header(line, &clock), (expected, message), "{what}");
    }
}

#[test]
fn connections_ids_and_names_are_found_in_words() {
    let resolver = end("10.53.0.2", Some(41_523));
    let authority = end("10.53.0.103", Some(53));
    let both = [resolver, authority];
    let bad = Some("bad.example");
    let cases = [
        ("fast.log", "[1:1:1] LAB bad [**] {UDP} 10.53.0.2:41523 -> 10.53.0.103:53", both, None, None),
        (
            "fast.log, IPv6 in full",
            "{UDP} fd53:0000:0000:0000:0000:0000:0000:0002:41523 -> fd53:0000:0000:0000:0000:0000:0000:0067:53",
            [end("fd53::2", Some(41_523)), end("fd53::67", Some(53))],
            None,
            None,
        ),
        (
            "in words",
            "DNS query bad.example from 10.53.0.2:41523 to 10.53.0.103:53, id 4711",
            both,
            None,
            bad,
        ),
        (
            "an id that says so",
            "dns id 4711 query=bad.example 10.53.0.2:41523",
            [resolver, None],
            Some(4711),
            bad,
        ),
        ("hexadecimal", "txid=0x1267 domain: bad.example", [None, None], Some(4711), bad),
        ("an id with a sign", "src=10.53.0.2:41523 id=4711", [resolver, None], Some(4711), None),
        ("in quotes", r#"transaction_id="4711" rrname="Bad.Example.""#, [None, None], Some(4711), bad),
        (
            "as BIND writes",
            "client @0x7 10.53.0.2#41523 (bad.example): query: bad.example IN A",
            [resolver, None],
            None,
            bad,
        ),
        (
            "IPv6 in brackets",
            "[fd53::2]:41523 asked bad.example",
            [end("fd53::2", Some(41_523)), None],
            None,
            bad,
        ),
        ("IPv6 alone", "fd53::2 asked bad.example", [end("fd53::2", None), None], None, bad),
        ("IPv6 as BIND writes", "fd53::2#41523 asked", [end("fd53::2", Some(41_523)), None], None, None),
        ("defused", "hxxps://bad[.]example/a.php seen", [None, None], None, bad),
        ("in a URL", "GET http://bad.example/index.html", [None, None], None, bad),
        (
            "announced is better than first",
            "sensor ids.lab.example: domain bad.example",
            [None, None],
            None,
            bad,
        ),
        (
            "letters beyond ASCII",
            "query: b\u{fc}cher.example",
            [None, None],
            None,
            Some("xn--bcher-kva.example"),
        ),
        (
            "a signature's number is no id",
            "sid: 4711 gid: 1 for 10.53.0.2:41523",
            [resolver, None],
            None,
            None,
        ),
        ("a version is no address", "agent 1.2.3.4.5 and 10.53.0.256", [None, None], None, None),
        ("a time is no address", "at 18:02:11 and 01:02:03:04:05:06", [None, None], None, None),
        ("a port that is none", "10.53.0.2:99999", [None, None], None, None),
        ("a file is no name", "see /var/log/eve.json", [None, None], None, None),
        ("an id beyond 16 bits", "dns id 70000", [None, None], None, None),
        ("at the end of a sentence", "It was 10.53.0.2.", [end("10.53.0.2", None), None], None, None),
        ("nothing", "", [None, None], None, None),
    ];
    for (what, text, ends, id, name) in cases {
        let said = read(text);
        assert_eq!((said.ends, said.id, said.name.as_deref()), (ends, id, name), "{what}: {text}");
    }
}

#[test]
fn numbers_of_both_kinds() {
    let cases = [
        ("4711", Some(4711)),
        ("0x1267", Some(4711)),
        ("0XfF", Some(255)),
        ("65536", None),
        ("0x", None),
        ("-1", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(number(text), expected, "{text}");
    }
}
