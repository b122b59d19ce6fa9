//! STIX 2.1 bundles.

use jiff::Timestamp;

use super::{Format, Told, lines_of};
use crate::rules::list::{lines::Out, stix};

/// An indicator with this pattern and these other members.
fn indicator(pattern: &str, more: &str) -> String {
    let pattern = serde_json::to_string(pattern).unwrap();
    format!(r#"{{"type":"indicator","spec_version":"2.1","pattern":{pattern},"pattern_type":"stix"{more}}}"#)
}

fn bundle(objects: &[String]) -> String {
    format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{}]}}"#, objects.join(",\n"))
}

/// What comes of a bundle in June 2026.
fn lines(text: &str) -> Vec<String> {
    let mut told = Told::default();
    let now: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    stix::read(&mut text.as_bytes(), now, &mut Out::new(&mut told)).unwrap();
    told.0
}

#[test]
fn patterns() {
    let beyond = "1 ignored: a pattern of more than equalities joined by OR: not supported";
    let other = "1 ignored: a pattern without domain-name:value: not about the names of DNS queries";
    let cases: &[(&str, &[&str])] = &[
        ("[domain-name:value = 'bad.example']", &["1 suffix bad.example"]),
        ("[domain-name:value='Bad.Example']", &["1 suffix bad.example"]),
        (
            "[domain-name:value = 'a.example' OR domain-name:value = 'b.example']",
            &["1 suffix a.example", "1 suffix b.example"],
        ),
        (
            "[domain-name:value = 'a.example'] OR [domain-name:value = 'b.example']",
            &["1 suffix a.example", "1 suffix b.example"],
        ),
        ("[domain-name:value IN ('a.example', 'b.example')]", &["1 suffix a.example", "1 suffix b.example"]),
        ("[domain-name:value = 'a.example' OR ipv4-addr:value = '192.0.2.1']", &["1 suffix a.example"]),
        (r"[domain-name:value = 'it\'s.example']", &["1 bad: a character that no name has"]),
        ("[domain-name:value = '192.0.2.1']", &["1 bad: an address where a name belongs"]),
        ("[ipv4-addr:value = '192.0.2.1']", &[other]),
        ("[url:value = 'http://a.example/']", &[other]),
        ("[domain-name:value != 'a.example']", &[beyond]),
        ("[domain-name:value LIKE '%.example']", &[beyond]),
        ("[domain-name:value = 'a.example' AND url:value = 'x']", &[beyond]),
        ("[domain-name:value = 'a.example'] AND [url:value = 'x']", &[beyond]),
        ("[domain-name:value = 'a.example'] WITHIN 5 SECONDS", &[beyond]),
        ("[NOT domain-name:value = 'a.example']", &[beyond]),
        ("[domain-name:value = 'a.example'", &["1 bad: a pattern that breaks off"]),
        ("[domain-name:value = 'a.example", &["1 bad: a pattern that breaks off"]),
        ("[domain-name:value IN ('a.example'", &["1 bad: a pattern that breaks off"]),
    ];
    for (pattern, expected) in cases {
        assert_eq!(lines(&bundle(&[indicator(pattern, "")])), *expected, "{pattern}");
    }
}

#[test]
fn what_is_in_force() {
    let cases = [
        ("", "1 suffix a.example"),
        (
            r#","valid_from":"2026-01-01T00:00:00Z","valid_until":"2027-01-01T00:00:00.000Z""#,
            "1 suffix a.example",
        ),
        (r#","valid_until":"2026-06-01T00:00:00Z""#, "1 ignored: no longer valid (valid_until)"),
        (r#","valid_from":"2026-06-01T00:00:01Z""#, "1 ignored: not yet valid (valid_from)"),
        (r#","revoked":true"#, "1 ignored: revoked"),
        (r#","revoked":false"#, "1 suffix a.example"),
    ];
    for (more, expected) in cases {
        let text = bundle(&[indicator("[domain-name:value = 'a.example']", more)]);
        assert_eq!(lines(&text), [expected], "{more}");
    }
}

#[test]
fn objects_are_numbered_and_read_alone() {
    let good = indicator("[domain-name:value = 'a.example']", "");
    let objects = [
        r#"{"type":"malware","pattern":7,"name":"x"}"#.to_owned(),
        r#"{"type":"identity","name":"x"}"#.to_owned(),
        r#"{"type":"indicator","pattern_type":"snort","pattern":"alert"}"#.to_owned(),
        r#"{"type":"indicator"}"#.to_owned(),
        good,
    ];
    let told = lines(&bundle(&objects));
    assert!(
        told[0].starts_with("1 bad: not JSON as STIX 2.1 has it: invalid type: integer `7`"),
        "{}",
        told[0]
    );
    assert_eq!(
        told[1..],
        [
            "3 ignored: a pattern in another language than that of STIX: not supported",
            "4 bad: an indicator without a pattern",
            "5 suffix a.example",
        ]
    );
}

#[test]
fn broken_bundles() {
    let whole = bundle(&[indicator("[domain-name:value = 'a.example']", "")]);
    let cut = lines(&whole[..whole.len() - 2]);
    assert_eq!(cut[0], "1 suffix a.example");
    assert!(cut[1].starts_with("1 bad: not JSON as STIX 2.1 has it: EOF"), "{}", cut[1]);
    assert_eq!(lines(r#"{"type":"bundle","objects":[]}"#), [""; 0]);
    assert!(lines("")[0].starts_with("0 bad: not JSON"));
    assert!(lines("[1]")[0].starts_with("0 bad: not JSON"));
    assert!(lines(r#"{"objects":7}"#)[0].starts_with("0 bad: not JSON"));
}

#[test]
fn by_the_clock_of_the_system() {
    let old = indicator("[domain-name:value = 'a.example']", r#","valid_until":"2001-01-01T00:00:00Z""#);
    let new = indicator("[domain-name:value = 'b.example']", r#","valid_from":"2001-01-01T00:00:00Z""#);
    let told = lines_of(Format::Stix, bundle(&[old, new]).as_bytes());
    assert_eq!(told, ["1 ignored: no longer valid (valid_until)", "2 suffix b.example"]);
}
