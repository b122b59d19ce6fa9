#![allow(clippy::unwrap_used, reason = "tests")]

use std::rc::Rc;

use serde_json::json;

use super::*;
use crate::trace::{
    alert::{End, Original, Place, Said, when::When},
    event::Event,
    finding::{Matched, Sure, machine, unmatched::Unmatched},
};

const EVE: &str = r#"{"timestamp": "2026-11-26T00:00:01.500000+0000", "flow_id":12345678901234567890123, "z":1.50, "event_type":"alert"}"#;

fn alert(original: Original) -> Alert {
    let end = |address: &str, port| Some(End { address: address.parse().unwrap(), port: Some(port) });
    let said = Said {
        when: Some(When { time: 1_795_651_201_500_000_000, unit: 1000 }),
        ends: [end("10.53.0.2", 41_523), end("10.53.0.103", 53)],
        id: Some(4711),
        name: Some("www.lab.example".into()),
        about: Some("bad \u{1b}[31mname".into()),
        ..Said::default()
    };
    said.at(Place { file: "eve.json".into(), line: 7 }, original)
}

fn resolver() -> Rc<Event> {
    let value = json!({
        "@timestamp": "2026-11-26T00:00:01.25Z", "event": {"duration": 800_000},
        "client": {"ip": "10.53.0.2", "port": 41_523}, "server": {"ip": "10.53.0.103", "port": 53},
        "dns": {
            "id": "4711", "question": {"name": "www.lab.example", "type": "A"}, "response_code": "NOERROR",
            "answers": [{"name": "www.lab.example", "type": "A", "data": "192.0.2.80"}], "resolved_ip": ["192.0.2.80"],
        },
        "dns_monitor": {"role": "resolver", "cause": [{
            "@timestamp": "2026-11-26T00:00:01.24Z",
            "client": {"ip": "10.53.0.11", "port": 42_084, "domain": "laptop-17", "mac": "02-53-00-00-85-C5"},
            "dns": {"id": "19627"}, "question": {"name": "alias.lab.example", "type": "A"}, "certainty": "chained",
            "chain": [{"via": "cname", "name": "www.lab.example"}],
        }]},
    });
    Rc::new(serde_json::from_value(value).unwrap())
}

fn hit() -> Rc<Event> {
    let value = json!({
        "@timestamp": "2026-11-26T00:00:02Z", "event": {"duration": 100_000},
        "client": {"ip": "10.53.0.12", "port": 5}, "server": {"ip": "10.53.0.2", "port": 53},
        "dns": {
            "id": "5", "question": {"name": "alias.lab.example", "type": "A"}, "response_code": "NOERROR",
            "answers": [{"name": "alias.lab.example", "type": "CNAME", "data": "www.lab.example"}], "resolved_ip": ["192.0.2.80"],
        },
        "dns_monitor": {
            "role": "client", "verdict": "pass", "cache": "hit",
            "filled_by": {"@timestamp": "2026-11-26T00:00:01.24Z", "client": {"ip": "10.53.0.11"}, "dns": {"id": "19627"}},
        },
    });
    Rc::new(serde_json::from_value(value).unwrap())
}

fn found(sure: Sure, events: &[Rc<Event>], more: u64) -> Finding {
    let machines = machine::of(events, &[]);
    Finding { matched: Ok(Matched { sure, events: events.to_vec(), more, machines }) }
}

const SKEW: Option<Skew> = Some(Skew { ahead: 250_000_000, spread: 1_500, matches: 3 });

fn text_of(alert: &Alert, finding: &Finding) -> String {
    let mut out = String::new();
    text::paragraph(&Traced { alert, finding, skew: SKEW }, &mut out).unwrap();
    out
}

#[test]
fn a_paragraph_tells_the_machine_and_why() {
    let alert = alert(Original::Asked);
    let cases = [
        (
            "a cause with a chain",
            found(Sure::Exact, &[resolver()], 0),
            "eve.json:7  2026-11-26T00:00:01.500000Z  10.53.0.2#41523 -> 10.53.0.103#53  www.lab.example  id 4711\n\
             \u{20} bad  [31mname\n\
             \u{20} exact: connection, id and name are the same\n\
             \u{20} the sensor's clock is 250.000 ms ahead of the resolver's (3 exact matches, within 0.001 ms)\n\
             \u{20} machine laptop-17 10.53.0.11 02-53-00-00-85-C5  chained: what it asked for leads there\n\
             \u{20}   2026-11-26T00:00:01.240000Z  client 10.53.0.11#42084 asks alias.lab.example A (id 19627); cname www.lab.example\n\
             \u{20}   2026-11-26T00:00:01.250000Z  resolver 10.53.0.2#41523 asks www.lab.example A (id 4711) of 10.53.0.103\n\
             \u{20}   2026-11-26T00:00:01.250800Z  answer NOERROR 192.0.2.80\n\n",
        ),
        (
            "an answer from the cache, and more",
            found(Sure::Name, &[hit()], 3),
            "eve.json:7  2026-11-26T00:00:01.500000Z  10.53.0.2#41523 -> 10.53.0.103#53  www.lab.example  id 4711\n\
             \u{20} bad  [31mname\n\
             \u{20} name-time: only the name is the same\n\
             \u{20} the sensor's clock is 250.000 ms ahead of the resolver's (3 exact matches, within 0.001 ms)\n\
             \u{20} machine 10.53.0.12  asked for it\n\
             \u{20}   2026-11-26T00:00:02.000000Z  client 10.53.0.12#5 asks alias.lab.example A (id 5) of 10.53.0.2\n\
             \u{20}   2026-11-26T00:00:02.000100Z  answer NOERROR; cname www.lab.example 192.0.2.80 from the cache, \
             fetched for 10.53.0.11 at 2026-11-26T00:00:01.240000Z\n\
             \u{20}   and 3 more lookups\n\n",
        ),
        (
            "nothing",
            Finding { matched: Err(Unmatched::NoEvents) },
            "eve.json:7  2026-11-26T00:00:01.500000Z  10.53.0.2#41523 -> 10.53.0.103#53  www.lab.example  id 4711\n\
             \u{20} bad  [31mname\n\
             \u{20} no match: there are no events\n\n",
        ),
    ];
    for (what, finding, expected) in cases {
        assert_eq!(text_of(&alert, &finding), expected, "{what}");
    }
}

#[test]
fn the_alert_is_enriched_and_otherwise_as_it_was() {
    const MACHINE: &str = r#""machines":[{"client":{"ip":"10.53.0.11","port":42084,"domain":"laptop-17","mac":"02-53-00-00-85-C5"},"certainty":"chained","lookups":1,"first":"2026-11-26T00:00:01.24Z","last":"2026-11-26T00:00:01.24Z"}],"lookups":[{"@timestamp":"2026-11-26T00:00:01.25Z","role":"resolver","client":{"ip":"10.53.0.2","port":41523},"server":{"ip":"10.53.0.103","port":53},"dns":{"id":"4711","question":{"name":"www.lab.example","type":"A"},"response_code":"NOERROR","resolved_ip":["192.0.2.80"]},"duration":800000,"cause":[{"@timestamp":"2026-11-26T00:00:01.24Z","client":{"ip":"10.53.0.11","port":42084,"domain":"laptop-17","mac":"02-53-00-00-85-C5"},"dns":{"id":"19627"},"question":{"name":"alias.lab.example","type":"A"},"certainty":"chained","chain":[{"via":"cname","name":"www.lab.example"}]}]}],"clock":{"ahead":250000000,"spread":1500,"matches":3}"#;
    const RELATED: &str = r#""related":{"ip":["10.53.0.11"],"hosts":["laptop-17"]}"#;
    let json = |text: &str| Original::Json(text.into());
    let open = EVE.trim_end_matches('}').replace(": \"2026", ":\"2026").replace(", \"", ",\"");
    let trace = format!(r#""trace":{{"sure":"exact",{MACHINE}}}"#);
    let exact = || found(Sure::Exact, &[resolver()], 0);
    let none = || Finding { matched: Err(Unmatched::NoEvents) };
    let unmatched = r#""trace":{"unmatched":{"reason":"no-events","text":"there are no events"},"clock":{"ahead":250000000,"spread":1500,"matches":3}}"#;
    let cases = [
        (
            "EVE: numbers as they were",
            json(EVE),
            exact(),
            format!(r#"{open},{RELATED},"dns_monitor":{{{trace}}}}}"#),
        ),
        (
            "words",
            Original::Text("bad \"name\"".into()),
            exact(),
            format!(r#"{{"event":{{"original":"bad \"name\""}},{RELATED},"dns_monitor":{{{trace}}}}}"#),
        ),
        ("the command line", Original::Asked, exact(), format!(r#"{{{RELATED},"dns_monitor":{{{trace}}}}}"#)),
        (
            "what is there already stays",
            json(
                r#"{"related":{"ip":["192.0.2.1","10.53.0.11"],"user":["x"]},"dns_monitor":{"role":"client"},"a":1}"#,
            ),
            exact(),
            format!(
                r#"{{"related":{{"ip":["192.0.2.1","10.53.0.11"],"user":["x"],"hosts":["laptop-17"]}},"dns_monitor":{{"role":"client",{trace}}},"a":1}}"#
            ),
        ),
        ("no match", json(r#"{"a":1}"#), none(), format!(r#"{{"a":1,"dns_monitor":{{{unmatched}}}}}"#)),
    ];
    for (what, original, finding, expected) in cases {
        let alert = alert(original);
        let line = json::line(&Traced { alert: &alert, finding: &finding, skew: SKEW }).unwrap();
        assert_eq!(line, expected, "{what}");
    }
}
