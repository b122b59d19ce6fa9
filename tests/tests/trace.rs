//! From the alert of a real Suricata, which sees the resolver alone, to the machine behind it.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::fs;

use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Network},
    agent,
    event::{number, text},
    namespace::succeed,
    oracle::{Asked, ask_all},
    suricata::Suricata,
};
use serde_json::Value;

const RULES: &str = "\
    alert dns any any -> any 53 (msg:\"LAB bad name\"; dns.query; content:\"beacon.w.lab.example\"; nocase; sid:1000001; rev:1;)\n\
    alert dns any any -> any 53 (msg:\"LAB bad alias\"; dns.query; content:\"alias3.lab.example\"; nocase; sid:1000002; rev:1;)\n";

/// Makes one client look names up; the lookups as it made them.
fn ask(lab: &Lab, client: usize, names: &[&str]) -> Vec<Asked> {
    let server = (address::resolver(Network::Plain).v4, 53).into();
    let questions: Vec<_> = names.iter().map(|name| ((*name).to_owned(), "A")).collect();
    ask_all(lab.client(client), server, 0x1000, &questions).unwrap()
}

/// The lines of `dns-monitor trace --format json` of an alert of this rule.
fn of_rule(traced: &[Value], sid: u64) -> Vec<&Value> {
    traced.iter().filter(|line| number(line, "alert.signature_id") == Some(sid)).collect()
}

/// What the DHCP server calls the clients that the alerts are about.
const NAMES: &[(&str, &str)] = &[("10.53.0.11", "laptop-17"), ("10.53.0.12", "printer-3")];

/// The agent, with a lease file as dnsmasq writes it.
fn start_agent(lab: &Lab) -> Agent {
    let line = |(ip, name): &(&str, &str)| format!("0 02:53:00:00:00:17 {ip} {name} *\n");
    let leases = lab.folder().join("dnsmasq.leases");
    fs::write(&leases, NAMES.iter().map(line).collect::<String>()).unwrap();
    let config = lab.folder().join("agent.toml");
    fs::write(&config, format!("[[leases]]\npath = \"{}\"\nformat = \"dnsmasq\"\n", leases.display()))
        .unwrap();
    lab.start_agent(&["--interface", "eth0", "--config", &config.display().to_string()]).unwrap()
}

#[test]
fn an_alert_that_names_the_resolver_comes_out_as_the_client() {
    let lab = Lab::new().unwrap();
    let mut suricata = Suricata::start(lab.internet(), &lab.folder().join("suricata"), RULES).unwrap();
    let agent = start_agent(&lab);
    ask(&lab, 0, &["www.lab.example", "one.w.lab.example", "two.w.lab.example"]);
    let beacon = ask(&lab, 1, &["three.w.lab.example", "beacon.w.lab.example"]).swap_remove(1);
    let alias = ask(&lab, 2, &["alias.lab.example", "four.w.lab.example"]).swap_remove(0);
    let alerts = suricata.wait_alerts(2).unwrap();
    let events = lab.folder().join("events.ndjson");
    fs::write(&events, agent.stop().unwrap().lines.join("\n")).unwrap();

    let trace = |format: &str| {
        let mut command = std::process::Command::new(agent::program().unwrap());
        command.args(["trace", "--format", format, "--alerts"]).arg(&alerts).arg("--events").arg(&events);
        succeed(&mut command).unwrap()
    };
    let lines = trace("json");
    let traced: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (sid, asked) in [(1_000_001, &beacon), (1_000_002, &alias)] {
        let lines = of_rule(&traced, sid);
        assert!(!lines.is_empty(), "{traced:#?}");
        for line in lines {
            // All that Suricata knows is the resolver.
            let ends = [text(line, "src_ip"), text(line, "dest_ip")];
            assert!(!ends.contains(&Some(asked.client.as_str())), "{line:#}");
            let trace = &line["dns_monitor"]["trace"];
            assert_eq!(text(trace, "sure"), Some("exact"), "{line:#}");
            let machines = trace["machines"].as_array().unwrap();
            assert_eq!(machines.len(), 1, "{line:#}");
            assert_eq!(text(&machines[0], "client.ip"), Some(asked.client.as_str()), "{line:#}");
            assert_eq!(number(&machines[0], "client.port"), Some(asked.port.into()), "{line:#}");
            assert_eq!(line["related"]["ip"], serde_json::json!([asked.client]), "{line:#}");
            let name = NAMES.iter().find(|(ip, _)| *ip == asked.client).unwrap().1;
            assert_eq!(text(&machines[0], "client.domain"), Some(name), "{line:#}");
            assert_eq!(line["related"]["hosts"].as_array().unwrap(), &[name], "{line:#}");
        }
    }
    let told = trace("text");
    for words in [
        "LAB bad name (sid 1000001)",
        "exact: connection, id and name are the same",
        &format!("machine laptop-17 {}", beacon.client),
    ] {
        assert!(told.contains(words), "{words:?} is missing in:\n{told}");
    }
}
