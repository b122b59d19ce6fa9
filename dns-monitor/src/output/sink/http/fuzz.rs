//! Requests and replies without a connection.

use serde_json::Value;

use super::{
    outcome::{Outcome, Reply},
    preset::Preset,
};
use crate::config::output::{ClickhouseFormat, Preset as Settings};

fn presets() -> [Preset; 7] {
    let (index, sourcetype) = ("logs-dns-default".to_owned(), "dns:ecs".to_owned());
    let (table, format) = ("dns.events".to_owned(), ClickhouseFormat::JSONEachRow);
    let host = Some("resolver-1");
    let splunk =
        |acknowledge| Settings::SplunkHec { sourcetype: sourcetype.clone(), index: None, acknowledge };
    let labels = [("job".to_owned(), "a \"b\"".to_owned())].into();
    [
        Preset::new(&Settings::Ndjson, host),
        Preset::new(&Settings::Elasticsearch { index }, host),
        Preset::new(&splunk(false), host),
        Preset::new(&splunk(true), host),
        Preset::new(&Settings::Loki { labels, tenant: None }, host),
        Preset::new(&Settings::Clickhouse { table, format }, host),
        Preset::otlp(host),
    ]
}

/// What a collector may reply: which one, the status, how many events it was sent, and the body.
pub fn reply(bytes: &[u8]) {
    let Some((&[which, high, low, count], body)) = bytes.split_first_chunk() else { return };
    let presets = presets();
    let preset = presets.get(usize::from(which) % presets.len()).unwrap_or(&Preset::Ndjson);
    let status = 200 + u16::from_be_bytes([high, low]) % 400;
    let (count, body) = (usize::from(count), body.to_vec());
    let reply = Reply { status, body, ..Reply::default() };
    match (preset.read(&reply, count), preset) {
        (Outcome::Each(fates), _) => assert_eq!(fates.len(), count),
        (Outcome::TakenBut { refused, .. }, _) => assert!((1..=count).contains(&refused)),
        (Outcome::Ticket(ticket), Preset::Splunk(splunk)) => _ = splunk.indexed(&reply, ticket),
        (Outcome::Ticket(_), _) => unreachable!("only Splunk gives tickets"),
        _ => {}
    }
}

/// Events on their way to one of the collectors: the body is JSON, as they are.
pub fn body(lines: &[&[u8]], which: usize) {
    let each = lines.len();
    let counts = [each, 2 * each, each, each, 1, each, 1];
    if let Some((preset, count)) = presets().into_iter().zip(counts).nth(which % 7) {
        let mut body = Vec::new();
        preset.body(lines, &mut body);
        let values = serde_json::Deserializer::from_slice(&body).into_iter::<Value>();
        assert_eq!(values.filter(Result::is_ok).count(), count, "{}", String::from_utf8_lossy(&body));
    }
}
