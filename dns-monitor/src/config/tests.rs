//! Configuration files as data: what they say, and what is said of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad;
mod collectors;
mod order;
mod outputs;
mod rules;

use std::time::Duration;

use super::rules::{ListSpec, Place, RuleSpec};
use super::*;
use crate::identity::lease;

const EXAMPLE: &str = include_str!("../../../docs/dns-monitor.toml");

/// A file that sets every key to something that is not its default.
const EVERYTHING: &str = r#"
[capture]
interfaces = ["eth0", "ens1f0.42"]
ports = [53, 5353]
attach = "tc"
ring_size = "64KiB"
capture_length = 512
[track]
response_timeout = "1m"
max_waiting = 1_024
max_remembered = 0
[tcp]
max_streams = 0x10
max_stream_bytes = 65537
max_total_bytes = "1GiB"
[fragments]
max_datagrams = 16
max_bytes = 1048576
timeout = "1500ms"
[observer]
hostname = "resolver-1"
[replay]
resolvers = ["192.0.2.53", "2001:db8::53"]
[sandbox]
enabled = false
user = "_dnsmon"
[metrics]
listen = "[::1]:9353"
[identity]
max_assignments = 4096
max_per_address = 1
neighbours = false
dhcp = true
ptr = true
ptr_server = "[::1]:5353"
forwarders = ["10.0.0.0/8", "2001:db8::53"]
[[leases]]
path = "/var/log/dhcp"
format = "windows"
zone = "UTC"
[[leases]]
path = "/var/lib/misc/dnsmasq.leases"
format = "dnsmasq"
lease_time = "12h"
"#;

fn everything() -> Config {
    Config {
        capture: resolved::Capture {
            interfaces: vec!["eth0".into(), "ens1f0.42".into()],
            ports: vec![53, 5353],
            attach: Attach::Tc,
            ring_size: 65_536,
            capture_length: 512,
        },
        track: resolved::Track {
            response_timeout: Duration::from_secs(60),
            max_waiting: 1024,
            max_remembered: 0,
        },
        tcp: resolved::Tcp { max_streams: 16, max_stream_bytes: 65_537, max_total_bytes: 1 << 30 },
        fragments: resolved::Fragments {
            max_datagrams: 16,
            max_bytes: 1 << 20,
            timeout: Duration::from_millis(1500),
        },
        observer: resolved::Observer { hostname: Some("resolver-1".into()) },
        replay: resolved::Replay {
            resolvers: vec!["192.0.2.53".parse().unwrap(), "2001:db8::53".parse().unwrap()],
        },
        rules: rules::settings(),
        control: rules::control(),
        sandbox: host::Sandbox { enabled: false, user: Some("_dnsmon".into()) },
        metrics: host::Metrics { listen: "[::1]:9353".parse().ok() },
        identity: Identity {
            max_assignments: 4096,
            max_per_address: 1,
            neighbours: false,
            dhcp: true,
            ptr: true,
            ptr_server: "[::1]:5353".parse().unwrap(),
            forwarders: ["10.0.0.0/8", "2001:db8::53"].map(|network| network.parse().unwrap()).to_vec(),
        },
        leases: leases(),
        outputs: outputs::outputs(),
        specs: rules::specs(),
    }
}

fn leases() -> Vec<Leases> {
    let zone = identity::Zone::get("UTC");
    let (path, dnsmasq) = ("/var/log/dhcp".into(), "/var/lib/misc/dnsmasq.leases".into());
    vec![
        Leases { path, format: lease::Format::Windows, zone, lease_time: None },
        Leases {
            path: dnsmasq,
            format: lease::Format::Dnsmasq,
            zone: None,
            lease_time: Some(Duration::from_secs(12 * 3600)),
        },
    ]
}

/// Without the places of lists and rules, which a printed file has elsewhere.
fn placeless(mut config: Config) -> Config {
    for spec in &mut config.specs {
        let (Spec::List(ListSpec { origin, .. }) | Spec::Rule(RuleSpec { origin, .. })) = spec;
        origin.place = Place { file: "".into(), line: 0 };
    }
    config
}

fn parse_everything() -> Config {
    Config::parse("f", &format!("{EVERYTHING}{}{}", rules::EVERYTHING, outputs::everything())).unwrap()
}

#[test]
fn every_key_is_read() {
    assert_eq!(placeless(parse_everything()), everything());
}

#[test]
fn what_check_prints_is_the_same_configuration() {
    for config in [Config::default(), everything()] {
        let text = config.to_toml().unwrap();
        assert_eq!(placeless(Config::parse("printed", &text).unwrap()), config, "{text}");
    }
}

#[test]
fn printed_sizes_and_durations_keep_their_units() {
    let text = everything().to_toml().unwrap();
    for line in [
        "ring_size = \"64KiB\"",
        "response_timeout = \"1m\"",
        "max_stream_bytes = \"65537\"",
        "max_total_bytes = \"1GiB\"",
        "timeout = \"1s 500ms\"",
        "watchdog = \"off\"",
        "max_list_bytes = \"64MiB\"",
        "labels = \"5..127\"",
        "mac = [\"02:00:5e:00:53:01\"]",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line} is not in\n{text}");
    }
}

#[test]
fn an_empty_file_is_the_defaults() {
    assert_eq!(Config::parse("f", "").unwrap(), Config::default());
}

#[test]
fn the_example_is_the_defaults() {
    assert_eq!(Config::parse("docs/dns-monitor.toml", EXAMPLE).unwrap(), Config::default());
}

/// The lines behind a `#` without a space are settings too.
#[test]
fn the_example_has_every_key_and_its_spare_lines_are_right() {
    let uncommented = EXAMPLE.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with(' ') => setting,
        _ => line,
    });
    let uncommented = uncommented.collect::<Vec<_>>().join("\n");
    Config::parse("docs/dns-monitor.toml", &uncommented).unwrap();
    assert_eq!(keys(&uncommented), keys(&everything().to_toml().unwrap()));
}

/// `table.key` of all keys, sorted; of tables that there are many of, those of any.
fn keys(text: &str) -> Vec<String> {
    let file: toml::Table = text.parse().unwrap();
    let mut keys = Vec::new();
    for (name, value) in file {
        let tables = if let toml::Value::Array(tables) = value { tables } else { vec![value] };
        for table in tables {
            keys.extend(table.as_table().unwrap().keys().map(|key| format!("{name}.{key}")));
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

#[test]
fn an_absent_file_is_named() {
    let error = Config::load(Path::new("/nonexistent/dns-monitor.toml")).unwrap_err();
    assert_eq!(error.to_string(), "/nonexistent/dns-monitor.toml: No such file or directory (os error 2)");
}
