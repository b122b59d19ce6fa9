//! What an event says of a lookup: roles, fields, transports, networks, odd questions.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, SystemTime};

use dns_monitor_tests::{
    Agent, Lab, LabOptions,
    address::{self, AUTHORITY, Family, Network},
    event::{difference, fits, has_role, number, text},
    named::Recursion,
    namespace::{Namespace, succeed},
    oracle::ask_all,
};
use serde_json::{Value, json};

fn mac(host: &Namespace, interface: &str) -> String {
    let printed = succeed(host.command("ip").args(["-json", "link", "show", interface])).unwrap();
    let links: Value = serde_json::from_str(&printed).unwrap();
    // RFC 7042 form, which ECS asks for.
    links[0]["address"].as_str().unwrap().to_uppercase().replace(':', "-")
}

fn as_seconds(event: &Value) -> f64 {
    let text = text(event, "@timestamp").unwrap();
    let date = std::process::Command::new("date").args(["-u", "+%s.%N", "-d", text]).output().unwrap();
    String::from_utf8(date.stdout).unwrap().trim().parse().unwrap()
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

#[test]
fn a_recursive_lookup_shows_all_four_messages_with_every_field() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    let resolver = address::resolver(Network::Plain);
    let before = now();
    let question = [("www.lab.example".to_owned(), "A")];
    let asked = ask_all(lab.client(0), (resolver.v4, 53).into(), 4711, &question).unwrap().swap_remove(0);
    let after = now();
    let question = json!({
        "name": "www.lab.example", "type": "A", "class": "IN",
        "registered_domain": "lab.example", "top_level_domain": "example", "subdomain": "www",
    });
    let answers =
        json!([{"name": "www.lab.example", "type": "A", "class": "IN", "ttl": 60, "data": "192.0.2.80"}]);

    let event = agent.wait_event("of the client", |event| has_role(event, "client")).unwrap();
    let expected = json!({
        "event": {
            "kind": "event", "category": ["network"], "type": ["protocol", "allowed"],
            "action": "dns-lookup", "outcome": "success",
        },
        "network": {"transport": "udp", "type": "ipv4", "vlan": null, "inner": null},
        "client": {"ip": "10.53.0.10", "port": asked.port, "mac": mac(lab.client(0), "eth0"), "bytes": 33, "domain": null},
        "server": {"ip": "10.53.0.2", "port": 53, "bytes": 49},
        "observer": {"ingress": {"interface": {"name": "eth0"}}},
        "dns": {
            "id": "4711", "type": "answer", "op_code": "QUERY", "header_flags": ["RD", "RA"],
            "question": question, "response_code": "NOERROR", "answers": answers,
            "resolved_ip": ["192.0.2.80"],
        },
        "dns_monitor": {"role": "client", "original_name": null, "client_subnet": null, "malformed": null, "cause": null},
    });
    assert_eq!(difference(&event, &expected), None, "{event:#}");
    for name in ["ecs.version", "observer.hostname", "observer.type", "observer.version"] {
        assert!(text(&event, name).is_some_and(|text| !text.is_empty()), "{name}: {event:#}");
    }
    assert!(text(&event, "network.community_id").unwrap().starts_with("1:"), "{event:#}");
    let at = as_seconds(&event);
    assert!(before <= at && at <= after, "{before} {at} {after}");
    let duration = Duration::from_nanos(number(&event, "event.duration").unwrap()).as_secs_f64();
    assert!(duration > 0.0 && at + duration <= after, "{before} {at} + {duration} {after}");

    let toward_authority = |event: &Value| {
        let server = text(event, "server.ip").unwrap_or_default();
        let authority = server == AUTHORITY.v4.to_string() || server == AUTHORITY.v6.to_string();
        authority && fits(event, &json!({"dns": {"question": {"name": "www.lab.example"}}}))
    };
    let event = agent.wait_event("of the resolver", toward_authority).unwrap();
    let family = if text(&event, "network.type") == Some("ipv4") { Family::V4 } else { Family::V6 };
    let expected = json!({
        "event": {"action": "dns-lookup", "outcome": "success"},
        "network": {"transport": "udp"},
        "client": {"ip": resolver.of(family).to_string(), "mac": mac(lab.resolver(), "eth0")},
        "server": {"ip": AUTHORITY.of(family).to_string(), "port": 53},
        "dns": {
            "type": "answer", "header_flags": ["AA", "CD", "DO"], "question": question,
            "response_code": "NOERROR", "answers": answers, "resolved_ip": ["192.0.2.80"],
        },
        "dns_monitor": {"role": "resolver"},
    });
    assert_eq!(difference(&event, &expected), None, "{event:#}");
    assert!(number(&event, "event.duration").unwrap() > 0);
    let ended = agent.stop().unwrap();
    assert!(ended.status.success(), "{}", ended.stderr);
}

/// Description, dig's arguments, and what the events of the client's lookups must have, one each.
type Case = (&'static str, &'static [&'static str], Value);

/// Makes each lookup and holds the client's events against the expectation.
fn check(lab: &Lab, agent: &mut Agent, server: &str, program: &str, cases: &[Case]) {
    for (what, arguments, expected) in cases {
        let before = agent.events().unwrap().len();
        // SERVFAIL and REFUSED are answers, too; what counts is in the events.
        lab.client(0)
            .command(program)
            .args(if program == "dig" { &["+tries=1"][..] } else { &["+retry=0"] })
            .arg(format!("@{server}"))
            .args(*arguments)
            .output()
            .unwrap();
        let expected = expected.as_array().cloned().unwrap_or_else(|| vec![expected.clone()]);
        let mut events = Vec::new();
        agent
            .wait_until(what, |all| {
                events = all.iter().skip(before).filter(|event| has_role(event, "client")).cloned().collect();
                events.len() >= expected.len()
            })
            .unwrap();
        assert_eq!(events.len(), expected.len(), "{what}: {events:#?}");
        for (event, expected) in events.iter().zip(&expected) {
            assert_eq!(difference(event, expected), None, "{what}: {arguments:?}: {event:#}");
        }
    }
}

fn question(name: &str, rr_type: &str) -> Value {
    json!({"question": {"name": name, "type": rr_type, "class": "IN"}, "response_code": "NOERROR"})
}

#[test]
fn every_transport_family_and_network() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    for network in Network::ALL {
        let (vlan, inner) = match network {
            Network::Plain => (Value::Null, Value::Null),
            Network::Vlan => (json!({"id": "100"}), Value::Null),
            Network::QinQ => (json!({"id": "200"}), json!({"vlan": {"id": "300"}})),
        };
        for (family, version) in [(Family::V4, "ipv4"), (Family::V6, "ipv6")] {
            let event = |transport: &str| {
                json!({
                    "network": {"transport": transport, "type": version, "vlan": vlan, "inner": inner},
                    "client": {
                        "ip": address::client(0, network).of(family).to_string(),
                        "mac": mac(lab.client(0), network.interface()),
                    },
                    "server": {"ip": address::resolver(network).of(family).to_string()},
                    "dns": question("www.lab.example", "AAAA"),
                })
            };
            let cases: [Case; 2] = [
                ("UDP", &["www.lab.example", "AAAA"], event("udp")),
                ("TCP", &["+tcp", "www.lab.example", "AAAA"], event("tcp")),
            ];
            let server = address::resolver(network).of(family).to_string();
            check(&lab, &mut agent, &server, "dig", &cases);
            check(&lab, &mut agent, &server, "kdig", &cases);
        }
    }
}

#[test]
fn every_kind_of_question_and_answer() {
    let lab = Lab::new().unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    let cname = |name: &str, data: &str| json!({"name": name, "type": "CNAME", "class": "IN", "ttl": 60, "data": data});
    let one = |name: &str, rr_type: &str, data: &str| {
        json!({
            "question": {"name": name, "type": rr_type},
            "answers": [{"name": name, "type": rr_type, "class": "IN", "ttl": 60, "data": data}],
        })
    };
    let cases: Vec<Case> = vec![
        (
            "a name that does not exist",
            &["nowhere.lab.example", "A"],
            json!({
                "event": {"outcome": "success"},
                "dns": {"response_code": "NXDOMAIN", "answers": null, "resolved_ip": null},
            }),
        ),
        (
            "a name without this type",
            &["www.lab.example", "MX"],
            json!({"dns": {"response_code": "NOERROR", "answers": null}}),
        ),
        (
            "a CNAME chain",
            &["alias.lab.example", "A"],
            json!({"dns": {
                "answers": [
                    cname("alias.lab.example", "alias2.lab.example"),
                    cname("alias2.lab.example", "alias3.lab.example"),
                    cname("alias3.lab.example", "www.lab.example"),
                    {"name": "www.lab.example", "type": "A", "class": "IN", "ttl": 60, "data": "192.0.2.80"},
                ],
                "resolved_ip": ["192.0.2.80"],
            }}),
        ),
        (
            "a refused zone",
            &["www.lame.example", "A"],
            json!({"event": {"outcome": "failure"}, "dns": {"type": "answer", "response_code": "SERVFAIL"}}),
        ),
        (
            "0x20: dig keeps the case",
            &["wWw.LaB.eXaMpLe", "A"],
            json!({
                "dns": {"question": {"name": "www.lab.example"}},
                "dns_monitor": {"original_name": "wWw.LaB.eXaMpLe"},
            }),
        ),
        (
            "EDNS client subnet",
            &["+subnet=192.0.2.0/24", "www.lab.example", "A"],
            json!({"dns_monitor": {"client_subnet": "192.0.2.0/24"}}),
        ),
        (
            "EDNS client subnet, IPv6",
            &["+subnet=2001:db8:1::/48", "www.lab.example", "A"],
            json!({"dns_monitor": {"client_subnet": "2001:db8:1::/48"}}),
        ),
        (
            "DNSSEC records wanted",
            &["+dnssec", "www.lab.example", "A"],
            json!({"dns": {"header_flags": ["RD", "RA", "DO"]}}),
        ),
        (
            "no recursion wanted",
            &["+norecurse", "www.lab.example", "A"],
            json!({"dns": {"header_flags": ["RA"], "response_code": "NOERROR"}}),
        ),
        (
            "another class",
            &["-c", "CH", "-t", "TXT", "version.bind"],
            json!({"dns": {"question": {"name": "version.bind", "class": "CH", "type": "TXT"}}}),
        ),
        ("the root", &[".", "NS"], json!({"dns": {"question": {"name": ".", "type": "NS"}}})),
        (
            "bytes that need escapes",
            &[r"odd\032name\.with.lab.example", "TXT"],
            json!({"dns": one(r"odd\032name\.with.lab.example", "TXT", r#""odd""#)}),
        ),
        (
            "an unknown type",
            &["unknown.lab.example", "TYPE65280"],
            json!({"dns": one("unknown.lab.example", "TYPE65280", r"\# 4 c0000250")}),
        ),
        ("MX", &["mx.lab.example", "MX"], json!({"dns": one("mx.lab.example", "MX", "10 mail.lab.example")})),
        (
            "CAA",
            &["caa.lab.example", "CAA"],
            json!({"dns": one("caa.lab.example", "CAA", r#"0 issue "ca.example""#)}),
        ),
        (
            "SRV",
            &["_sip._udp.lab.example", "SRV"],
            json!({"dns": one("_sip._udp.lab.example", "SRV", "1 2 5060 www.lab.example")}),
        ),
    ];
    let server = address::resolver(Network::Plain).v4.to_string();
    check(&lab, &mut agent, &server, "dig", &cases);
}

#[test]
fn answers_above_the_mtu() {
    let recursion = Recursion { udp_size: 4096, ..Recursion::default() };
    let lab = Lab::with(&LabOptions { recursion }).unwrap();
    let mut agent = lab.start_agent(&["--interface", "eth0"]).unwrap();
    for (family, version) in [(Family::V4, "ipv4"), (Family::V6, "ipv6")] {
        let large = |name: &str, transport: &str| {
            json!({
                "network": {"transport": transport, "type": version},
                "event": {"outcome": "success"},
                "dns": question(name, "TXT"),
                "dns_monitor": {"malformed": null},
            })
        };
        let truncated = json!({
            "network": {"transport": "udp"},
            "dns": {"header_flags": ["TC", "RD", "RA"], "answers": null},
        });
        let cases: [Case; 5] = [
            (
                "more than one sample holds",
                &["+tcp", "txt20000.lab.example", "TXT"],
                large("txt20000.lab.example", "tcp"),
            ),
            (
                "two fragments",
                &["+bufsize=4096", "txt1800.lab.example", "TXT"],
                large("txt1800.lab.example", "udp"),
            ),
            (
                "three fragments",
                &["+bufsize=4096", "txt3500.lab.example", "TXT"],
                large("txt3500.lab.example", "udp"),
            ),
            ("TCP segments", &["+tcp", "txt3500.lab.example", "TXT"], large("txt3500.lab.example", "tcp")),
            (
                "truncated, then TCP",
                &["+bufsize=1232", "txt3500.lab.example", "TXT"],
                json!([truncated, large("txt3500.lab.example", "tcp")]),
            ),
        ];
        let server = address::resolver(Network::Plain).of(family).to_string();
        check(&lab, &mut agent, &server, "dig", &cases);
    }
    // Whole answers: every string of the text record is there, on the way in as on the way out.
    for (role, length) in [("client", 3500), ("resolver", 3500), ("client", 20_000), ("resolver", 20_000)] {
        let whole = |event: &Value| {
            has_role(event, role)
                && event
                    .pointer("/dns/answers/0/data")
                    .and_then(Value::as_str)
                    .is_some_and(|data| data.len() > length)
        };
        agent.wait_event("with the whole text", whole).unwrap();
    }
}
