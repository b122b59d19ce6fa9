//! What a reply means.

use std::time::Duration;

use jiff::Timestamp;
use ureq::http::{HeaderMap, header};

use crate::output::sink::fault::words;

/// No collector is believed that wants to be left alone for longer.
const MAX_AFTER: Duration = Duration::from_secs(600);

/// What a collector answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    /// The status code.
    pub(super) status: u16,
    /// The header lines.
    pub(super) headers: HeaderMap,
    /// The body, as far as it was read.
    pub(super) body: Vec<u8>,
}

/// What became of the events of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All were taken.
    Taken,
    /// All but so many; the collector does not say which.
    TakenBut {
        /// How many it will never take.
        refused: usize,
        /// Its words.
        reason: String,
    },
    /// To each its own, in their order.
    Each(Vec<Fate>),
    /// None was taken, because of some of them or because they are too many.
    Halve(String),
    /// None will ever be taken.
    Refused(String),
    /// Taken for now: what becomes of them is to be asked with this number.
    Ticket(u64),
    /// None was taken for now.
    Later {
        /// How long the collector wants to be left alone.
        after: Option<Duration>,
        /// Its words.
        reason: String,
    },
    /// None was taken: not from us, or not there. Nothing is wrong with the events.
    Misplaced(String),
    /// This is no reply of such a collector.
    Garbage(String),
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was taken, now or before.
    Taken,
    /// It will never be.
    Refused(String),
    /// It may be, later.
    Later(String),
    /// It would be, elsewhere or from somebody else: a setting is to be changed.
    Misplaced(String),
}

impl Reply {
    /// What the status means where the collector says nothing better (RFC 9110 §15).
    pub(super) fn judge(&self, said: &str) -> Outcome {
        match self.status {
            200..=299 => Outcome::Taken,
            400 | 413 | 422 => Outcome::Halve(self.told(said)),
            408 | 425 | 429 | 500..=599 => self.later(said),
            // They wait until somebody has changed a setting.
            _ => Outcome::Misplaced(self.told(said)),
        }
    }

    /// The collector is busy; when it wants them again, if it says so.
    pub(super) fn later(&self, said: &str) -> Outcome {
        Outcome::Later { after: self.after(), reason: self.told(said) }
    }

    /// The status and the collector's words.
    pub(super) fn told(&self, said: &str) -> String {
        match words(said.as_bytes()) {
            said if said.is_empty() => format!("HTTP status {}", self.status),
            said => format!("HTTP status {}: {said}", self.status),
        }
    }

    /// The body as text, for people.
    pub(super) fn text(&self) -> String {
        words(&self.body)
    }

    /// A header that is plain ASCII.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
    fn after(&self) -> Option<Duration> {
        let text = self.header(header::RETRY_AFTER.as_str())?.trim();
        let after = match text.parse().map(Duration::from_secs) {
            Ok(after) => after,
            Err(_) => {
                let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
                Duration::try_from(date.duration_since(Timestamp::now())).unwrap_or_default()
            }
        };
        Some(after.min(MAX_AFTER))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_status_says_what_to_do() {
        let cases = [
            (200, "taken"),
            (204, "taken"),
            (301, "misplaced"),
            (400, "halve"),
            (401, "misplaced"),
            (403, "misplaced"),
            (404, "misplaced"),
            (408, "later"),
            (413, "halve"),
            (415, "misplaced"),
            (422, "halve"),
            (429, "later"),
            (500, "later"),
            (503, "later"),
        ];
        for (status, expected) in cases {
            let outcome = match (Reply { status, ..Reply::default() }).judge("") {
                Outcome::Taken => "taken",
                Outcome::Halve(_) => "halve",
                Outcome::Later { .. } => "later",
                Outcome::Misplaced(_) => "misplaced",
                other => panic!("{status}: {other:?}"),
            };
            assert_eq!(outcome, expected, "{status}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_for_ever() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let cases = [
            ("7", seconds(7)),
            (" 0 ", seconds(0)),
            ("86400", seconds(600)),
            ("Wed, 21 Oct 2015 07:28:00 GMT", seconds(0)),
            ("Wed, 21 Oct 2099 07:28:00 GMT", seconds(600)),
            ("-3", None),
            ("soon", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let mut reply = Reply { status: 503, ..Reply::default() };
            reply.headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            assert_eq!(reply.after(), expected, "{text}");
        }
        assert_eq!(Reply::default().after(), None);
    }
}
