//! The list of OCSF's fields that the agent's unit tests go by is what OCSF has published: PyPI has its schema of every
//! version. Fetched once, into `target/`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use std::{fs, path::PathBuf, process::Command};

use serde_json::{Map, Value};

const PACKAGE: &str = "ocsf-json-schema==1.2.0";
const SCHEMA: &str = "ocsf_json_schema/ocsf/1.8.0.json";
const LIST: &str = include_str!("../../dns-monitor/src/event/tests/schemas/ocsf.txt");

/// Objects that the agent fills; the list has no other.
const OBJECTS: &[&str] = &[
    "answers",
    "query",
    "metadata",
    "metadata.product",
    "device",
    "src_endpoint",
    "dst_endpoint",
    "connection_info",
    "traffic",
    "firewall_rule",
    "policy",
    "unmapped",
];
/// Attributes of profiles that its events do not have; OCSF's list has those of all.
const OTHER_PROFILES: &[&str] = &["cloud", "osint", "load_balancer", "proxy", "malware_scan_info"];

fn schema() -> Value {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ocsf-1.8.0");
    let file = folder.join(SCHEMA);
    if !file.exists() {
        fs::create_dir_all(&folder).unwrap();
        let downloaded = Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest", "."])
            .arg(PACKAGE)
            .current_dir(&folder)
            .status()
            .unwrap_or_else(|error| panic!("python3 with pip (Debian: python3-pip): {error}"));
        assert!(downloaded.success(), "pip download {PACKAGE}: {downloaded}");
        let wheels = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let wheel = wheels.filter(|path| path.extension().is_some_and(|end| end == "whl")).last().unwrap();
        let unpacked =
            Command::new("python3").args(["-m", "zipfile", "-e"]).args([&wheel, &folder]).status().unwrap();
        assert!(unpacked.success(), "{}: {unpacked}", wheel.display());
    }
    serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap()
}

fn kind(attribute: &Value) -> String {
    let own = attribute["type"].as_str().unwrap();
    if let (Some(values), "integer_t" | "long_t") = (attribute["enum"].as_object(), own) {
        let mut values: Vec<u64> = values.keys().map(|value| value.parse().unwrap()).collect();
        values.sort_unstable();
        let values: Vec<String> = values.iter().map(u64::to_string).collect();
        return format!("enum:{}", values.join("|"));
    }
    match own {
        "integer_t" | "long_t" | "timestamp_t" => "integer",
        "datetime_t" => "datetime",
        "port_t" => "port",
        "ip_t" => "ip",
        "mac_t" => "mac",
        "boolean_t" => "boolean",
        "json_t" => "any",
        _ => "string",
    }
    .to_owned()
}

/// Appends the lines of a class's or an object's attributes.
fn walk(schema: &Value, attributes: &Map<String, Value>, above: &str, lines: &mut Vec<String>) {
    for (name, attribute) in attributes {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        let array = if attribute["is_array"] == true { "[]" } else { "" };
        let required = if attribute["requirement"] == "required" { " required" } else { "" };
        if attribute["type"] != "object_t" {
            lines.push(format!("{path}{array} {}{required}", kind(attribute)));
            continue;
        }
        if !OBJECTS.contains(&path.replace("[]", "").as_str()) {
            continue;
        }
        if attribute["object_type"] == "object" {
            lines.push(format!("{path} any"));
            continue;
        }
        lines.push(format!("{path}{array} object{required}"));
        let object = &schema["objects"][attribute["object_type"].as_str().unwrap()]["attributes"];
        walk(schema, object.as_object().unwrap(), &format!("{path}{array}"), lines);
    }
}

#[test]
fn the_list_of_ocsf_is_what_is_published() {
    let schema = schema();
    let mut lines = Vec::new();
    let class = &schema["classes"]["dns_activity"]["attributes"];
    walk(&schema, class.as_object().unwrap(), "", &mut lines);
    let is_of_events = |line: &&String| {
        let first = line.split(['.', ' ', '[']).next().unwrap_or_default();
        !OTHER_PROFILES.contains(&first)
    };
    let published: Vec<&str> = lines.iter().filter(is_of_events).map(String::as_str).collect();
    let listed: Vec<&str> = LIST.lines().filter(|line| !line.starts_with('#')).collect();
    let only = |these: &[&str], those: &[&str]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).map(ToString::to_string).collect()
    };
    assert_eq!(only(&published, &listed), Vec::<String>::new(), "published, not listed");
    assert_eq!(only(&listed, &published), Vec::<String>::new(), "listed, not published");
    assert!(published.len() > 200, "{published:?}");
}
