//! Who made the resolver ask.

use serde_json::{Map, Value};

use super::{
    get,
    values::{address, id, mac, mnemonic, name, one_of, port, text, timestamp},
};

/// `{ip, domain, mac}`, at least one of them, and nothing else.
fn machine(value: &Value) -> bool {
    let Some(members) = value.as_object().filter(|members| !members.is_empty()) else { return false };
    members.iter().all(|(member, value)| match member.as_str() {
        "ip" => address(value),
        "domain" => text(value),
        "mac" => mac(value),
        _ => false,
    })
}

/// How many members a lookup has beside those that say whose it was; `None`: one of these is wrong.
fn asker(value: &Value) -> Option<usize> {
    let has = |path: &str, holds: fn(&Value) -> bool| get(value, path).is_some_and(holds);
    let client = get(value, "client")?.as_object()?;
    let rest: Map<_, _> = client.clone().into_iter().filter(|(member, _)| member != "port").collect();
    let is_whole = has("@timestamp", timestamp)
        && has("client.ip", address)
        && has("client.port", port)
        && machine(&Value::Object(rest))
        && has("dns.id", id);
    let members = value.as_object()?.len();
    is_whole.then(|| members.checked_sub(3))?
}

/// `dns_monitor.cause`.
pub fn causes(value: &Value) -> bool {
    let Some(entries) = value.as_array().filter(|entries| !entries.is_empty()) else { return false };
    let of = |entry: &Value| entry["certainty"].as_str().map(ToOwned::to_owned);
    let is_sole =
        entries.iter().filter_map(of).any(|certainty| matches!(&*certainty, "sole" | "self" | "none"));
    entries.iter().all(cause) && (entries.len() == 1 || !is_sole)
}

fn cause(entry: &Value) -> bool {
    let Some(members) = entry.as_object() else { return false };
    let forgotten = members.get("forgotten");
    if forgotten.is_some_and(|forgotten| forgotten != true) {
        return false;
    }
    let further = usize::from(forgotten.is_some());
    let has = |path: &str, holds: fn(&Value) -> bool| get(entry, path).is_some_and(holds);
    let own = ["priming", "trust-anchor", "zone-refresh", "zone-transfer", "notify"];
    match entry["certainty"].as_str() {
        Some("self") => members.len() == 2 && one_of(&entry["reason"], &own),
        Some("none") => members.len() == 1 + further,
        Some(certainty @ ("sole" | "shared" | "chained" | "prefetch")) => {
            let chain = members.get("chain");
            let fits = match certainty {
                "sole" | "shared" => chain.is_none(),
                "chained" => chain.is_some(),
                _ => true,
            };
            // Question and certainty.
            let expected = 2 + further + usize::from(chain.is_some());
            fits && chain.is_none_or(is_chain)
                && has("question.name", name)
                && has("question.type", mnemonic)
                && asker(entry) == Some(expected)
        }
        _ => false,
    }
}

fn is_chain(chain: &Value) -> bool {
    const VIA: &[&str] = &["cname", "dname", "ns", "additional", "zone", "dnssec"];
    let is_hop = |hop: &Value| {
        hop.as_object().is_some_and(|members| members.len() == 2)
            && one_of(&hop["via"], VIA)
            && name(&hop["name"])
    };
    chain.as_array().is_some_and(|hops| !hops.is_empty() && hops.iter().all(is_hop))
}
