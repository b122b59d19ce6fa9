//! What may not be told is in no event of any capture, in no schema, at no place.
//!
//! `DNS_MONITOR_CAPTURES` names another folder of captures.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod event_support;
mod replay_support;

use std::{collections::BTreeSet, net::IpAddr, path::Path};

use dns_monitor::{
    config::Schema,
    event::{
        Event,
        encoder::Encoder,
        privacy::{
            Settings,
            settings::{Addresses, Field, Key, Names},
        },
    },
};
use event_support::{each_event, observer};
use replay_support::captures;
use serde_json::Value;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn settings() -> Settings {
    Settings { key: Some(Key::parse(KEY).unwrap()), ..Settings::default() }
}

/// Encoders of all schemas, and of text.
fn encoders(settings: &Settings) -> Vec<(String, Encoder)> {
    let all = [Schema::Ecs, Schema::Ocsf, Schema::Eve, Schema::Zeek, Schema::Cim, Schema::Asim];
    let json = all.map(|schema| (format!("{schema:?}"), Encoder::new(schema, &observer())));
    let text = [("text".to_owned(), Encoder::text(false))];
    let with = |(name, encoder): (String, Encoder)| (name, encoder.with_privacy(settings).unwrap());
    json.into_iter().chain(text).map(with).collect()
}

/// The event in ECS, and the same with nothing left out, in the other encoders.
fn told(encoder: &mut Encoder, event: &Event<'_>) -> String {
    let mut out = Vec::new();
    encoder.encode(event, &mut out);
    let text = String::from_utf8(out).unwrap();
    // Names are in presentation form: escapes of JSON would hide them.
    text.replace("\\\\", "\\").replace("\\\"", "\"")
}

/// All texts below a path; `[]` is any element.
fn texts(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    let Some((key, rest)) = path.split_once('/').or((!path.is_empty()).then_some((path, ""))) else {
        found.extend(value.as_str().map(ToOwned::to_owned));
        return;
    };
    match (key, value) {
        ("[]", Value::Array(items)) => items.iter().for_each(|item| texts(item, rest, found)),
        (key, value) => {
            if let Some(value) = value.get(key) {
                texts(value, rest, found);
            }
        }
    }
}

fn all(event: &Value, paths: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    paths.iter().for_each(|path| texts(event, path, &mut found));
    found
}

/// Whether a word stands in a text, not as a part of a longer one.
fn stands(text: &str, word: &str, is_part: fn(char) -> bool) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(is_part);
        let after = text[at + word.len()..].chars().next().is_some_and(is_part);
        !before && !after
    })
}

/// Looks at every event, unmasked as ECS and masked in each encoder.
fn each(settings: &Settings, mut look: impl FnMut(&str, &Value, &str)) {
    let mut events = 0;
    for file in captures() {
        let mut plain = Encoder::new(Schema::Ecs, &observer());
        let mut masked = encoders(settings);
        events += each_event(&file, |event| {
            let mut out = Vec::new();
            plain.encode(event, &mut out);
            let ecs = serde_json::from_slice(&out).unwrap();
            for (name, encoder) in &mut masked {
                let place = place(&file, event, name);
                look(&place, &ecs, &told(encoder, event));
            }
        });
    }
    assert!(events > 0, "no capture has an event");
}

fn place(file: &Path, event: &Event<'_>, encoder: &str) -> String {
    format!("{} event {}, {encoder}", file.display(), event.id.sequence)
}

const ADDRESSES: &[&str] =
    &["dns_monitor/cause/[]/client/ip", "dns_monitor/filled_by/client/ip", "dns_monitor/true_client/ip"];
const MACS: &[&str] = &[
    "dns_monitor/cause/[]/client/mac",
    "dns_monitor/filled_by/client/mac",
    "dns_monitor/true_client/mac",
    "client/mac",
];
const DOMAINS: &[&str] = &[
    "dns_monitor/cause/[]/client/domain",
    "dns_monitor/filled_by/client/domain",
    "dns_monitor/true_client/domain",
    "client/domain",
];
const NAMES: &[&str] = &[
    "dns/question/name",
    "dns/question/registered_domain",
    "dns_monitor/original_name",
    "dns/answers/[]/name",
    "dns_monitor/cause/[]/question/name",
    "dns_monitor/cause/[]/chain/[]/name",
];

fn of_address(c: char) -> bool {
    c.is_ascii_hexdigit() || matches!(c, '.' | ':')
}

fn of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '\\')
}

/// Addresses of clients that the event names, but those that it names as the resolver's or a server's too.
fn clients(ecs: &Value) -> BTreeSet<String> {
    let is_client = ecs["dns_monitor"]["role"] == "client";
    let mut found = all(ecs, ADDRESSES);
    if is_client {
        found.extend(all(ecs, &["client/ip"]));
    } else {
        all(ecs, &["client/ip"]).iter().for_each(|own| _ = found.remove(own));
        all(ecs, &["server/ip"]).iter().for_each(|server| _ = found.remove(server));
    }
    if ecs["client"]["ip"] != ecs["server"]["ip"] {
        all(ecs, &["server/ip"]).iter().for_each(|server| _ = found.remove(server));
    }
    found
}

fn no_client_is_told(settings: &Settings, is_told: fn(IpAddr) -> bool) {
    let mut checked = 0;
    each(settings, |place, ecs, told| {
        for address in clients(ecs) {
            let parsed: IpAddr = address.parse().unwrap();
            if is_told(parsed) {
                continue;
            }
            assert!(!stands(told, &address, of_address), "{place}: {address} in {told}");
            checked += 1;
        }
        for mac in all(ecs, MACS) {
            let other = mac.replace('-', ":");
            assert!(!told.contains(&mac) && !told.contains(&other), "{place}: {mac} in {told}");
            checked += 1;
        }
        for domain in all(ecs, DOMAINS) {
            assert!(!stands(told, &domain, of_name), "{place}: {domain} in {told}");
            checked += 1;
        }
        if ecs["dns_monitor"]["role"] == "client" {
            let id = ecs["network"]["community_id"].as_str().unwrap();
            let is_same = ecs["client"]["ip"].as_str().is_some_and(|ip| is_told(ip.parse().unwrap()));
            assert!(is_same || !told.contains(id), "{place}: {id} in {told}");
        }
    });
    assert!(checked > 0, "nothing was to be masked");
}

#[test]
fn pseudonyms_leave_no_client() {
    no_client_is_told(&Settings { addresses: Addresses::Pseudonym, ..settings() }, |_| false);
}

#[test]
fn truncation_leaves_no_client() {
    let is_network = |address: IpAddr| match address {
        IpAddr::V4(address) => address.to_bits() & 0xff == 0,
        IpAddr::V6(address) => address.to_bits() << 48 == 0,
    };
    no_client_is_told(&Settings { addresses: Addresses::Truncate, key: None, ..settings() }, is_network);
}

#[test]
fn hashing_leaves_no_name() {
    let mut checked = 0;
    each(&Settings { names: Names::Hash, ..settings() }, |place, ecs, told| {
        let told = told.to_lowercase();
        for name in all(ecs, NAMES)
            .iter()
            .map(|name| name.to_lowercase())
            .filter(|name| name.contains('.') && name != ".")
        {
            assert!(!stands(&told, &name, of_name), "{place}: {name} in {told}");
            checked += 1;
        }
        assert!(!told.contains(".txt:"), "{place}: the line of a list in {told}");
    });
    assert!(checked > 0, "no name was to be hashed");
}

#[test]
fn fields_are_dropped() {
    let fields = [
        (Field::Answers, ["\"answers\":[", "\"answer\":[", "resolved_ip", "DnsResponseName"].as_slice()),
        (Field::OriginalName, &["original_name"]),
        (Field::ClientSubnet, &["client_subnet"]),
        (Field::TrueClient, &["true_client"]),
        (Field::Cause, &["\"cause\""]),
        (Field::FilledBy, &["filled_by"]),
        (Field::ClientMac, &["02-4D-", "02:4D:", "02-09-09", "02:09:09"]),
        (Field::ClientDomain, &["laptop-", "behind.monitor.test"]),
    ];
    let settings = Settings { drop: Some(fields.iter().map(|(field, _)| *field).collect()), ..settings() };
    each(&settings, |place, _, told| {
        for word in fields.iter().flat_map(|(_, words)| *words) {
            assert!(!told.contains(word), "{place}: {word} in {told}");
        }
    });
}

/// What is not asked for is not changed: the rest of an event is the same.
#[test]
fn the_rest_stays() {
    let paths = [
        "dns/question/type",
        "dns/question/class",
        "dns/response_code",
        "dns/op_code",
        "dns/header_flags/[]",
        "dns/id",
        "dns_monitor/role",
        "dns_monitor/verdict",
        "dns_monitor/malformed",
        "dns_monitor/cache",
        "dns_monitor/cause/[]/certainty",
        "event/outcome",
        "event/id",
        "server/ip",
    ];
    let hidden = Settings { addresses: Addresses::Pseudonym, names: Names::Hash, ..settings() };
    let mut compared = 0;
    each(&hidden, |place, ecs, told| {
        if !place.ends_with("Ecs") || ecs["client"]["ip"] == ecs["server"]["ip"] {
            return;
        }
        let told: Value = serde_json::from_str(told).unwrap();
        // An answer that is left out cannot be malformed any more.
        let is_about_answers = ecs["dns_monitor"]["malformed"] == "bad-rdata";
        for path in paths.iter().filter(|path| !(is_about_answers && path.ends_with("malformed"))) {
            assert_eq!(all(&told, &[path]), all(ecs, &[path]), "{place}: {path}");
            compared += 1;
        }
    });
    assert!(compared > 0, "nothing was compared");
}
