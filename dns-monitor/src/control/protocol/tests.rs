//! Lines as data.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::panic, reason = "a test that cannot go on has failed")]

use super::*;

fn text<M: Serialize>(message: &M) -> String {
    String::from_utf8(encode(message).unwrap()).unwrap()
}

#[test]
fn requests_read_as_documented_and_come_back_the_same() {
    let name = || "bad.example".to_owned();
    let cases = [
        (Request::Reload {}, r#"{"version":1,"command":"reload"}"#),
        (Request::Stats {}, r#"{"version":1,"command":"stats"}"#),
        (Request::Manual {}, r#"{"version":1,"command":"manual"}"#),
        (
            Request::Explain { name: name(), qtype: 65, client: Some("192.0.2.1".parse().unwrap()) },
            r#"{"version":1,"command":"explain","name":"bad.example","type":"HTTPS","client":"192.0.2.1"}"#,
        ),
        (
            Request::Explain { name: name(), qtype: 65_280, client: None },
            r#"{"version":1,"command":"explain","name":"bad.example","type":"TYPE65280"}"#,
        ),
        (
            Request::Allow { name: name(), for_seconds: None },
            r#"{"version":1,"command":"allow","name":"bad.example"}"#,
        ),
        (
            Request::Block { name: name(), for_seconds: Some(60), action: Block::TcpOnly, i_mean_it: false },
            r#"{"version":1,"command":"block","name":"bad.example","for_seconds":60,"action":"tcp-only","i_mean_it":false}"#,
        ),
        (Request::Forget { name: name() }, r#"{"version":1,"command":"forget","name":"bad.example"}"#),
    ];
    for (request, line) in cases {
        assert_eq!(text(&request), format!("{line}\n"), "{request:?}");
        assert_eq!(decode::<Request>(line.as_bytes()).unwrap(), request, "{line}");
    }
}

#[test]
fn responses_come_back_the_same() {
    let mut warned = Response::done("done");
    warned.warn("careful".into());
    let cases = [
        (Response::done("it is"), r#"{"version":1,"result":"done","message":"it is"}"#),
        (warned, r#"{"version":1,"result":"done","message":"done","warnings":["careful"]}"#),
        (Response::error("a\nb"), r#"{"version":1,"result":"error","message":"a\nb"}"#),
        (Response::Manual { rules: Vec::new() }, r#"{"version":1,"result":"manual","rules":[]}"#),
    ];
    for (response, line) in cases {
        assert_eq!(text(&response), format!("{line}\n"), "{response:?}");
        assert_eq!(decode::<Response>(line.as_bytes()).unwrap(), response, "{line}");
    }
}

#[test]
fn what_is_no_request_is_told_so() {
    let cases: &[(&str, &str)] = &[
        ("", "not a JSON object on one line"),
        ("rubbish", "not a JSON object on one line"),
        ("[1]", "not a JSON object on one line"),
        ("{} {}", "not a JSON object on one line"),
        (r#"{"command":"stats"}"#, "no \"version\", this side speaks version 1"),
        (r#"{"version":2,"command":"stats"}"#, "version 2 of the protocol, this side speaks version 1"),
        (r#"{"version":"1","command":"stats"}"#, "version \"1\" of the protocol"),
        (r#"{"version":1}"#, "missing field `command`"),
        (
            r#"{"version":1,"command":"rm"}"#,
            "unknown variant `rm`, expected one of `reload`, `status`, `stats`",
        ),
        (r#"{"version":1,"command":"allow"}"#, "missing field `name`"),
        (r#"{"version":1,"command":"allow","name":7}"#, "invalid type"),
        (r#"{"version":1,"command":"stats","name":"a"}"#, "unknown field `name`"),
        // A slip in the name of a field must not make a rule for ever of one for an hour.
        (r#"{"version":1,"command":"allow","name":"a","for":3600}"#, "unknown field `for`"),
        (r#"{"version":1,"command":"allow","name":"a","for_seconds":-1}"#, "invalid value"),
        (r#"{"version":1,"command":"block","name":"a","action":"allow"}"#, "unknown variant `allow`"),
        (r#"{"version":1,"command":"explain","name":"a","type":"B"}"#, "\"B\" is no query type"),
        (r#"{"version":1,"command":"explain","name":"a","type":"A","client":"b"}"#, "invalid IP address"),
    ];
    for (line, expected) in cases {
        let Err(error) = decode::<Request>(line.as_bytes()) else { panic!("{line}: taken for good") };
        assert!(error.to_string().contains(expected), "{line}: {error}");
    }
}

#[test]
fn types_are_read_by_name_and_by_number() {
    let cases = [
        ("A", Some(1)),
        ("aaaa", Some(28)),
        ("ANY", Some(255)),
        ("TYPE28", Some(28)),
        ("type65535", Some(65_535)),
        ("65", Some(65)),
        ("TYPE65536", None),
        ("TYPE", None),
        ("TYPE+1", None),
        ("+1", None),
        ("", None),
        ("B", None),
        ("ÄÖÜ", None),
    ];
    for (text, expected) in cases {
        assert_eq!(rr_type::parse(text), expected, "{text:?}");
    }
}
