//! Lists, and what rules have in common with them.

use super::{Case, RULE, check};
use crate::config::{Config, rules::MAX_SPECS};

/// What the cases start with.
const LIST: &str = "[[list]]\nname = 'l'\npath = 'x'\n";

/// From their header on.
const WHOLE: &[Case] = &[
    (
        "name: missing",
        "[[rule]]\naction = 'alert'\ntld = ['zip']",
        r#"f.toml:1:1: rule.name is missing: it must be 1 to 64 letters, digits, dots, dashes and underscores, such as "cheap-tlds""#,
    ),
    (
        "name: a blank",
        "[[rule]]\nname = 'a b'\naction = 'alert'\ntld = ['zip']",
        r#"f.toml:2:8: rule.name: "a b" must be 1 to 64 letters, digits, dots, dashes and underscores, such as "cheap-tlds""#,
    ),
    (
        "name: long",
        "[[list]]\nname = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'\npath = 'x'",
        r#"f.toml:2:8: list.name: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" must be 1 to 64 letters, digits, dots, dashes and underscores, such as "cheap-tlds""#,
    ),
    (
        "name: twice",
        "[[rule]]\nname = 'r'\naction = 'alert'\ntld = ['zip']\n\n[[list]]\npath = 'x'\nname = 'r'",
        r#"f.toml:8:8: list.name: "r" must be a name of its own: line 2 has it already"#,
    ),
    (
        "action: missing",
        "  [[rule]]\nname = 'r'\ntld = ['zip']",
        r#"f.toml:1:3: rule.action is missing: it must be one of "allow", "observe", "alert", "drop", "nxdomain", "nodata", "refused", "sinkhole", "tcp-only""#,
    ),
    (
        "action: unknown",
        "[[list]]\nname = 'l'\npath = 'x'\naction = 'block'\nsinkhole = ['192.0.2.1']",
        r#"f.toml:4:10: list.action: "block" must be one of "allow", "observe", "alert", "drop", "nxdomain", "nodata", "refused", "sinkhole", "tcp-only""#,
    ),
    (
        "path and url: neither",
        "[[list]]\nname = 'l'",
        r#"f.toml:1:1: list.path or list.url is missing: give path = "/etc/dns-monitor/lists/mine.txt", or url = "https://…""#,
    ),
    (
        "path: empty",
        "[[list]]\nname = 'l'\npath = ''",
        r#"f.toml:3:8: list.path: "" must be a path, such as "/etc/dns-monitor/lists""#,
    ),
    (
        "url: a file",
        "[[list]]\nname = 'l'\nurl = 'file:///etc/hosts'",
        r#"f.toml:3:7: list.url: "file:///etc/hosts" must be an http or https address, such as "https://lists.example/names.txt""#,
    ),
    (
        "url: no host",
        "[[list]]\nname = 'l'\nurl = 'https:///x'",
        r#"f.toml:3:7: list.url: "https:///x" must be an http or https address, such as "https://lists.example/names.txt""#,
    ),
    (
        "refresh: short",
        "[[list]]\nname = 'l'\nurl = 'https://l.example'\nrefresh = '1s'",
        r#"f.toml:4:11: list.refresh: "1s" must be a duration from 1m to 168h, such as "30m" or "6h""#,
    ),
];

/// From line 4 on.
const LISTS: &[Case] = &[
    (
        "category",
        "category = ' '",
        r#"f.toml:4:12: list.category: " " must be 1 to 64 bytes of text, such as "malware""#,
    ),
    (
        "severity",
        "severity = 5",
        r#"f.toml:4:12: list.severity: 5 must be one of "low", "medium", "high", "critical""#,
    ),
    ("mode", "mode = 'would'", r#"f.toml:4:8: list.mode: "would" must be one of "enforce", "would-block""#),
    ("important", "important = 1", "f.toml:4:13: list.important: 1 must be true or false"),
    (
        "ede: unknown",
        "ede = 'forged'",
        r#"f.toml:4:7: list.ede: "forged" must be "blocked", "censored", "filtered", "none" or a number from 0 to 65534"#,
    ),
    (
        "ede: none of the kernel's",
        "ede = 65535",
        r#"f.toml:4:7: list.ede: 65535 must be "blocked", "censored", "filtered", "none" or a number from 0 to 65534"#,
    ),
    (
        "ede: drop",
        "action = 'drop'\nede = 17",
        r#"f.toml:5:7: list.ede: 17 must be left out: action = "drop" sends no answer"#,
    ),
    (
        "sinkhole: missing",
        "action = 'sinkhole'",
        r#"f.toml:1:1: list.sinkhole is missing: action = "sinkhole" needs an address of one or both families, such as sinkhole = ["192.0.2.1", "2001:db8::1"]"#,
    ),
    (
        "sinkhole: another action",
        "sinkhole = ['192.0.2.1']",
        r#"f.toml:4:12: list.sinkhole: […] must be left out: only action = "sinkhole" has it"#,
    ),
    (
        "sinkhole: two of a family",
        "action = 'sinkhole'\nsinkhole = ['192.0.2.1', '192.0.2.2']",
        r#"f.toml:5:12: list.sinkhole: […] must be one address of each family at most, such as ["192.0.2.1", "2001:db8::1"]"#,
    ),
    (
        "sinkhole: three",
        "action = 'sinkhole'\nsinkhole = ['192.0.2.1', '::1', '::2']",
        r#"f.toml:5:12: list.sinkhole: […] must be a list of 1 to 2 values, such as ["192.0.2.1", "2001:db8::1"]"#,
    ),
    (
        "sinkhole: a name",
        "action = 'sinkhole'\nsinkhole = ['localhost']",
        r#"f.toml:5:13: list.sinkhole: "localhost" must be an IPv4 or IPv6 address, such as "192.0.2.53""#,
    ),
    (
        "ttl: a fraction",
        "action = 'sinkhole'\nsinkhole = ['192.0.2.1']\nttl = '1500ms'",
        r#"f.toml:6:7: list.ttl: "1500ms" must be a duration of whole seconds from 0s to 24h, such as "60s""#,
    ),
    (
        "ttl: long",
        "action = 'sinkhole'\nsinkhole = ['192.0.2.1']\nttl = '25h'",
        r#"f.toml:6:7: list.ttl: "25h" must be a duration of whole seconds from 0s to 24h, such as "60s""#,
    ),
    (
        "path and url: both",
        "url = 'https://l.example'",
        r#"f.toml:4:7: list.url: "https://l.example" must be left out: the list has a path already"#,
    ),
    (
        "refresh: of a path",
        "refresh = '1h'",
        r#"f.toml:4:11: list.refresh: "1h" must be left out: a path is read again when it changes"#,
    ),
    (
        "format",
        "format = 'csv'",
        r#"f.toml:4:10: list.format: "csv" must be one of "auto", "hosts", "domains", "adblock", "rpz", "dnsmasq", "suricata", "zeek-intel", "stix""#,
    ),
    ("subdomains", "subdomains = 'yes'", r#"f.toml:4:14: list.subdomains: "yes" must be true or false"#),
    (
        "a condition that lists do not have",
        "tld = ['zip']",
        "f.toml:4:1: unknown key list.tld: did you mean list.ttl?",
    ),
];

/// From line 4 on.
const RULES: &[Case] = &[
    (
        "i_mean_it",
        "tld = ['zip']\ni_mean_it = 'yes'",
        r#"f.toml:5:13: rule.i_mean_it: "yes" must be true or false"#,
    ),
    (
        "ede: an action that sends no answer",
        "tld = ['zip']\nede = 'blocked'",
        r#"f.toml:5:7: rule.ede: "blocked" must be left out: action = "alert" sends no answer"#,
    ),
    (
        "ttl: another action",
        "tld = ['zip']\nttl = '1m'",
        r#"f.toml:5:7: rule.ttl: "1m" must be left out: only action = "sinkhole" has it"#,
    ),
];

#[test]
fn faults_of_lists() {
    check("", WHOLE);
    check(LIST, LISTS);
    check(RULE, RULES);
}

#[test]
fn there_are_only_so_many() {
    let rules = |count| {
        let rule = |number| format!("[[rule]]\nname = 'r{number}'\naction = 'alert'\ntld = ['zip']\n");
        (0..count).map(rule).collect::<String>()
    };
    assert_eq!(Config::parse("f", &rules(MAX_SPECS)).map(|config| config.specs.len()).ok(), Some(MAX_SPECS));
    let error = Config::parse("f", &rules(MAX_SPECS + 2)).map_err(|error| error.to_string());
    let expected = "f:16381:1: more than 4095 lists and rules: join rules that do the same with any = […], or put \
                    their names into a list";
    assert_eq!(error, Err(expected.to_owned()));
}
