//! A capture as tshark reads it.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Message;

pub fn read(path: &Path) -> Result<Vec<Message>> {
    let mut tshark = Command::new("tshark");
    // JSON rather than fields: of several messages in a frame it says which field is whose.
    tshark.args(["-Y", "dns", "-T", "json", "-J", "dns", "--no-duplicate-keys", "-r"]).arg(path);
    let output =
        tshark.output().context("cannot run tshark: install it (Debian, Ubuntu: apt-get install tshark)")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success() || said.contains("cut short"), "tshark: {said}");
    let packets: Vec<Value> = serde_json::from_slice(&output.stdout).context("tshark's JSON")?;
    let mut messages = vec![];
    for packet in &packets {
        match &packet["_source"]["layers"]["dns"] {
            Value::Array(several) => messages.extend(several.iter().filter_map(message)),
            one => messages.extend(message(one)),
        }
    }
    Ok(messages)
}

/// `None` for what tshark calls DNS but has no header.
fn message(dns: &Value) -> Option<Message> {
    let id = u16::from_str_radix(dns["dns.id"].as_str()?.trim_start_matches("0x"), 16).ok()?;
    let flags = &dns["dns.flags_tree"];
    let response = matches!(flags["dns.flags.response"].as_str()?, "1" | "True");
    let rcode = flags["dns.flags.rcode"].as_str().map_or(Some(0), |rcode| rcode.parse().ok())?; // of responses only
    Some(Message { id, response, question: question(dns), rcode })
}

fn question(dns: &Value) -> Option<(String, u16)> {
    // An UPDATE's zone is laid out as a question (RFC 2136 §2.3).
    let questions = dns["Queries"].as_object().or(dns["Zone"].as_object())?;
    let question = questions.values().next()?;
    let name = question["dns.qry.name"].as_str()?;
    let rr_type = question["dns.qry.type"].as_str()?.parse().ok()?;
    let name = if name == "<Root>" { ".".to_owned() } else { name.to_ascii_lowercase() };
    Some((name, rr_type))
}
