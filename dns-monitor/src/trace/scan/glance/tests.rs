#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

/// An event as the agent writes it.
const LINE: &str = r#"{"@timestamp":"2026-11-24T03:48:06.297532406Z","ecs":{"version":"9.0.0"},"event":{"kind":"event","category":["network"],"type":["protocol","allowed"],"action":"dns-lookup","outcome":"success","duration":7531712,"sequence":17},"network":{"transport":"udp","type":"ipv6","community_id":"1:gOagmswMorhAU6g5cPVYfL+Mn0g="},"client":{"ip":"fd53::a","port":55054,"mac":"02-53-00-00-85-C5","bytes":58},"server":{"ip":"fd53::2","port":53,"bytes":150},"observer":{"type":"dns-monitor","version":"0.1.0","hostname":"vm","ingress":{"interface":{"name":"eth0"}}},"dns":{"type":"answer","id":"19627","op_code":"QUERY","header_flags":["RD","RA"],"response_code":"NOERROR","question":{"name":"alias.lab.example","type":"A","class":"IN"}},"dns_monitor":{"role":"client","verdict":"pass"}}"#;

fn usual() -> Glance<'static> {
    Glance {
        time: nanoseconds("2026-11-24T03:48:06.297532406Z".parse().unwrap()),
        client: b"fd53::a",
        port: Some(55_054),
        server: b"fd53::2",
        id: Some(19_627),
        name: Some(b"alias.lab.example"),
    }
}

#[test]
fn a_glance_sees_what_the_parser_sees_or_leaves_it_to_the_parser() {
    let cases = [
        ("as it is", LINE.to_owned(), Some(usual())),
        ("a client without a port", LINE.replace(r#","port":55054"#, ""), Some(Glance { port: None, ..usual() })),
        (
            "a message that could not be read",
            LINE.replace(
                r#""id":"19627","op_code":"QUERY","header_flags":["RD","RA"],"response_code":"NOERROR","question":{"name":"alias.lab.example","type":"A","class":"IN"}"#,
                "",
            )
            .replace(r#""answer",}"#, r#""answer"}"#),
            Some(Glance { id: None, name: None, ..usual() }),
        ),
        (
            "a backslash in a name",
            LINE.replace("alias.lab", r"al\\.ias.lab"),
            Some(Glance { name: Some(br"al\\.ias.lab.example"), ..usual() }),
        ),
        ("a quote in a name", LINE.replace("alias.lab", r#"al\"ias.lab"#), None),
        ("another order of fields", LINE.replace(r#"{"@timestamp"#, r#"{"a":1,"@timestamp"#), None),
        ("no ECS", LINE.replace(r#""ecs":{"version":"9.0.0"},"#, ""), None),
        ("server before client", {
            let (client, server) =
                (r#""client":{"ip":"fd53::a","port":55054,"mac":"02-53-00-00-85-C5","bytes":58}"#, r#""server":{"ip":"fd53::2","port":53,"bytes":150}"#);
            LINE.replace(client, "X").replace(server, client).replace('X', server)
        }, None),
        ("the name before the id", LINE.replace(r#""answer","id":"19627","#, r#""answer","op":1,"id":"19627","#), None),
        ("a time with an offset", LINE.replace("406Z", "406+00:00"), None),
        ("a time of another length", LINE.replace(".297532406Z", ".297Z"), None),
        ("a day that is none", LINE.replace("11-24", "13-24"), None),
        ("an hour that is none", LINE.replace("T03", "T33"), None),
        ("an id that is none", LINE.replace("19627", "99999"), None),
        ("half a line", LINE.get(..LINE.len() - 1).unwrap().to_owned(), None),
        ("nothing", String::new(), None),
    ];
    for (what, line, expected) in cases {
        let found = Eye::default().glance(line.as_bytes()).map(|glance| format!("{glance:?}"));
        assert_eq!(found, expected.as_ref().map(|glance| format!("{glance:?}")), "{what}");
        // What is believed at a glance is what the parser says.
        if let (Some(glance), Ok(event)) = (expected, Sketch::read(line.as_bytes())) {
            assert_eq!(Parsed::default().glance(&event), glance, "{what}");
        }
    }
}

#[test]
fn days_are_remembered_and_told_apart() {
    let mut eye = Eye::default();
    for time in [
        "2026-11-24T03:48:06.000000001Z",
        "2026-11-24T23:59:59.999999999Z",
        "2028-02-29T00:00:00.000000000Z",
        "1970-01-01T00:00:00.000000000Z",
    ] {
        assert_eq!(eye.time(time.as_bytes()), Some(nanoseconds(time.parse().unwrap())), "{time}");
    }
}

#[test]
fn every_cut_of_a_line_is_left_to_the_parser() {
    for length in 0..LINE.len() {
        let glance = Eye::default().glance(LINE.as_bytes().get(..length).unwrap()).is_some();
        // It ends with a bracket that closes something else: the fields are all there.
        let whole = LINE.get(..length).unwrap().ends_with('}') && length > LINE.find("alias").unwrap();
        assert!(!glance || whole, "{length} bytes");
    }
}
