#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

#[test]
fn fields_may_be_in_any_order_and_most_may_be_absent() {
    let cases = [
        ("the least", r#"{"@timestamp":"2026-11-26T18:02:11.5Z"}"#, Ok((None, None, None, 0))),
        (
            "as the agent writes it",
            r#"{"@timestamp":"2026-11-26T18:02:11.5Z","event":{"duration":7},"client":{"ip":"192.0.2.1","port":5,"bytes":9},"dns":{"id":"4711","question":{"name":"a.example","type":"A","class":"IN"}},"dns_monitor":{"role":"resolver","verdict":"pass"}}"#,
            Ok((Some(4711), Some("a.example".to_owned()), Some(Role::Resolver), 7)),
        ),
        (
            "another order, and an id that is a number",
            r#"{"dns_monitor":{"role":"client"},"dns":{"question":{"type":"A","name":"a.example"},"id":4711},"x":[{}],"@timestamp":"2026-11-26T18:02:11.5Z"}"#,
            Ok((Some(4711), Some("a.example".to_owned()), Some(Role::Client), 0)),
        ),
        (
            "an id of more than 16 bits",
            r#"{"@timestamp":"2026-11-26T18:02:11.5Z","dns":{"id":"70000"}}"#,
            Err(()),
        ),
        (
            "an address that is none",
            r#"{"@timestamp":"2026-11-26T18:02:11.5Z","client":{"ip":"x"}}"#,
            Err(()),
        ),
        ("no time", r#"{"dns":{"id":"4711"}}"#, Err(())),
        ("a time that is none", r#"{"@timestamp":"now"}"#, Err(())),
        ("half a line", r#"{"@timestamp":"2026-11-26T18:02"#, Err(())),
        ("no object", "7", Err(())),
        ("nothing", "", Err(())),
    ];
    for (what, line, expected) in cases {
        let read = Event::read(line.as_bytes()).map_err(drop).map(|event| {
            let after = event.end() - event.time();
            (event.dns.id, event.name().map(str::to_owned), event.dns_monitor.role, after)
        });
        assert_eq!(read, expected, "{what}");
    }
}

#[test]
fn a_cause_is_written_as_it_was_read() {
    let text = r#"{"@timestamp":"2026-11-24T03:48:11.469033Z","client":{"ip":"10.53.0.11","port":42084,"domain":"laptop-17","mac":"02-53-00-00-85-C5"},"dns":{"id":"19627"},"question":{"name":"alias.lab.example","type":"A"},"certainty":"chained","chain":[{"via":"cname","name":"www.lab.example"}]}"#;
    let own = r#"{"certainty":"self","reason":"priming"}"#;
    let forgotten = r#"{"certainty":"none","forgotten":true}"#;
    for text in [text, own, forgotten, "{}"] {
        let cause: Cause = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&cause).unwrap(), text);
    }
}
