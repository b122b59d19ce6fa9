//! Every event of every capture against the contract of `docs/EVENTS.md`, written down once more as data.
//!
//! `DNS_MONITOR_CAPTURES` names another folder of captures.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod contract_support;
mod replay_support;

use contract_support::{FIELDS, check};
use replay_support::{captures, replay};
use serde_json::Value;

/// Damaged at its end, as the file is meant to be: what comes before is replayed all the same.
const BROKEN_OFF: &[&str] = &[];

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
        assert_eq!(never, ["network.inner.vlan.id", "observer.ingress.interface.name"], "in no event at all");
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
