//! Conditions.

use super::{Case, RULE, check};

/// From line 4 on.
const CASES: &[Case] = &[
    (
        "conditions: none",
        "",
        r#"f.toml:1:1: a condition of rule is missing: give one, such as suffix = ["example.com"]; suffix = ["."] is every name"#,
    ),
    (
        "conditions: none, and a slip",
        "sufix = ['example.com']",
        "f.toml:4:1: unknown key rule.sufix: did you mean rule.suffix?",
    ),
    (
        "domain: not a list",
        "domain = 'example.com'",
        r#"f.toml:4:10: rule.domain: "example.com" must be a list of 1 to 1024 values, such as ["example.com"]"#,
    ),
    (
        "domain: none",
        "domain = []",
        r#"f.toml:4:10: rule.domain: [] must be a list of 1 to 1024 values, such as ["example.com"]"#,
    ),
    (
        "domain: an empty label",
        "domain = ['a..b']",
        r#"f.toml:4:11: rule.domain: "a..b" must be a domain name, such as "example.com" (an empty label)"#,
    ),
    (
        "domain: an address",
        "domain = ['192.0.2.1']",
        r#"f.toml:4:11: rule.domain: "192.0.2.1" must be a domain name, such as "example.com" (an address where a name belongs)"#,
    ),
    (
        "domain: twice",
        "domain = ['a.b', 'A.B.']",
        r#"f.toml:4:18: rule.domain: "A.B." must be listed once only"#,
    ),
    (
        "suffix: a star",
        "suffix = ['*.example.com']",
        r#"f.toml:4:11: rule.suffix: "*.example.com" must be a domain name, such as "example.com" (a character that no name has)"#,
    ),
    (
        "suffix: empty",
        "suffix = ['']",
        r#"f.toml:4:11: rule.suffix: "" must be a domain name, such as "example.com" (no name)"#,
    ),
    (
        "suffix: a long label",
        "suffix = ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']",
        r#"f.toml:4:11: rule.suffix: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" must be a domain name, such as "example.com" (a label of more than 63 bytes)"#,
    ),
    (
        "tld: two labels",
        "tld = ['co.uk']",
        r#"f.toml:4:8: rule.tld: "co.uk" must be one label without a dot, such as "zip"; for more labels there is suffix"#,
    ),
    (
        "wildcard: no star",
        "wildcard = ['example.com']",
        r#"f.toml:4:13: rule.wildcard: "example.com" must be "*." and a domain name, such as "*.example.com""#,
    ),
    (
        "wildcard: two stars",
        "wildcard = ['*.*.example.com']",
        r#"f.toml:4:13: rule.wildcard: "*.*.example.com" must be "*." and a domain name, such as "*.example.com" (a character that no name has)"#,
    ),
    (
        "regex: open",
        "regex = ['[a-']",
        r#"f.toml:4:10: rule.regex: "[a-" must be a regular expression, such as '^ads?[0-9]*\.' (unclosed character class)"#,
    ),
    (
        "regex: empty",
        "regex = ['']",
        r#"f.toml:4:10: rule.regex: "" must be a regular expression, such as '^ads?[0-9]*\.'"#,
    ),
    (
        "regex: large",
        "regex = ['(\\w{200}){200}']",
        r#"f.toml:4:10: rule.regex: "(\\w{200}){200}" must be a regular expression, such as '^ads?[0-9]*\.' (too large once compiled)"#,
    ),
    (
        "type",
        "type = ['AAAAA']",
        r#"f.toml:4:9: rule.type: "AAAAA" must be a query type, such as "AAAA", "TYPE65" or 65"#,
    ),
    (
        "type: above 16 bits",
        "type = [65536]",
        r#"f.toml:4:9: rule.type: 65536 must be a query type, such as "AAAA", "TYPE65" or 65"#,
    ),
    (
        "type: by name and number",
        "type = ['AAAA', 28]",
        "f.toml:4:17: rule.type: 28 must be listed once only",
    ),
    (
        "class",
        "class = ['INTERNET']",
        r#"f.toml:4:10: rule.class: "INTERNET" must be a query class, such as "IN", "CLASS3" or 3"#,
    ),
    (
        "client",
        "client = ['10.0.0.1/8']",
        r#"f.toml:4:11: rule.client: "10.0.0.1/8" must be the network itself, "10.0.0.0/8", or one address"#,
    ),
    (
        "mac",
        "mac = ['02:00:5e:00:53']",
        r#"f.toml:4:8: rule.mac: "02:00:5e:00:53" must be an Ethernet address, such as "02:00:5e:00:53:01""#,
    ),
    ("vlan: none", "vlan = [0]", "f.toml:4:9: rule.vlan: 0 must be a VLAN id from 1 to 4094, such as 10"),
    (
        "vlan: reserved",
        "vlan = [4095]",
        "f.toml:4:9: rule.vlan: 4095 must be a VLAN id from 1 to 4094, such as 10",
    ),
    (
        "labels: no range",
        "labels = '..'",
        r#"f.toml:4:10: rule.labels: ".." must be a number from 0 to 127, or a range with both ends included, such as "5..", "..20" or "5..20""#,
    ),
    (
        "labels: the other way round",
        "labels = '5..3'",
        r#"f.toml:4:10: rule.labels: "5..3" must be a number from 0 to 127, or a range with both ends included, such as "5..", "..20" or "5..20""#,
    ),
    (
        "labels: many",
        "labels = '..128'",
        r#"f.toml:4:10: rule.labels: "..128" must be a number from 0 to 127, or a range with both ends included, such as "5..", "..20" or "5..20""#,
    ),
    (
        "label_length",
        "label_length = '..=63'",
        r#"f.toml:4:16: rule.label_length: "..=63" must be a number from 0 to 63, or a range with both ends included, such as "5..", "..20" or "5..20""#,
    ),
    (
        "name_length",
        "name_length = 254",
        r#"f.toml:4:15: rule.name_length: 254 must be a number from 0 to 253, or a range with both ends included, such as "5..", "..20" or "5..20""#,
    ),
    (
        "entropy: zero",
        "entropy = 0",
        "f.toml:4:11: rule.entropy: 0 must be a number of bits from above 0 to 6, such as 3.8",
    ),
    (
        "entropy: text",
        "entropy = '3.8'",
        r#"f.toml:4:11: rule.entropy: "3.8" must be a number of bits from above 0 to 6, such as 3.8"#,
    ),
    (
        "entropy: high",
        "entropy = 6.1",
        "f.toml:4:11: rule.entropy: 6.1 must be a number of bits from above 0 to 6, such as 3.8",
    ),
    (
        "entropy: no number",
        "entropy = nan",
        "f.toml:4:11: rule.entropy: nan must be a number of bits from above 0 to 6, such as 3.8",
    ),
    (
        "lookalike: a top-level domain",
        "lookalike = ['com']",
        r#"f.toml:4:14: rule.lookalike: "com" must be a registered domain, such as "example.com""#,
    ),
    (
        "lookalike: a blank",
        "lookalike = ['pay pal.com']",
        r#"f.toml:4:14: rule.lookalike: "pay pal.com" must be a domain name, such as "example.com" (a character that no name has)"#,
    ),
    (
        "time: one",
        "time = '22:00'",
        r#"f.toml:4:8: rule.time: "22:00" must be two times of the day, such as "22:00-06:00""#,
    ),
    (
        "time: no such hour",
        "time = '22:00-25:00'",
        r#"f.toml:4:8: rule.time: "22:00-25:00" must be two times of the day, such as "22:00-06:00""#,
    ),
    (
        "time: no such minute",
        "time = '22:60-23:00'",
        r#"f.toml:4:8: rule.time: "22:60-23:00" must be two times of the day, such as "22:00-06:00""#,
    ),
    (
        "time: begins at the end",
        "time = '24:00-06:00'",
        r#"f.toml:4:8: rule.time: "24:00-06:00" must be two times of the day, such as "22:00-06:00""#,
    ),
    (
        "time: a TOML time",
        "time = 22:00:00",
        r#"f.toml:4:8: rule.time: 22:00:00 must be two times of the day, such as "22:00-06:00""#,
    ),
    (
        "days",
        "days = ['monday']",
        r#"f.toml:4:9: rule.days: "monday" must be one of "mon", "tue", "wed", "thu", "fri", "sat", "sun""#,
    ),
    (
        "days: eight",
        "days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun', 'mon']",
        r#"f.toml:4:8: rule.days: […] must be a list of 1 to 7 values, such as ["mon", "fri"]"#,
    ),
    (
        "any: a table",
        "any = { tld = ['zip'] }",
        r#"f.toml:4:7: rule.any: {…} must be a list of 1 to 64 tables, such as [{ tld = ["zip"] }]"#,
    ),
    (
        "any: names",
        "any = ['zip']",
        r#"f.toml:4:8: rule.any: "zip" must be a table, such as { tld = ["zip"] }"#,
    ),
    (
        "any: none",
        "any = []",
        r#"f.toml:4:7: rule.any: [] must be a list of 1 to 64 tables, such as [{ tld = ["zip"] }]"#,
    ),
    (
        "any: an empty table",
        "any = [{ tld = ['zip'] }, {}]",
        r#"f.toml:4:27: a condition of rule.any is missing: give one, such as suffix = ["example.com"]; suffix = ["."] is every name"#,
    ),
    (
        "any: a fault inside",
        "any = [{ tld = ['zip'] }, { labels = 'x' }]",
        r#"f.toml:4:38: rule.any.labels: "x" must be a number from 0 to 127, or a range with both ends included, such as "5..", "..20" or "5..20""#,
    ),
    (
        "any: an unknown key inside",
        "any = [{ tld = ['zip'], name = 'x' }]",
        "f.toml:4:25: unknown key rule.any.name: did you mean rule.any.time?",
    ),
    (
        "all: a fault deep inside",
        "all = [{ not = { any = [{ vlan = ['x'] }] } }]",
        r#"f.toml:4:35: rule.all.not.any.vlan: "x" must be a VLAN id from 1 to 4094, such as 10"#,
    ),
    (
        "not: a list",
        "not = [{ tld = ['zip'] }]",
        r#"f.toml:4:7: rule.not: […] must be a table, such as { client = ["10.0.0.0/8"] }"#,
    ),
    (
        "not: too deep",
        "not = { not = { not = { not = { not = { not = { not = { not = { not = { vlan = [1] } } } } } } } } }",
        "f.toml:4:71: rule.not.not.not.not.not.not.not.not.not: {…} must be at most 8 tables deep: split the rule",
    ),
];

#[test]
fn faults_of_conditions() {
    check(RULE, CASES);
}
