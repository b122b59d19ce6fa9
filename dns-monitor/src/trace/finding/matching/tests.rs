#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Write as _;

use serde_json::json;

use super::*;
use crate::trace::{
    alert::{Original, Place, Said, when::When},
    finding::unmatched::Unmatched,
    scan::{self, input::Input},
};

const SECOND: i64 = 1_000_000_000;
/// 2026-11-26T12:00:00Z.
const NOON: i64 = 1_795_694_400 * SECOND;

/// A lookup of the resolver, so many ms after noon, answered after 10 ms.
#[derive(Clone, Copy)]
struct Asked(i64, u16, u16, &'static str);

fn line(role: &str, Asked(ms, port, id, name): Asked, cause: Option<&str>) -> String {
    let (client, server) =
        if role == "resolver" { ("10.0.0.2", "192.0.2.53") } else { ("10.0.0.9", "10.0.0.2") };
    let time = jiff::Timestamp::from_nanosecond((NOON + ms * 1_000_000).into()).unwrap();
    let cause = cause.map(|host| json!([{"client": {"ip": host}, "certainty": "sole"}]));
    json!({
        "@timestamp": format!("{time:.9}"), "event": {"duration": 10_000_000},
        "client": {"ip": client, "port": port}, "server": {"ip": server, "port": 53},
        "dns": {"id": id.to_string(), "question": {"name": name}},
        "dns_monitor": {"role": role, "cause": cause.unwrap_or_else(|| json!([]))},
    })
    .to_string()
}

/// The events that all cases have.
fn events() -> String {
    let resolver = |asked, cause| line("resolver", asked, Some(cause));
    [
        resolver(Asked(0, 1001, 11, "one.example"), "10.0.0.11"),
        resolver(Asked(1000, 1002, 12, "two.example"), "10.0.0.12"),
        resolver(Asked(2000, 1003, 13, "three.example"), "10.0.0.13"),
        // The same connection and id once more, an hour later.
        resolver(Asked(3_600_000, 1001, 11, "one.example"), "10.0.0.21"),
        resolver(Asked(5000, 1004, 14, "www.four.example"), "10.0.0.14"),
        resolver(Asked(6000, 1005, 15, "www.four.example"), "10.0.0.15"),
        line("client", Asked(7000, 1006, 16, "asked.example"), None),
        line("resolver", Asked(7005, 1007, 17, "asked.example"), None),
    ]
    .join("\n")
}

/// An alert so many ms after noon, by a connection of the resolver's.
fn alert(ms: i64, port: Option<u16>, id: Option<u16>, name: Option<&str>) -> Alert {
    let end = |address: &str, port| Some(End { address: address.parse().unwrap(), port: Some(port) });
    let said = Said {
        when: Some(When { time: NOON + ms * 1_000_000, unit: 1000 }),
        ends: port.map_or([None, None], |port| [end("10.0.0.2", port), end("192.0.2.53", 53)]),
        id,
        name: name.map(Into::into),
        ..Said::default()
    };
    said.at(Place { file: "x".into(), line: 1 }, Original::Asked)
}

/// What comes out of the alerts, as text: how sure, and the machines; and the skew in ms.
fn trace(alerts: &[Alert], window: i64) -> (Vec<String>, Option<i64>) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(events().as_bytes()).unwrap();
    let length = file.metadata().unwrap().len();
    let wanted = Wanted::by(alerts, window);
    let scan = scan::run(vec![Input::File { file, length }], &wanted).unwrap();
    let found = Matcher::new(&scan, &wanted, window).all(alerts).unwrap();
    let told = found.findings.iter().zip(alerts).map(|(finding, alert)| match &finding.matched {
        Ok(matched) => {
            let machines: Vec<_> =
                matched.machines.iter().map(|machine| machine.client.ip.to_string()).collect();
            format!("{} {}", matched.sure.name(alert.said.when.is_some()), machines.join(" "))
        }
        Err(why) => Unmatched::name(why).to_owned(),
    });
    (told.collect(), found.skew.map(|skew| skew.ahead / 1_000_000))
}

#[test]
fn one_alert_by_what_it_names() {
    let changed = |mut alert: Alert, change: fn(&mut Said)| {
        change(&mut alert.said);
        alert
    };
    let timeless = |alert: Alert| changed(alert, |said| said.when = None);
    let one = |ms| alert(ms, Some(1001), Some(11), Some("one.example"));
    let answered = |ms| changed(one(ms), |said| said.of_response = true);
    let other_server = |alert: Alert| {
        changed(alert, |said| {
            let elsewhere = |end| End { address: "192.0.2.99".parse().unwrap(), ..end };
            said.ends[1] = said.ends[1].map(elsewhere);
        })
    };
    let reversed = |alert: Alert| changed(alert, |said| said.ends.reverse());
    let client_side = {
        let mut alert = alert(7000, Some(1006), Some(16), Some("asked.example"));
        alert.said.ends = ["10.0.0.9", "10.0.0.2"]
            .map(|address| Some(End { address: address.parse().unwrap(), port: None }));
        alert
    };
    let full = || alert(0, Some(1001), Some(11), Some("one.example"));
    let cases = [
        ("all", full(), "exact 10.0.0.11"),
        ("the response's direction", reversed(full()), "exact 10.0.0.11"),
        (
            "an hour later, the later one",
            alert(3_600_000, Some(1001), Some(11), Some("one.example")),
            "exact 10.0.0.21",
        ),
        (
            "a clock that is two hours off",
            alert(-7_200_000, Some(1002), Some(12), Some("two.example")),
            "exact 10.0.0.12",
        ),
        (
            "a clock that is two days off",
            alert(-172_800_000, Some(1002), Some(12), Some("two.example")),
            "before-memory",
        ),
        ("the response", answered(10), "exact 10.0.0.11"),
        ("no time", timeless(alert(0, Some(1002), Some(12), Some("two.example"))), "exact 10.0.0.12"),
        ("no id", alert(0, Some(1001), None, Some("one.example")), "flow-time 10.0.0.11"),
        ("no name", alert(0, Some(1001), Some(11), None), "flow-time 10.0.0.11"),
        ("no name, and another id", alert(0, Some(1001), Some(99), None), "no-such-lookup"),
        ("a connection alone", alert(1000, Some(1002), None, None), "flow-time 10.0.0.12"),
        ("a connection alone, without a time", timeless(alert(0, Some(1002), None, None)), "flow 10.0.0.12"),
        ("a rewritten port", alert(0, Some(2), Some(11), Some("one.example")), "id-name-time 10.0.0.11"),
        ("another server: NAT", other_server(full()), "id-name-time 10.0.0.11"),
        ("no connection", alert(1000, None, Some(12), Some("two.example")), "id-name-time 10.0.0.12"),
        (
            "no connection, no time",
            timeless(alert(0, None, Some(12), Some("two.example"))),
            "id-name 10.0.0.12",
        ),
        ("another id", alert(0, Some(1001), Some(99), Some("one.example")), "name-time 10.0.0.11"),
        ("a name", alert(2000, None, None, Some("three.example")), "name-time 10.0.0.13"),
        ("a name, no time", timeless(alert(0, None, None, Some("one.example"))), "name 10.0.0.11 10.0.0.21"),
        ("a domain", alert(5500, None, None, Some("four.example")), "name-time 10.0.0.14 10.0.0.15"),
        (
            "a domain with an id is a name",
            alert(5500, None, Some(14), Some("four.example")),
            "no-such-lookup",
        ),
        ("a name at another time", alert(600_000, None, None, Some("three.example")), "no-such-lookup"),
        ("the client's side", client_side, "id-name-time 10.0.0.9"),
        ("no cause: who waited", alert(7005, Some(1007), Some(17), Some("asked.example")), "exact 10.0.0.9"),
        ("another name", alert(0, Some(1001), Some(11), Some("x.example")), "no-such-lookup"),
    ];
    for (what, alert, expected) in cases {
        assert_eq!(trace(&[alert], SECOND).0, [expected], "{what}");
    }
}

#[test]
fn what_cannot_be_mistaken_tells_the_skew_for_the_rest() {
    let ahead = 60_000;
    let exact = |ms: i64| alert(ms + ahead, Some(1001), Some(11), Some("one.example"));
    let two = alert(1000 + ahead + 100, Some(1002), Some(12), Some("two.example"));
    let name = |ms: i64| alert(ms, None, None, Some("three.example"));
    let cases = [
        ("a name alone, with a clock ahead: nothing", vec![name(2000 + ahead)], vec!["no-such-lookup"], None),
        (
            "with the skew of an exact one it is found",
            vec![exact(0), name(2000 + ahead)],
            vec!["exact 10.0.0.11", "name-time 10.0.0.13"],
            Some(60_000),
        ),
        (
            "the median, of two between them",
            vec![exact(0), two, name(2000 + ahead)],
            vec!["exact 10.0.0.11", "exact 10.0.0.12", "name-time 10.0.0.13"],
            Some(60_050),
        ),
        (
            "and not where it is not",
            vec![exact(0), name(2000)],
            vec!["exact 10.0.0.11", "before-memory"],
            Some(60_000),
        ),
    ];
    for (what, alerts, expected, skew) in cases {
        let (found, ahead) = trace(&alerts, SECOND);
        assert_eq!(found, expected, "{what}");
        assert_eq!(ahead, skew, "{what}");
    }
}

#[test]
fn where_several_are_the_same_the_clocks_decide() {
    // By the skew of the others, the alert of half an hour is one of the hour's lookup.
    let ahead = -1_900_000;
    let found = trace(
        &[
            alert(1000 + ahead, Some(1002), Some(12), Some("two.example")),
            alert(2000 + ahead, Some(1003), Some(13), Some("three.example")),
            alert(3_600_000 + ahead, Some(1001), Some(11), Some("one.example")),
        ],
        SECOND,
    );
    assert_eq!(found.0, ["exact 10.0.0.12", "exact 10.0.0.13", "exact 10.0.0.21"]);
}

#[test]
fn more_lookups_than_are_told_of_are_counted() {
    let many: Vec<_> = (0..MOST_EVENTS as i64 + 44)
        .map(|ms| line("client", Asked(ms, 5, 6, "many.example"), None))
        .collect();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(many.join("\n").as_bytes()).unwrap();
    let length = file.metadata().unwrap().len();
    let alerts = [alert(0, None, None, Some("many.example"))];
    let wanted = Wanted::by(&alerts, SECOND);
    let scan = scan::run(vec![Input::File { file, length }], &wanted).unwrap();
    let found = Matcher::new(&scan, &wanted, SECOND).all(&alerts).unwrap();
    let Some(Ok(matched)) = found.findings.first().map(|finding| &finding.matched) else {
        unreachable!("a match")
    };
    assert_eq!((matched.events.len(), matched.more), (MOST_EVENTS, 44));
    assert_eq!(matched.events.first().map(|event| event.time()), Some(NOON), "the nearest are told of");
}
