//! Every event of every capture against the contract of `docs/EVENTS.md`, written down once more as data.
//!
//! `DNS_MONITOR_CAPTURES` names another folder of captures.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod contract_support;
mod replay_support;

use contract_support::{FIELDS, check, judged};
use replay_support::{captures, replay};
use serde_json::Value;

/// Damaged at its end, as the file is meant to be: what comes before is replayed all the same.
const BROKEN_OFF: &[&str] = &[];

/// What only a kernel with rules, another link, a lease file, a forwarder or a longer talk has to tell.
const IN_NO_CAPTURE: &[&str] = &[
    "network.inner.vlan.id",
    "client.domain",
    "observer.ingress.interface.name",
    "rule.id",
    "rule.name",
    "rule.ruleset",
    "rule.category",
    "dns_monitor.enforced",
    "dns_monitor.severity",
    "dns_monitor.true_client.ip",
    "dns_monitor.true_client.domain",
    "dns_monitor.true_client.mac",
    "dns_monitor.filled_by.@timestamp",
    "dns_monitor.filled_by.client.ip",
    "dns_monitor.filled_by.client.port",
    "dns_monitor.filled_by.client.domain",
    "dns_monitor.filled_by.client.mac",
    "dns_monitor.filled_by.dns.id",
    "dns_monitor.cause_more",
];

#[test]
fn every_event_keeps_the_contract() {
    let (mut events, mut seen) = (0, vec![false; FIELDS.len()]);
    for file in captures() {
        let output = replay(&[file.as_os_str()]);
        let broken = BROKEN_OFF.iter().any(|name| file.ends_with(name));
        assert_eq!(output.status.success(), !broken, "{}: {output:?}", file.display());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'), "{}: the last line is whole", file.display());
        for (sequence, line) in text.lines().enumerate() {
            let place = format!("{} event {sequence}: {line}", file.display());
            let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {place}"));
            // A field that came twice would be lost in reading.
            assert_eq!(event.to_string().len(), line.len(), "{place}");
            assert_eq!(event["event"]["sequence"], sequence, "{place}");
            check(&event, &mut seen).unwrap_or_else(|error| panic!("{error}: {place}"));
            events += 1;
        }
    }
    assert!(events > 0, "no capture has an event");
    // What the captures of this project hold; a folder of one's own may hold less.
    if std::env::var_os("DNS_MONITOR_CAPTURES").is_none() {
        let never: Vec<_> =
            FIELDS.iter().zip(&seen).filter(|(_, seen)| !**seen).map(|(field, _)| field.path).collect();
        assert_eq!(never, IN_NO_CAPTURE, "in no event at all");
    }
}

#[test]
fn judged_lookups_keep_the_contract() {
    let mut seen = vec![false; FIELDS.len()];
    for &(went, made, expected) in judged::CASES {
        let event = judged::event(went, made);
        assert_eq!(judged::line(&event), expected, "{went:?} {made:?}");
        check(&event, &mut seen).unwrap_or_else(|error| panic!("{error}: {went:?} {made:?}: {event}"));
    }
    let of_rules = |path: &str| path.starts_with("rule.") || path.ends_with(".enforced");
    let never: Vec<_> =
        FIELDS.iter().zip(&seen).filter(|(_, seen)| !**seen).map(|(field, _)| field.path).collect();
    assert!(!never.iter().any(|path| of_rules(path)), "in no event at all: {never:?}");
}

/// What is said of a judgement does not fit together: each of these changes is noticed.
#[test]
fn judgements_that_contradict_themselves_are_noticed() {
    let blocked = judged::CASES.iter().find(|(.., line)| line.contains("denied dns-answer success")).unwrap();
    let good = judged::event(blocked.0, blocked.1);
    check(&good, &mut vec![false; FIELDS.len()]).unwrap();
    let changes: &[(&str, Option<Value>)] = &[
        ("/event/kind", Some(Value::from("alarm"))),
        ("/event/type", Some(Value::from(vec!["protocol", "allowed"]))),
        ("/event/action", Some(Value::from("dns-lookup"))),
        ("/event/action", Some(Value::from("dns-drop"))),
        ("/event/duration", Some(Value::from(0))),
        ("/rule/id", None),
        ("/rule/name", None),
        ("/rule/ruleset", None),
        ("/rule/category", Some(Value::from(""))),
        ("/dns_monitor/verdict", Some(Value::from("pass"))),
        ("/dns_monitor/verdict", Some(Value::from("drop"))),
        ("/dns_monitor/verdict", Some(Value::from("would-nxdomain"))),
        ("/dns_monitor/verdict", Some(Value::from("would-pass"))),
        ("/dns_monitor/enforced", None),
        ("/dns_monitor/enforced", Some(Value::from("next"))),
        ("/dns_monitor/enforced", Some(Value::from("reset"))),
        ("/dns_monitor/severity", Some(Value::from("bad"))),
    ];
    for (path, value) in changes {
        let mut bad = good.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let fields = bad.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
        match value {
            Some(value) => drop(fields.insert(name.to_owned(), value.clone())),
            None => drop(fields.remove(name).unwrap()),
        }
        assert!(check(&bad, &mut vec![false; FIELDS.len()]).is_err(), "{path} = {value:?}");
    }
}

/// The contract can be broken: each of these changes is noticed.
#[test]
fn what_breaks_the_contract_is_noticed() {
    let file = captures().into_iter().find(|file| file.ends_with("compactor/dns.pcap"));
    let Some(file) = file.or_else(|| captures().into_iter().next()) else { panic!("no captures") };
    let output = String::from_utf8(replay(&[file.as_os_str()]).stdout).unwrap();
    let good: Value = serde_json::from_str(output.lines().next().unwrap()).unwrap();
    check(&good, &mut vec![false; FIELDS.len()]).unwrap();
    let changes: &[(&str, Value)] = &[
        ("/unknown", Value::from(1)),
        ("/dns/unknown", Value::from("x")),
        ("/client.ip", Value::from("192.0.2.1")),
        ("/client/ip", Value::from("")),
        ("/client/ip", Value::Null),
        ("/client/port", Value::from("53")),
        ("/client/port", Value::from(65_536)),
        ("/event/sequence", Value::from(-1)),
        ("/event/id", Value::from("17979cfe362a0000")),
        ("/event/outcome", Value::from("maybe")),
        ("/event/type", Value::from("protocol")),
        ("/dns/header_flags", Value::from(vec!["ZZ"])),
        ("/dns/question/name", Value::from("example.com.")),
        ("/dns/question/name", Value::from("Example.com")),
        ("/@timestamp", Value::from("2023-11-14T22:13:20Z")),
    ];
    for (path, value) in changes {
        let mut bad = good.clone();
        let (parent, name) = path.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[name] = value.clone();
        assert!(check(&bad, &mut vec![false; FIELDS.len()]).is_err(), "{path} = {value}");
    }
}
