//! Rules that only the agent can judge: the first lookup passes, and from then on the kernel knows the name.
#![allow(clippy::unwrap_used, reason = "tests")]

use dns_monitor_tests::{
    Agent, Lab, Rules,
    event::{fits, has_role, said, text},
    oracle::read_query_log,
    wait,
};
use serde_json::{Value, json};

const RULES: &str = r#"
[[rule]]
name = "by-regex"
action = "nxdomain"
severity = "low"
regex = ['^evil[0-9]+\.']
[[rule]]
name = "by-entropy"
action = "sinkhole"
sinkhole = ["192.0.2.1"]
severity = "critical"
entropy = 3.9
[[rule]]
name = "by-looks"
action = "refused"
severity = "high"
lookalike = ["paypal.example"]
"#;

/// A name, what dig prints at the first lookup and at the next ones, and what their events say.
#[rustfmt::skip]
const LEARNED: &[(&str, &str, &str, [&str; 2])] = &[
    ("evil1.w.lab.example", "status: NOERROR", "status: NXDOMAIN", [
        "alert allowed dns-lookup success answer NOERROR pass next low by-regex",
        "alert denied dns-answer success answer NXDOMAIN nxdomain kernel low by-regex",
    ]),
    ("q7f3k9x2z8w1v5b4.w.lab.example", "192.0.2.82", "192.0.2.1\n", [
        "alert allowed dns-lookup success answer NOERROR pass next critical by-entropy",
        "alert denied dns-answer success answer NOERROR sinkhole kernel critical by-entropy",
    ]),
    ("login.paypa1.example", "status: NXDOMAIN", "status: REFUSED", [
        "alert allowed dns-lookup success answer NXDOMAIN pass next high by-looks",
        "alert denied dns-answer failure answer REFUSED refused kernel high by-looks",
    ]),
];

/// Waits until `rules stats` counts the learned names so.
fn wait_learned(rules: &Rules<'_>, expected: &Value) {
    let mut last = Value::Null;
    let learned = wait::until("the kernel has learned it", || {
        last = rules.ask(&["stats"])?["learned"].take();
        Ok(fits(&last, expected).then_some(()))
    });
    assert!(learned.is_ok(), "{learned:?}: {last}");
}

/// The events of the clients' lookups of a name, in order, once there are so many.
fn events(agent: &mut Agent, name: &str, count: usize) -> Vec<String> {
    let of_name = |event: &Value| has_role(event, "client") && text(event, "dns.question.name") == Some(name);
    let events = agent.wait_events(name, count, of_name).unwrap();
    events.iter().map(said).collect()
}

fn times_seen(lab: &Lab, name: &str) -> usize {
    let log = read_query_log(&lab.resolver_named().query_log().unwrap()).unwrap();
    log.iter().filter(|logged| logged.name == name && logged.client == "10.53.0.10").count()
}

#[test]
fn the_first_lookup_passes_and_the_second_is_blocked() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.configure("", RULES).unwrap();
    let mut agent = rules.start(&[]).unwrap();
    for (learned, (name, first, then, events_are)) in LEARNED.iter().enumerate() {
        let printed = lab.ask(0, &[name, "A"]).unwrap();
        assert!(printed.contains(*first), "{name}:\n{printed}");
        wait_learned(&rules, &json!({"now": learned + 1, "max": 65_536, "evicted": 0, "refused": 0}));
        let printed = lab.ask(0, &[name, "A"]).unwrap();
        assert!(printed.contains(*then), "{name}:\n{printed}");
        // Of any type, and from any client; but not what is above or below.
        drop(lab.ask(0, &[name, "AAAA"]).unwrap());
        assert_eq!(events(&mut agent, name, 3), [events_are[0], events_are[1], events_are[1]], "{name}");
        assert_eq!(times_seen(&lab, name), 1, "{name}");
    }
    let printed = lab.ask(0, &["+short", "below.evil1.w.lab.example", "A"]).unwrap();
    assert_eq!(printed, "192.0.2.82\n");
    assert_eq!(rules.hits("by-regex").unwrap(), 3);
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn what_was_learned_is_forgotten_after_its_time() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.configure("learn_ttl = \"1s\"", RULES).unwrap();
    let mut agent = rules.start(&[]).unwrap();
    let name = "evil2.w.lab.example";
    // Ask until it was let through, blocked, and let through again.
    let (mut asked, mut seen) = (0, String::new());
    let over = wait::until("it passes, is blocked, and passes", || {
        drop(lab.ask(0, &[name, "A"])?);
        asked += 1;
        let how = |said: &String| said.split(' ').nth(7).unwrap_or_default().to_owned();
        seen = events(&mut agent, name, asked).iter().map(how).collect::<Vec<_>>().join(" ");
        Ok((seen.contains("next kernel") && seen.contains("kernel next")).then_some(()))
    });
    assert!(over.is_ok() && seen.starts_with("next"), "{over:?}: {seen}");
    let passed = seen.matches("next").count();
    assert_eq!(times_seen(&lab, name), passed, "{seen}");
    wait_learned(&rules, &json!({"now": 0}));
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn the_oldest_of_too_many_learned_names_goes_first() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.configure("learn_max = 4", RULES).unwrap();
    let agent = rules.start(&[]).unwrap();
    let name = |number: u64| format!("evil{number}.w.lab.example");
    let rcode = |number| {
        let printed = lab.ask(0, &[&name(number), "A"]).unwrap();
        printed.split_once("status: ").unwrap().1.split_once(',').unwrap().0.to_owned()
    };
    for number in 1..=6_u64 {
        assert_eq!(rcode(number), "NOERROR", "{number}");
        let evicted = number.saturating_sub(4);
        wait_learned(&rules, &json!({"now": number.min(4), "max": 4, "evicted": evicted, "refused": 0}));
    }
    for number in 3..=6 {
        assert_eq!(rcode(number), "NXDOMAIN", "{number}");
    }
    assert_eq!(rcode(1), "NOERROR");
    wait_learned(&rules, &json!({"now": 4, "evicted": 3}));
    assert_eq!((rcode(1), rcode(3)), ("NXDOMAIN".into(), "NOERROR".into()));
    assert!(agent.stop().unwrap().status.success());
}

#[test]
fn without_room_nothing_is_learned_and_nothing_blocked() {
    let lab = Lab::new().unwrap();
    let rules = Rules::new(&lab).unwrap();
    rules.configure("learn_max = 0", RULES).unwrap();
    let mut agent = rules.start(&[]).unwrap();
    let says = "alert allowed dns-lookup success answer NOERROR pass no low by-regex";
    for count in 1..=3 {
        drop(lab.ask(0, &["evil3.w.lab.example", "A"]).unwrap());
        assert_eq!(events(&mut agent, "evil3.w.lab.example", count), vec![says; count]);
    }
    assert_eq!(times_seen(&lab, "evil3.w.lab.example"), 3);
    assert!(agent.stop().unwrap().status.success());
}
