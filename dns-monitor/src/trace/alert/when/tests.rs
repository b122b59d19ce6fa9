#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

/// 2026-11-26T18:00:00Z.
const NOW: i64 = 1_795_716_000 * SECOND;

fn clock(zone: &str) -> Clock {
    Clock { zone: super::zone(zone).unwrap(), now: NOW }
}

#[test]
fn times_of_every_form() {
    let cases = [
        ("Suricata", "2026-11-26T18:02:11.123456+0100", "2026-11-26T17:02:11.123456Z", 1_000),
        ("RFC 3339", "2026-11-26T18:02:11.123456789Z", "2026-11-26T18:02:11.123456789Z", 1),
        ("RFC 5424 with an offset", "2026-11-26T18:02:11.123-05:00", "2026-11-26T23:02:11.123Z", 1_000_000),
        ("no zone: that of the clock", "2026-11-26T18:02:11", "2026-11-26T16:02:11Z", SECOND),
        ("a blank, and a comma", "2026-11-26 18:02:11,5", "2026-11-26T16:02:11.5Z", 100_000_000),
        ("Zeek", "1795716131.123071", "2026-11-26T18:02:11.123071Z", 1_000),
        ("seconds", "1795716131", "2026-11-26T18:02:11Z", SECOND),
        ("milliseconds, as CEF has them", "1795716131123", "2026-11-26T18:02:11.123Z", 1_000_000),
        ("microseconds", "1795716131123456", "2026-11-26T18:02:11.123456Z", 1_000),
        ("nanoseconds", "1795716131123456789", "2026-11-26T18:02:11.123456789Z", 1),
        ("syslog, of this year", "Nov 26 18:02:11", "2026-11-26T16:02:11Z", SECOND),
        ("syslog, of last year", "Dec 24 18:02:11", "2025-12-24T16:02:11Z", SECOND),
        ("a little in the future is this year", "Nov 27 12:00:00", "2026-11-27T10:00:00Z", SECOND),
        ("a day of one digit", "Nov  6 08:02:11", "2026-11-06T06:02:11Z", SECOND),
        ("CEF with a year and a zone", "Nov 26 2026 18:02:11.123 UTC", "2026-11-26T18:02:11.123Z", 1_000_000),
        ("the day first", "26 Nov 2026 18:02:11", "2026-11-26T16:02:11Z", SECOND),
        ("a named zone", "Nov 26 2026 18:02:11 Europe/Berlin", "2026-11-26T17:02:11Z", SECOND),
        ("an offset", "Nov 26 2026 18:02:11 +0300", "2026-11-26T15:02:11Z", SECOND),
        ("fast.log", "11/26/2026-18:02:11.123456", "2026-11-26T16:02:11.123456Z", 1_000),
        ("Snort", "11/26-18:02:11.123456", "2026-11-26T16:02:11.123456Z", 1_000),
        ("Snort, with a short year", "11/26/26-18:02:11.123456", "2026-11-26T16:02:11.123456Z", 1_000),
    ];
    for (what, text, expected, unit) in cases {
        let time = nanoseconds(expected.parse().unwrap());
        assert_eq!(clock("+02:00").read(text), Some(When { time, unit }), "{what}: {text}");
    }
}

#[test]
fn what_is_no_time_is_none() {
    let cases = [
        "",
        "yesterday",
        "18:02:11",
        "2026-13-26T18:02:11Z",
        "2026-11-26T25:02:11Z",
        "2026-11-26T18:02",
        "Nov 31 18:02:11",
        "Nov 26",
        "13/26/2026-18:02:11.1",
        "11/26/2026-18:99:11.1",
        "12345",
        "1795716131123.5",
        "99999999999999999999",
        "-1795716131",
        "1.5.2",
        "2026-11-2\u{fc}",
    ];
    for text in cases {
        let read = clock("UTC").read(text);
        assert!(read.is_none() || text == "2026-11-26T18:02", "{text}: {read:?}");
    }
}

#[test]
fn the_29th_of_february_is_in_a_year_that_has_it() {
    let clock = Clock { zone: TimeZone::UTC, now: nanoseconds("2025-02-27T12:00:00Z".parse().unwrap()) };
    let expected = nanoseconds("2024-02-29T10:00:00Z".parse().unwrap());
    assert_eq!(clock.read("Feb 29 10:00:00").map(|when| when.time), Some(expected));
}

#[test]
fn differences_know_how_finely_a_time_is_given() {
    let second = When { time: 5 * SECOND, unit: SECOND };
    let cases = [
        ("before it", second, 4 * SECOND, SECOND),
        ("at its begin", second, 5 * SECOND, 0),
        ("within the second", second, 5 * SECOND + 999_999_999, 0),
        ("after it", second, 6 * SECOND, -1),
        ("exact times", When { time: 5, unit: 1 }, 7, -2),
        ("equal", When { time: 5, unit: 1 }, 5, 0),
        ("far away", When { time: i64::MIN, unit: SECOND }, i64::MAX, i64::MIN),
    ];
    for (what, when, time, expected) in cases {
        assert_eq!(when.after(time), expected, "{what}");
    }
}

#[test]
fn zones_by_name_and_by_offset() {
    let cases = [
        ("UTC", Some(0)),
        ("+02:00", Some(7200)),
        ("-0530", Some(-19_800)),
        ("Mars/Olympus", None),
        ("+25:00:00:00", None),
        ("", None),
    ];
    for (text, expected) in cases {
        let offset = zone(text).map(|zone| zone.to_offset(Timestamp::UNIX_EPOCH).seconds());
        assert_eq!(offset, expected, "{text}");
    }
}
