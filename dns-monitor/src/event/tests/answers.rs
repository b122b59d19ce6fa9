//! Answers, and the odd things that may be among them.

use super::{messages::*, *};

fn bytes(response: &[u8]) -> Value {
    json!({"bytes": response.len()})
}

fn case(what: &'static str, response: Vec<u8>, dns: Value, monitor: Value) -> Case {
    let changes = json!({"server": bytes(&response), "dns": dns, "dns_monitor": monitor});
    (what, Scene::answered(response), changes)
}

/// An answer of the question's name.
fn one(rtype: &str, class: &str, data: &str) -> Value {
    json!([{"name": "www.example.com", "type": rtype, "class": class, "ttl": 300, "data": data}])
}

#[test]
fn answers_are_in_presentation_form() {
    let txt = b"\x0bsay \"hi\" \\ \x04\x00\x0a\x7f\xff\x00";
    run(vec![
        case(
            "an address",
            answer(&[record(QNAME, A, IN, &[192, 0, 2, 80])]),
            json!({"answers": one("A", "IN", "192.0.2.80"), "resolved_ip": ["192.0.2.80"]}),
            json!({}),
        ),
        case(
            "a chain of CNAMEs, in two families",
            answer(&[
                record(QNAME, CNAME, IN, b"\x03CDN\x07example\x03net\0"),
                // The name within the record data above.
                record(b"\xc0\x2d", A, IN, &[192, 0, 2, 80]),
                record(b"\xc0\x2d", A, IN, &[192, 0, 2, 81]),
                record(b"\xc0\x2d", AAAA, IN, &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            ]),
            json!({
                "answers": [
                    {"name": "www.example.com", "type": "CNAME", "class": "IN", "ttl": 300, "data": "cdn.example.net"},
                    {"name": "cdn.example.net", "type": "A", "class": "IN", "ttl": 300, "data": "192.0.2.80"},
                    {"name": "cdn.example.net", "type": "A", "class": "IN", "ttl": 300, "data": "192.0.2.81"},
                    {"name": "cdn.example.net", "type": "AAAA", "class": "IN", "ttl": 300, "data": "2001:db8::1"},
                ],
                "resolved_ip": ["192.0.2.80", "192.0.2.81", "2001:db8::1"],
            }),
            json!({}),
        ),
        case(
            "text with quotes, backslashes and bytes that are no characters",
            answer(&[record(QNAME, TXT, IN, txt)]),
            json!({"answers": one("TXT", "IN", r#""say \"hi\" \\ " "\000\010\127\255" """#)}),
            json!({}),
        ),
        case(
            "a type without a name",
            answer(&[record(QNAME, 65280, IN, &[0xab, 0xcd])]),
            json!({"answers": one("TYPE65280", "IN", r"\# 2 abcd")}),
            json!({}),
        ),
        case(
            "an owner that needs escapes",
            answer(&[record(b"\x05a.\"\\\xe9\0", A, IN, &[192, 0, 2, 80])]),
            json!({
                "answers": [{"name": r#"a\."\\\233"#, "type": "A", "class": "IN", "ttl": 300, "data": "192.0.2.80"}],
                "resolved_ip": ["192.0.2.80"],
            }),
            json!({}),
        ),
    ]);
}

#[test]
fn what_is_no_address_resolves_nothing() {
    run(vec![
        case(
            "an address that is too short",
            answer(&[record(QNAME, A, IN, &[192, 0, 2])]),
            json!({"answers": one("A", "IN", r"\# 3 c00002")}),
            json!({"malformed": "bad-rdata"}),
        ),
        case(
            "an address that is too long, and a good one",
            answer(&[record(QNAME, A, IN, &[192, 0, 2, 1, 1]), record(QNAME, A, IN, &[192, 0, 2, 80])]),
            json!({
                "answers": [
                    {"name": "www.example.com", "type": "A", "class": "IN", "ttl": 300, "data": r"\# 5 c000020101"},
                    {"name": "www.example.com", "type": "A", "class": "IN", "ttl": 300, "data": "192.0.2.80"},
                ],
                "resolved_ip": ["192.0.2.80"],
            }),
            json!({"malformed": "bad-rdata"}),
        ),
        case(
            "an A record of Chaosnet: a name and an octal address",
            answer(&[record(QNAME, A, CH, b"\x01\\\x02ch\0\x01\x08")]),
            json!({"answers": one("A", "CH", r"\\.ch 410")}),
            json!({}),
        ),
        case(
            "a record without data, as an UPDATE deletes",
            answer(&[record(QNAME, A, ANY, b"")]),
            json!({"answers": [{"name": "www.example.com", "type": "A", "class": "ANY", "ttl": 300}]}),
            json!({}),
        ),
    ]);
}

#[test]
fn only_the_answer_section_is_told() {
    let asked = question(WWW, A);
    let address = record(QNAME, A, IN, &[192, 0, 2, 80]);
    let soa = record(b"\xc0\x10", SOA, IN, b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let nxdomain = message(0x8183, [1, 0, 1, 0], &[&asked, &soa]);
    let additional = message(NOERROR, [1, 0, 1, 1], &[&asked, &soa, &address]);
    let prerequisite = message(0x2800, [1, 1, 0, 0], &[&question(b"\x07example\x03com\0", SOA), &address]);
    let length = prerequisite.len();
    let mut update = Scene::unanswered(prerequisite.clone());
    update.response = Some(message(0xa800, [0; 4], &[]));
    update.end = End::Answered;
    run(vec![
        case("no such name", nxdomain, json!({"response_code": "NXDOMAIN"}), json!({})),
        case("addresses elsewhere", additional, json!({}), json!({})),
        (
            "an UPDATE, and a response without a question",
            update,
            json!({
                "client": {"bytes": length},
                "server": {"bytes": 12},
                "dns": {
                    "op_code": "UPDATE",
                    "header_flags": [],
                    "question": {"name": "example.com", "type": "SOA", "subdomain": null},
                },
            }),
        ),
    ]);
}
