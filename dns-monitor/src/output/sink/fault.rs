//! How protocols say what went wrong, in one place.

use std::{io, time::Duration};

use super::SinkError;

/// More of a collector's own words than this helps nobody.
const MAX_WORDS: usize = 300;

/// The connection broke, or nothing came in time.
pub(super) fn broken(to: &str, kind: io::ErrorKind, how: &str) -> SinkError {
    SinkError::Broken { to: to.to_owned(), source: io::Error::new(kind, how) }
}

/// The collector did not keep to its protocol.
pub(super) fn garbage(to: &str, reason: impl Into<String>) -> SinkError {
    SinkError::Garbage { to: to.to_owned(), reason: reason.into() }
}

/// The collector wants it later.
pub(super) fn busy(to: &str, after: Option<Duration>, reason: impl Into<String>) -> SinkError {
    SinkError::Busy { to: to.to_owned(), reason: reason.into(), after }
}

/// The collector does not want it from us, or not there: somebody has to change a setting.
pub(super) fn unauthorised(to: &str, reason: impl Into<String>) -> SinkError {
    SinkError::Unauthorised { to: to.to_owned(), reason: reason.into() }
}

/// A collector's own words, fit for one line of a log: bounded, and without control characters.
pub(super) fn words(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text.get(..text.len().min(4 * MAX_WORDS)).unwrap_or_default());
    let mut words = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    if words.chars().count() <= MAX_WORDS {
        return words;
    }
    words.chars().take(MAX_WORDS).chain("…".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_fit_a_log() {
        let long = "x".repeat(10_000);
        let cases = [
            ("one line", "no such index", "no such index".to_owned()),
            ("several", " no\r\n such\tindex\x1b[31m \n", "no such index [31m".to_owned()),
            ("too many", &long, format!("{}…", "x".repeat(300))),
            ("none", "\r\n", String::new()),
        ];
        for (what, text, expected) in cases {
            assert_eq!(words(text.as_bytes()), expected, "{what}");
        }
    }
}
