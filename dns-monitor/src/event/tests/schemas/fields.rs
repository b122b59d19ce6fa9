//! An event against a list of fields: path, type, and whether an object must have it.

use serde_json::Value;

struct Field<'a> {
    path: &'a str,
    kind: &'a str,
    is_required: bool,
}

/// What is wrong with an event; unknown fields are, and so is what is empty.
pub fn check(list: &str, event: &Value) -> Result<(), String> {
    let fields: Vec<_> = list.lines().filter(|line| !line.starts_with('#')).map(field).collect();
    walk(&fields, "", event)
}

fn field(line: &str) -> Field<'_> {
    let mut words = line.split(' ');
    let (path, kind) = (words.next().unwrap(), words.next().unwrap());
    Field { path, kind, is_required: words.next() == Some("required") }
}

fn walk(fields: &[Field<'_>], path: &str, value: &Value) -> Result<(), String> {
    let kind = fields.iter().find(|field| field.path == path).map(|field| field.kind);
    if kind == Some("any") {
        return Ok(());
    }
    match value {
        Value::Object(members) if path.is_empty() || kind == Some("object") => {
            if members.is_empty() {
                return Err(format!("{path} is empty"));
            }
            let missing = fields
                .iter()
                .filter(|field| field.is_required && parent(fields, field) == path)
                .find(|field| {
                    below(path, field.path)
                        .is_some_and(|name| !members.contains_key(name.trim_end_matches("[]")))
                });
            if let Some(missing) = missing {
                return Err(format!("{} is missing", missing.path));
            }
            members.iter().try_for_each(|(name, member)| walk(fields, &join(path, name), member))
        }
        Value::Array(items) => {
            if items.is_empty() {
                return Err(format!("{path} is empty"));
            }
            items.iter().try_for_each(|item| walk(fields, &format!("{path}[]"), item))
        }
        value => {
            let kind = kind.ok_or_else(|| format!("{path} is not published"))?;
            if holds(kind, value) { Ok(()) } else { Err(format!("{path} may not be {value}: {kind}")) }
        }
    }
}

/// The path of the innermost object that a field is in. Names may have dots of their own.
fn parent<'a>(fields: &[Field<'a>], field: &Field<'_>) -> &'a str {
    let objects = fields.iter().filter(|other| other.kind == "object");
    let around = objects.filter(|other| below(other.path, field.path).is_some());
    around.map(|other| other.path).max_by_key(|path| path.len()).unwrap_or_default()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The rest of a path below another.
fn below<'a>(path: &str, field: &'a str) -> Option<&'a str> {
    if path.is_empty() { Some(field) } else { field.strip_prefix(path)?.strip_prefix('.') }
}

fn holds(kind: &str, value: &Value) -> bool {
    if let Some(allowed) = kind.strip_prefix("enum:") {
        return allowed.split('|').any(|allowed| allowed == value.to_string());
    }
    let text = value.as_str().filter(|text| !text.is_empty());
    let time = |digits: usize, zone: &str| {
        text.and_then(|text| text.strip_suffix(zone)).is_some_and(|text| {
            let shape = text.replace(|c: char| c.is_ascii_digit(), "0");
            shape == format!("0000-00-00T00:00:00.{}", "0".repeat(digits))
        })
    };
    match kind {
        "string" => text.is_some(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "port" => value.as_u64().is_some_and(|port| port <= 65_535),
        "ip" => text.is_some_and(|text| text.parse::<std::net::IpAddr>().is_ok()),
        "mac" => text.is_some_and(|text| {
            text.len() == 17 && text.split(':').all(|byte| u8::from_str_radix(byte, 16).is_ok())
        }),
        "hex" => text.is_some_and(|text| u16::from_str_radix(text, 16).is_ok()),
        "datetime" => time(9, "Z"),
        "eve-time" => time(6, "+0000"),
        "asim-time" => time(7, "Z"),
        other => panic!("no such type: {other}"),
    }
}
