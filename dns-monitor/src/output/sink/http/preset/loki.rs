//! The push API of Grafana Loki.
//!
//! Loki takes what it can of a request and answers 400 for the rest. Halves of it are then sent again, which does no
//! harm: of lines that are the same in time and text it keeps one.

use std::collections::BTreeMap;

use super::quote;
use crate::output::sink::facts::Facts;

pub(super) const PATH: &str = "/loki/api/v1/push";

#[derive(Debug)]
pub(super) struct Loki {
    /// `{"streams":[{"stream":{…},"values":[`
    head: Vec<u8>,
    tenant: Option<String>,
}

impl Loki {
    pub(super) fn new(labels: &BTreeMap<String, String>, tenant: Option<&str>) -> Self {
        let mut head = br#"{"streams":[{"stream":{"#.to_vec();
        for (at, (name, value)) in labels.iter().enumerate() {
            if at > 0 {
                head.push(b',');
            }
            quote(name, &mut head);
            head.push(b':');
            quote(value, &mut head);
        }
        head.extend_from_slice(br#"},"values":["#);
        Self { head, tenant: tenant.map(str::to_owned) }
    }

    pub(super) fn header(&self) -> Option<(&'static str, String)> {
        Some(("x-scope-orgid", self.tenant.clone()?))
    }

    /// `["<ns>","<line>"]` each.
    pub(super) fn body(&self, lines: &[&[u8]], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.head);
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(format!("[\"{}\",", Facts::read(line).time_or_now()).as_bytes());
            quote(&String::from_utf8_lossy(line), out);
            out.push(b']');
        }
        out.extend_from_slice(b"]}]}");
    }
}
