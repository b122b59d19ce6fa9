#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::trace::alert::{End, Original, Place, Said, when::When};

const HOUR: i64 = 3_600_000_000_000;

fn alert(name: Option<&str>, id: Option<u16>, time: Option<i64>, ends: [Option<(&str, u16)>; 2]) -> Alert {
    let end = |(address, port): (&str, u16)| End { address: address.parse().unwrap(), port: Some(port) };
    let said = Said {
        when: time.map(|time| When { time, unit: 1 }),
        ends: ends.map(|one| one.map(end)),
        id,
        name: name.map(Into::into),
        ..Said::default()
    };
    said.at(Place { file: "x".into(), line: 1 }, Original::Asked)
}

fn glance(name: &'static str, id: u16, time: i64) -> Glance<'static> {
    Glance {
        time,
        client: b"192.0.2.1",
        port: Some(5),
        server: b"192.0.2.53",
        id: Some(id),
        name: Some(name.as_bytes()),
    }
}

/// Key, below, and whether an alert has the id.
fn hits(wanted: &Wanted, glance: &Glance<'_>) -> Vec<(u32, bool, bool)> {
    let mut found = Vec::new();
    wanted.matches(glance, |hit| found.push((hit.key, hit.below, hit.has_id)));
    found.sort_unstable();
    found
}

/// What it shows, name and id of an event, and what it hits.
type Case = (&'static str, &'static str, u16, &'static [(u32, bool, bool)]);

#[test]
fn names_hit_themselves_and_what_is_above_them() {
    let ends = [None, None];
    let wanted = Wanted::by(
        &[
            alert(Some("bad.example"), None, None, ends),
            alert(Some("www.bad.example"), Some(7), None, ends),
            alert(Some("example"), None, None, ends),
            alert(Some(r"a\.bad.example"), Some(8), None, ends),
        ],
        0,
    );
    let cases: [Case; 10] = [
        ("the name", "bad.example", 1, &[(0, false, false)]),
        ("below it", "a.b.bad.example", 1, &[(0, true, false)]),
        ("one and the other", "www.bad.example", 7, &[(0, true, false), (1, false, true)]),
        ("another id", "www.bad.example", 8, &[(0, true, false), (1, false, false)]),
        ("an alert with an id is about one name", "x.www.bad.example", 7, &[(0, true, false)]),
        ("one label alone is no domain to be below of", "good.example", 1, &[]),
        ("but may be a name", "example", 1, &[(2, false, false)]),
        ("ends alike", "notbad.example", 1, &[]),
        ("a dot inside a label", r"a\\.bad.example", 8, &[(3, false, true)]),
        ("a backslash at the end of a label", r"a\\\\.bad.example", 8, &[(0, true, false)]),
    ];
    for (what, name, id, expected) in cases {
        assert_eq!(hits(&wanted, &glance(name, id, 0)), expected, "{what}");
    }
    assert_eq!(hits(&wanted, &Glance { name: None, id: None, ..glance("", 0, 0) }), [], "no name");
}

#[test]
fn times_far_from_every_alert_do_not_matter() {
    let at = |time| alert(Some("bad.example"), None, time, [None, None]);
    let two = Wanted::by(&[at(Some(100 * HOUR)), at(Some(200 * HOUR))], HOUR);
    let always = Wanted::by(&[at(Some(100 * HOUR)), at(None)], HOUR);
    let cases = [(72, false), (73, true), (150, true), (227, true), (228, false)];
    for (hour, expected) in cases {
        let glance = glance("bad.example", 1, hour * HOUR);
        assert_eq!(!hits(&two, &glance).is_empty(), expected, "{hour}");
        assert!(!hits(&always, &glance).is_empty(), "{hour}");
    }
    assert!(!hits(&Wanted::below("bad.example"), &glance("www.bad.example", 1, i64::MIN)).is_empty());
}

#[test]
fn alerts_without_a_name_hit_by_who_asked() {
    let asks = Some(("192.0.2.1", 5));
    let cases = [
        ("who asked", [asks, Some(("192.0.2.53", 53))], true),
        ("a response", [Some(("192.0.2.53", 53)), asks], true),
        ("who asked alone", [asks, None], true),
        ("another port", [Some(("192.0.2.1", 6)), None], false),
        ("another address", [Some(("192.0.2.2", 5)), None], false),
    ];
    for (what, ends, expected) in cases {
        let alert = alert(None, Some(7), None, ends);
        let wanted = Wanted::by(std::slice::from_ref(&alert), 0);
        let found = hits(&wanted, &glance("any.example", 7, 0));
        assert_eq!(
            found.iter().map(|hit| hit.2).collect::<Vec<_>>(),
            vec![true; usize::from(expected)],
            "{what}"
        );
        assert!(found.iter().all(|hit| wanted.keys_of(&alert).contains(&hit.0)), "{what}");
    }
}

#[test]
fn addresses_of_alerts_are_known_again() {
    let wanted = Wanted::by(
        &[alert(Some("a.example"), None, None, [Some(("2001:DB8::0", 5)), Some(("192.0.2.1", 53))])],
        0,
    );
    assert_eq!(wanted.addresses(), 2);
    for (text, expected) in [("2001:db8::", Some(0)), ("192.0.2.1", Some(1)), ("192.0.2.2", None)] {
        assert_eq!(wanted.address_of(text.as_bytes()), expected, "{text}");
        assert_eq!(wanted.address(text.parse().unwrap()), expected, "{text}");
    }
}
