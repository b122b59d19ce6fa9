//! Fields of JSON objects whose shape is the sensor's.

use std::net::IpAddr;

use serde_json::Value;

use super::End;

/// The first of the fields that is a text; fields by JSON pointer (RFC 6901).
pub fn text<'a>(value: &'a Value, pointers: &[&str]) -> Option<&'a str> {
    pointers.iter().find_map(|at| value.pointer(at)?.as_str())
}

/// The first of the fields that is a number from 0 to 65535, or the text of one.
pub fn small(value: &Value, pointers: &[&str]) -> Option<u16> {
    pointers.iter().find_map(|at| match value.pointer(at)? {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    })
}

/// A number or a text, as text.
pub fn plain(value: &Value, pointers: &[&str]) -> Option<String> {
    pointers.iter().find_map(|at| match value.pointer(at)? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    })
}

/// The end of a connection whose address is in one of the first fields, and its port in one of the others.
pub fn end(value: &Value, address: &[&str], port: &[&str]) -> Option<End> {
    let address: IpAddr = text(value, address)?.parse().ok()?;
    Some(End { address: address.to_canonical(), port: small(value, port) })
}
