//! The examples of `docs/SCHEMAS.md` are what the encoders write.

use super::*;
use crate::rules::{
    action::{Action, Severity},
    verdict::{Enforced, Hit, Verdict},
};

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/SCHEMAS.md");

/// A client's lookup of a name on a list, which a rule that only tries would block.
fn scene() -> Scene {
    let mut scene = Scene::answered(answer(&[
        record(QNAME, CNAME, IN, b"\x03cdn\x07example\x03net\0"),
        record(b"\xc0\x2d", A, IN, &[192, 0, 2, 80]),
    ]));
    let rule = Hit {
        id: "/etc/dns-monitor/lists/urlhaus.txt:17".to_owned(),
        name: "urlhaus",
        ruleset: "urlhaus",
        category: Some("malware"),
        severity: Some(Severity::High),
        action: Action::Block(crate::rules::action::Block::Nxdomain),
    };
    scene.judgement = Judgement {
        verdict: Verdict::Would(crate::rules::action::Block::Nxdomain),
        enforced: Some(Enforced::No),
        rule: Some(rule),
    };
    scene
}

/// The example of one schema, as the document has it.
fn section(schema: &str, lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| serde_json::to_string_pretty(line).unwrap()).collect();
    format!("<!-- example {schema} -->\n```json\n{}\n```\n<!-- end -->", lines.join("\n"))
}

/// Run with `UPDATE_DOCS=1` to write the examples anew.
#[test]
fn examples_are_what_the_encoders_write() {
    let mut text = std::fs::read_to_string(DOCS).unwrap();
    let all = SCHEMAS.map(|(schema, _)| schema);
    for schema in std::iter::once(Schema::Ecs).chain(all) {
        let name = format!("{schema:?}").to_lowercase();
        let wanted = section(&name, &scene().lookup(|event| lines(schema, event)));
        let start =
            text.find(&format!("<!-- example {name} -->")).unwrap_or_else(|| panic!("no example of {name}"));
        let end = start + text[start..].find("<!-- end -->").unwrap() + "<!-- end -->".len();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            text.replace_range(start..end, &wanted);
        } else {
            assert_eq!(&text[start..end], wanted, "docs/SCHEMAS.md: run the test with UPDATE_DOCS=1");
        }
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(DOCS, text).unwrap();
    }
}
