//! Questions, and what EDNS says about them.

use super::{messages::*, *};

/// The query for a name of the wire form, unanswered; and what its event says.
fn asks(what: &'static str, name: &[u8], qtype: u16, question_is: Value, monitor: Value) -> Case {
    let query = message(QUERY, [1, 0, 0, 0], &[&question(name, qtype)]);
    let changes = json!({
        "event": {"outcome": "failure", "duration": null},
        "client": {"bytes": query.len()},
        "server": {"bytes": null},
        "dns": {"type": "query", "header_flags": ["RD"], "response_code": null, "question": question_is},
        "dns_monitor": monitor,
    });
    (what, Scene::unanswered(query), changes)
}

#[test]
fn names_are_never_ambiguous() {
    let none = || json!({});
    run(vec![
        asks(
            "the root",
            ROOT,
            A,
            json!({"name": ".", "registered_domain": null, "top_level_domain": null, "subdomain": null}),
            none(),
        ),
        asks(
            "a top-level domain",
            b"\x03com\0",
            A,
            json!({"name": "com", "registered_domain": null, "subdomain": null}),
            none(),
        ),
        asks(
            "mixed case (0x20)",
            b"\x03wWw\x07eXAMPLe\x03COM\0",
            A,
            none(),
            json!({"original_name": "wWw.eXAMPLe.COM"}),
        ),
        asks(
            "a dot, a quote and a backslash in a label",
            b"\x05A.\"\\b\x07example\x03com\0",
            A,
            json!({"name": r#"a\."\\b.example.com"#, "subdomain": r#"a\."\\b"#}),
            json!({"original_name": r#"A\."\\b.example.com"#}),
        ),
        asks(
            "bytes that are no characters",
            b"\x05\0\n \x7f\xff\x07example\x03com\0",
            A,
            json!({"name": r"\000\010\032\127\255.example.com", "subdomain": r"\000\010\032\127\255"}),
            none(),
        ),
        asks(
            "a public suffix of two labels, one of which only looks so",
            b"\x06foo.co\x02uk\0",
            A,
            json!({
                "name": r"foo\.co.uk",
                "registered_domain": r"foo\.co.uk",
                "top_level_domain": "uk",
                "subdomain": null,
            }),
            none(),
        ),
        asks("a type without a name", WWW, 65280, json!({"type": "TYPE65280"}), none()),
    ]);
}

#[test]
fn a_class_without_a_name_reads_as_a_number() {
    let query = message(QUERY, [1, 0, 0, 0], &[WWW, b"\0\x01\0\x0c"]);
    let (event, _) = Scene::unanswered(query).json();
    assert_eq!(event["dns"]["question"]["class"], "CLASS12");
}

#[test]
fn edns_tells_who_asked_and_what_for() {
    let asked = question(WWW, A);
    let with = |flags: u16, wants_dnssec: bool, options: &[u8]| {
        message(flags, [1, 0, 0, 1], &[&asked, &opt(0, wants_dnssec, options)])
    };
    let subnet = b"\0\x08\0\x07\0\x01\x18\0\xc6\x33\x64";
    let both = |query: Vec<u8>, response: Vec<u8>| {
        let bytes = json!({"client": {"bytes": query.len()}, "server": {"bytes": response.len()}});
        (Scene { query: Some(query), ..Scene::answered(response) }, bytes)
    };
    let case = |what, (scene, mut changes): (Scene, Value), also: Value| {
        merge(&mut changes, &also);
        (what, scene, changes)
    };
    run(vec![
        case(
            "a client subnet in the query",
            both(with(QUERY, false, subnet), with(NOERROR, false, b"")),
            json!({"dns_monitor": {"client_subnet": "198.51.100.0/24"}}),
        ),
        case(
            "a client subnet in the response alone",
            both(with(QUERY, false, b""), with(NOERROR, false, subnet)),
            json!({"dns_monitor": {"client_subnet": "198.51.100.0/24"}}),
        ),
        case(
            "IPv6",
            both(
                with(QUERY, false, b"\0\x08\0\x0a\0\x02\x30\0\x20\x01\x0d\xb8\0\x42"),
                with(NOERROR, false, b""),
            ),
            json!({"dns_monitor": {"client_subnet": "2001:db8:42::/48"}}),
        ),
        case(
            "DO in the response",
            both(with(QUERY, false, b""), with(NOERROR, true, b"")),
            json!({"dns": {"header_flags": ["RD", "RA", "DO"]}}),
        ),
        case(
            "all flags",
            both(with(QUERY, false, b""), with(0x87b0, true, b"")),
            json!({"dns": {"header_flags": ["AA", "TC", "RD", "RA", "AD", "CD", "DO"]}}),
        ),
        case(
            "DO in the query only, whose flags are not shown",
            both(with(QUERY, true, b""), with(NOERROR, false, b"")),
            json!({}),
        ),
    ]);
}
