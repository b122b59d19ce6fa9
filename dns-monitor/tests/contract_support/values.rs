//! What the values of fields look like.

use std::net::IpAddr;

use serde_json::Value;

/// A string that says something.
pub fn text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

pub fn one_of(value: &Value, known: &[&str]) -> bool {
    string(value, |text| known.contains(&text))
}

/// What keeps a query from the resolver.
const BLOCKS: [&str; 6] = ["drop", "nxdomain", "nodata", "refused", "sinkhole", "tcp-only"];

/// A verdict of a query that never reached the resolver.
pub fn blocks(value: &Value) -> bool {
    one_of(value, &BLOCKS)
}

/// A verdict of a query that did, though a rule that only tries says otherwise.
pub fn would_block(value: &Value) -> bool {
    string(value, |text| text.strip_prefix("would-").is_some_and(|block| BLOCKS.contains(&block)))
}

fn string(value: &Value, fits: impl Fn(&str) -> bool) -> bool {
    text(value) && value.as_str().is_some_and(fits)
}

/// The elements of an array of strings.
pub fn words(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// At least one element, all of a kind.
pub fn array(value: &Value, holds: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|array| !array.is_empty() && array.iter().all(holds))
}

/// `2023-11-14T22:13:20.123456789Z`, and a time that exists.
pub fn timestamp(value: &Value) -> bool {
    string(value, |text| {
        let shape: String = text.chars().map(|c| if c.is_ascii_digit() { 'd' } else { c }).collect();
        shape == "dddd-dd-ddTdd:dd:dd.dddddddddZ" && text.parse::<jiff::Timestamp>().is_ok()
    })
}

pub fn version(value: &Value) -> bool {
    string(value, |text| {
        text.split('.').count() == 3 && text.split('.').all(|part| part.parse::<u32>().is_ok())
    })
}

/// A decimal number as people write it.
fn decimal(text: &str, most: u64) -> bool {
    text.parse::<u64>().is_ok_and(|number| number <= most && number.to_string() == text)
}

pub fn id(value: &Value) -> bool {
    string(value, |text| decimal(text, 65_535))
}

pub fn vlan(value: &Value) -> bool {
    string(value, |text| decimal(text, 4095))
}

/// As Rust writes it back: the one spelling of RFC 5952.
pub fn address(value: &Value) -> bool {
    string(value, |text| text.parse::<IpAddr>().is_ok_and(|address| address.to_string() == text))
}

pub fn port(value: &Value) -> bool {
    value.as_u64().is_some_and(|port| port <= 65_535)
}

/// Of a message, without the length that TCP puts before it.
pub fn length(value: &Value) -> bool {
    value.as_u64().is_some_and(|length| length <= 65_535)
}

pub fn mac(value: &Value) -> bool {
    let pair = |pair: &str| pair.len() == 2 && pair.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    string(value, |text| text.split('-').count() == 6 && text.split('-').all(pair))
}

/// `1:` and 20 bytes in base64.
pub fn community_id(value: &Value) -> bool {
    let hash =
        |text: &str| Some(data_encoding::BASE64.decode(text.strip_prefix("1:")?.as_bytes()).ok()?.len());
    string(value, |text| hash(text) == Some(20))
}

/// `AAAA`, `TYPE65280`, `NOTIFY`, `NXDOMAIN`.
pub fn mnemonic(value: &Value) -> bool {
    string(value, |text| text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'*')))
}

/// Those that are set, in the order of the header; none may be.
pub fn header_flags(value: &Value) -> bool {
    let mut all = ["AA", "TC", "RD", "RA", "AD", "CD", "DO"].iter();
    value.as_array().is_some_and(|flags| flags.iter().all(|flag| all.any(|known| flag == known)))
}

/// Visible ASCII, as every presentation form is.
pub fn printable(value: &Value) -> bool {
    string(value, |text| text.bytes().all(|byte| matches!(byte, b'!'..=b'~')))
}

pub fn has_upper(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// A name: lower case, no dot at the end but that of the root.
pub fn name(value: &Value) -> bool {
    let dotted = |text: &str| text != "." && text.ends_with('.') && !text.ends_with("\\.");
    printable(value) && string(value, |text| !has_upper(text) && !dotted(text))
}

/// `192.0.2.0/24`, without bits behind the prefix.
pub fn subnet(value: &Value) -> bool {
    string(value, |text| {
        let Some((address, length)) = text.split_once('/') else { return false };
        let most = if address.contains(':') { 128 } else { 32 };
        self::address(&address.into()) && decimal(length, most)
    })
}

/// Those of the contract's table.
pub fn reason(value: &Value) -> bool {
    let known = [
        "short-header",
        "truncated-name",
        "label-type",
        "name-too-long",
        "forward-pointer",
        "short-question",
        "many-questions",
        "short-record",
        "rdata-length",
        "bad-rdata",
        "bad-edns",
        "captured-in-part",
        "wrong-qr-bit",
    ];
    one_of(value, &known)
}

/// `{name, type, class, ttl, data}`; a record that an UPDATE deletes has no data.
pub fn answers(value: &Value) -> bool {
    array(value, |answer| {
        let Some(fields) = answer.as_object() else { return false };
        let with_data = usize::from(fields.contains_key("data"));
        let holds = |name: &str, fits: fn(&Value) -> bool| fields.get(name).is_some_and(fits);
        let data = |value: &Value| string(value, |text| text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
        fields.len() == 4 + with_data
            && holds("name", name)
            && holds("type", mnemonic)
            && holds("class", mnemonic)
            && fields.get("ttl").and_then(Value::as_u64).is_some_and(|ttl| ttl <= u64::from(u32::MAX))
            && fields.get("data").is_none_or(data)
    })
}

/// 16 hexadecimal digits, a hyphen, a number.
pub fn event_id(value: &Value) -> bool {
    string(value, |text| {
        text.split_once('-').is_some_and(|(start, sequence)| {
            start.len() == 16
                && start.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                && sequence.parse::<u64>().is_ok()
        })
    })
}
