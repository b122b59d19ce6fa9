//! `[rules]`, `[control]`, and the tables that lists and rules are.

use super::{Case, check};

const CASES: &[Case] = &[
    (
        "rules.mode",
        "[rules]\nmode = \"off\"",
        r#"f.toml:2:8: rules.mode: "off" must be one of "enforce", "would-block""#,
    ),
    (
        "sandbox.user",
        "[sandbox]\nuser = \"dns monitor\"",
        r#"f.toml:2:8: sandbox.user: "dns monitor" must be the name of a user, 1 to 32 letters, digits, "-", "_" and ".", such as "dns-monitor", or "off""#,
    ),
    (
        "metrics.listen",
        "[metrics]\nlisten = \"localhost\"",
        r#"f.toml:2:10: metrics.listen: "localhost" must be an address and a port, such as "127.0.0.1:9353", or "off""#,
    ),
    (
        "sandbox.enabled",
        "[sandbox]\nenabled = \"yes\"",
        r#"f.toml:2:11: sandbox.enabled: "yes" must be true or false"#,
    ),
    (
        "rules.exempt: not a list",
        "[rules]\nexempt = \"10.0.0.1\"",
        r#"f.toml:2:10: rules.exempt: "10.0.0.1" must be a list of 0 to 1024 values, such as ["10.0.0.5", "192.0.2.0/24"]"#,
    ),
    (
        "rules.exempt: host bits",
        "[rules]\nexempt = [\"192.0.2.0/24\", \"10.0.0.5/8\"]",
        r#"f.toml:2:27: rules.exempt: "10.0.0.5/8" must be the network itself, "10.0.0.0/8", or one address"#,
    ),
    (
        "rules.exempt: a name",
        "[rules]\nexempt = [\"localhost\"]",
        r#"f.toml:2:11: rules.exempt: "localhost" must be an address or a network, such as "10.0.0.5" or "192.0.2.0/24""#,
    ),
    (
        "rules.exempt: too long",
        "[rules]\nexempt = [\"10.0.0.0/33\"]",
        r#"f.toml:2:11: rules.exempt: "10.0.0.0/33" must be an address or a network, such as "10.0.0.5" or "192.0.2.0/24""#,
    ),
    (
        "rules.exempt: twice",
        "[rules]\nexempt = [\"10.0.0.5\", \"10.0.0.5/32\"]",
        r#"f.toml:2:23: rules.exempt: "10.0.0.5/32" must be listed once only"#,
    ),
    (
        "rules.on_exit",
        "[rules]\non_exit = true",
        r#"f.toml:2:11: rules.on_exit: true must be one of "detach", "keep""#,
    ),
    (
        "rules.watchdog: no unit",
        "[rules]\nwatchdog = 10",
        r#"f.toml:2:12: rules.watchdog: 10 must be a duration from 1s to 1h, such as "10s" or "5m", or "off""#,
    ),
    (
        "rules.watchdog: long",
        "[rules]\nwatchdog = \"61m\"",
        r#"f.toml:2:12: rules.watchdog: "61m" must be a duration from 1s to 1h, such as "10s" or "5m", or "off""#,
    ),
    (
        "rules.learn_ttl",
        "[rules]\nlearn_ttl = \"off\"",
        r#"f.toml:2:13: rules.learn_ttl: "off" must be a duration from 1s to 24h, such as "10s" or "5m""#,
    ),
    (
        "rules.learn_max",
        "[rules]\nlearn_max = 1000001",
        "f.toml:2:13: rules.learn_max: 1000001 must be a number from 0 to 1000000",
    ),
    (
        "rules.i_mean_it",
        "[rules]\ni_mean_it = \"true\"",
        r#"f.toml:2:13: rules.i_mean_it: "true" must be true or false"#,
    ),
    (
        "rules.own_zones: an address",
        "[rules]\nown_zones = [\"192.0.2.1\"]",
        r#"f.toml:2:14: rules.own_zones: "192.0.2.1" must be a domain name, such as "example.com" (an address where a name belongs)"#,
    ),
    (
        "rules.own_zones: the root",
        "[rules]\nown_zones = [\".\"]",
        r#"f.toml:2:14: rules.own_zones: "." must be a domain name, such as "example.com" (no name)"#,
    ),
    (
        "rules.state_dir",
        "[rules]\nstate_dir = \"var/lib\"",
        r#"f.toml:2:13: rules.state_dir: "var/lib" must be a path from the root on, such as "/var/lib/dns-monitor""#,
    ),
    (
        "rules.max_list_bytes",
        "[rules]\nmax_list_bytes = \"17GiB\"",
        r#"f.toml:2:18: rules.max_list_bytes: "17GiB" must be a size from 1KiB to 16GiB, such as "512MiB""#,
    ),
    (
        "rules.ca_file",
        "[rules]\nca_file = \"\"",
        r#"f.toml:2:11: rules.ca_file: "" must be a path, such as "/etc/dns-monitor/lists""#,
    ),
    ("a near key", "[rules]\nexemt = []", "f.toml:2:1: unknown key rules.exemt: did you mean rules.exempt?"),
    (
        "control.socket",
        "[control]\nsocket = \"control.sock\"",
        r#"f.toml:2:10: control.socket: "control.sock" must be a path from the root on, of at most 107 bytes, such as "/run/dns-monitor/control.sock", or "off""#,
    ),
    (
        "control.group",
        "[control]\ngroup = \"a:b\"",
        r#"f.toml:2:9: control.group: "a:b" must be the name of a group, 1 to 32 bytes, such as "adm""#,
    ),
    ("a near table", "[[rul]]\nname = 'x'", "f.toml:1:3: unknown table [[rul]]: did you mean [[rule]]?"),
    (
        "one bracket too few: list",
        "[list]\nname = 'l'",
        "f.toml:1:1: list: {…} must be a table of its own, written [[list]]",
    ),
    (
        "one bracket too few: rule",
        "[rule]\nname = 'r'",
        "f.toml:1:1: rule: {…} must be a table of its own, written [[rule]]",
    ),
    ("rules as numbers", "rule = [1]", "f.toml:1:9: rule: 1 must be a table of its own, written [[rule]]"),
    (
        "two brackets too many",
        "[[rules]]\nmode = 'enforce'",
        "f.toml:1:1: rules: […] must be a table, written [rules]",
    ),
];

#[test]
fn faults_of_settings() {
    check("", CASES);
}
