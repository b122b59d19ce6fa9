#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::tz::TimeZone;

use super::*;

/// An alert: its line, id and name.
type Told = (u64, Option<u16>, String);

/// Everything read from a text: alerts as line, id and name; bad lines; and the counts of the rest.
fn read_text(text: &[u8]) -> (Vec<Told>, Vec<String>, [u64; 2]) {
    let clock = Clock { zone: TimeZone::UTC, now: 1_795_716_000_000_000_000 };
    let (mut alerts, mut bad) = (Alerts::default(), Vec::new());
    let mut tell = |place: Place, why: BadAlert| bad.push(format!("{place}: {why}"));
    read(text, &"x".into(), &clock, &mut alerts, &mut tell).unwrap();
    assert_eq!(alerts.bad, bad.len() as u64);
    let found = alerts.alerts.iter();
    let found = found
        .map(|alert| (alert.place.line, alert.said.id, alert.said.name.as_deref().unwrap_or("-").to_owned()));
    (found.collect(), bad, [alerts.others, alerts.records])
}

const ALERT: &str = r#"{"event_type":"alert","flow_id":7,"src_ip":"192.0.2.1","src_port":5,"dns":{"id":1,"rrname":"a.example"}}"#;
const BARE: &str = r#"{"event_type":"alert","flow_id":8,"src_ip":"192.0.2.1","src_port":5}"#;
const RECORD: &str = r#"{"event_type":"dns","flow_id":8,"src_ip":"192.0.2.1","src_port":5,"dns":{"id":2,"rrname":"b.example"}}"#;
const FLOW: &str = r#"{"event_type":"flow","flow_id":8,"src_ip":"192.0.2.1","src_port":5}"#;

#[test]
fn each_line_is_what_it_looks_like() {
    type Case = (&'static str, String, Vec<Told>, [u64; 2]);
    let one = |line, id, name: &str| vec![(line, id, name.to_owned())];
    let cases: [Case; 13] = [
        ("nothing", String::new(), vec![], [0, 0]),
        ("blank lines", "\n \r\n\n".into(), vec![], [0, 0]),
        ("EVE", ALERT.into(), one(1, Some(1), "a.example"), [0, 0]),
        ("a byte order mark", format!("\u{feff}{ALERT}"), one(1, Some(1), "a.example"), [0, 0]),
        ("carriage returns", format!("{ALERT}\r\n"), one(1, Some(1), "a.example"), [0, 0]),
        (
            "records alone are asked about",
            format!("{RECORD}\n{FLOW}\n"),
            one(1, Some(2), "b.example"),
            [1, 0],
        ),
        (
            "beside alerts they are left out",
            format!("{RECORD}\n{ALERT}\n"),
            one(2, Some(1), "a.example"),
            [0, 1],
        ),
        ("but complete them", format!("{BARE}\n{RECORD}\n"), one(1, Some(2), "b.example"), [0, 1]),
        (
            "EVE through syslog",
            format!("Nov 26 18:02:11 ids suricata[7]: @cee: {ALERT}"),
            one(1, Some(1), "a.example"),
            [0, 0],
        ),
        (
            "tab-separated",
            "#separator \\x09\n#fields\tts\ttrans_id\tquery\n1795716131.5\t3\tc.example\n#close\n".into(),
            one(3, Some(3), "c.example"),
            [0, 0],
        ),
        (
            "CEF through syslog",
            "Nov 26 18:02:11 ids CEF:0|L|I|1|1|Bad|7|dnsId=4 query=d.example".into(),
            one(1, Some(4), "d.example"),
            [0, 0],
        ),
        ("words", "query e.example (dns id 5) {UDP}".into(), one(1, Some(5), "e.example"), [0, 0]),
        (
            "all mixed",
            format!("{ALERT}\nCEF:0|L|I|1|1|Bad|7|query=d.example\nquery e.example\n"),
            vec![
                (1, Some(1), "a.example".into()),
                (2, None, "d.example".into()),
                (3, None, "e.example".into()),
            ],
            [0, 0],
        ),
    ];
    for (what, text, expected, counts) in cases {
        assert_eq!(read_text(text.as_bytes()), (expected, vec![], counts), "{what}");
    }
}

#[test]
fn bad_lines_are_told_with_their_place_and_the_rest_is_read() {
    let cases: [(&str, &[u8], &str); 9] = [
        (
            "half a line of JSON",
            br#"{"event_type":"alert","src"#,
            "not JSON: EOF while parsing a string at line 1 column 26",
        ),
        ("two objects in a line", b"{} {}", "not JSON: trailing characters at line 1 column 4"),
        ("JSON of somebody else", br#"{"a":1}"#, "JSON of neither Suricata (event_type) nor Zeek (ts)"),
        (
            "an alert of nothing",
            br#"{"event_type":"alert"}"#,
            "names no lookup: neither a domain name, nor an address with a port",
        ),
        (
            "words of nothing",
            b"all is well",
            "names no lookup: neither a domain name, nor an address with a port",
        ),
        ("a broken head", b"CEF:0|a|b", "CEF with fewer than seven fields before its extension"),
        ("not UTF-8", b"query \xff.example", "not UTF-8 text"),
        ("zero bytes", b"\0\0\0\0", "names no lookup: neither a domain name, nor an address with a port"),
        ("deep JSON", &[b'{'; 9], "not JSON: key must be a string at line 1 column 2"),
    ];
    for (what, line, why) in cases {
        let text = [b"query a.example\n", line, b"\nquery b.example"].concat();
        let (found, bad, _) = read_text(&text);
        assert_eq!(bad, [format!("x:2: {why}")], "{what}");
        let names: Vec<_> = found.into_iter().map(|(line, _, name)| (line, name)).collect();
        assert_eq!(names, [(1, "a.example".to_owned()), (3, "b.example".to_owned())], "{what}");
    }
}

#[test]
fn a_line_that_is_too_long_is_passed_over() {
    let text = [vec![b'x'; 9 << 20], b"\nquery b.example".to_vec()].concat();
    let (found, bad, _) = read_text(&text);
    assert_eq!(bad, ["x:1: a line of more than 4 MiB"]);
    assert_eq!(found, [(2, None, "b.example".to_owned())]);
}
