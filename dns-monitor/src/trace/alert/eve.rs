//! EVE, the JSON of Suricata. Versions differ in where they put a DNS message:
//!
//! | | an alert | a record |
//! |---|---|---|
//! | 6, 7 | `dns.query[0].{id,rrname}`, `dns.answer.{id,rrname}` | `dns.{id,rrname}` |
//! | 8 | `dns.id`, `dns.queries[0].rrname` | the same |

use serde_json::Value;

use super::{DNS, Kind, Said, json, name, when::Clock};

/// Where the message id may be.
const ID: &[&str] = &["/dns/id", "/dns/query/0/id", "/dns/queries/0/id", "/dns/answer/id", "/dns/query/id"];
/// Where the name may be, the best first. What a TLS or HTTP connection is made to was looked up before.
const NAME: &[&str] = &[
    "/dns/rrname",
    "/dns/query/0/rrname",
    "/dns/queries/0/rrname",
    "/dns/answer/rrname",
    "/dns/query/rrname",
    "/tls/sni",
    "/quic/sni",
    "/http/hostname",
];
/// Both mean a response: the second is version 3's.
const RESPONSE: [&str; 2] = ["answer", "response"];

/// Reads a record; `None` where it is not Suricata's.
pub fn read(value: &Value, clock: &Clock) -> Option<Kind> {
    let kind = json::text(value, &["/event_type"])?;
    if !matches!(kind, "alert" | "dns") {
        return Some(Kind::Other);
    }
    let ends =
        [json::end(value, &["/src_ip"], &["/src_port"]), json::end(value, &["/dest_ip"], &["/dest_port"])];
    let [from, to] = ends.map(|end| end.and_then(|end| end.port) == Some(DNS));
    let said = Said {
        when: json::text(value, &["/timestamp"]).and_then(|text| clock.read(text)),
        ends,
        id: json::small(value, ID),
        name: json::text(value, NAME).and_then(name::read),
        of_response: (from && !to)
            || json::text(value, &["/direction"]) == Some("to_client")
            || json::text(value, &["/dns/type"]).is_some_and(|kind| RESPONSE.contains(&kind)),
        about: about(value),
        link: json::plain(value, &["/flow_id"]).map(|flow| format!("flow_id {flow}").into()),
    };
    Some(if kind == "alert" { Kind::Alert(said) } else { Kind::Record(said) })
}

/// `signature (sid 2018358)`.
fn about(value: &Value) -> Option<Box<str>> {
    let signature = json::text(value, &["/alert/signature"])?;
    let id = json::plain(value, &["/alert/signature_id"]);
    Some(id.map_or_else(|| signature.into(), |id| format!("{signature} (sid {id})").into()))
}

#[cfg(test)]
mod tests;
