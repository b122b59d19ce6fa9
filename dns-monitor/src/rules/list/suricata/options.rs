//! The options of a rule: `(name:value; name; …)`.

use crate::rules::list::Bad;

/// Splits options; a semicolon in quotes or behind a backslash belongs to the value.
pub(super) fn split(text: &str) -> Result<Vec<(&str, Option<&str>)>, Bad> {
    let mut options = Vec::new();
    let (mut start, mut is_quoted, mut is_escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b';' if !is_quoted => {
                options.push(option(&text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    if is_quoted || !text[start..].trim().is_empty() {
        return Err(Bad::Syntax("options that do not end with a semicolon"));
    }
    Ok(options)
}

fn option(text: &str) -> (&str, Option<&str>) {
    match text.split_once(':') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (text.trim(), None),
    }
}
