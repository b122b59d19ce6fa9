//! What several conditions need of a lookup, each worked out when first asked for.

use std::{cell::OnceCell, fmt::Write as _};

use jiff::tz::TimeZone;

use super::{
    daytime::Moment,
    domain::{self, Split},
    entropy, names,
    skeleton::Look,
};
use crate::rules::{name::Shown, subject::Subject};

/// A lookup, and what has been worked out of it.
pub struct Facts<'s> {
    /// The lookup.
    pub subject: Subject<'s>,
    zone: Option<TimeZone>,
    shown: OnceCell<String>,
    split: OnceCell<Option<Split<'s>>>,
    look: OnceCell<Option<Look>>,
    moment: OnceCell<Option<Moment>>,
}

impl<'s> Facts<'s> {
    /// Local time is that of the system.
    #[must_use]
    pub const fn new(subject: Subject<'s>) -> Self {
        Self {
            subject,
            zone: None,
            shown: OnceCell::new(),
            split: OnceCell::new(),
            look: OnceCell::new(),
            moment: OnceCell::new(),
        }
    }

    /// Local time is that of `zone`.
    #[must_use]
    pub fn in_zone(subject: Subject<'s>, zone: TimeZone) -> Self {
        Self { zone: Some(zone), ..Self::new(subject) }
    }

    /// The name in presentation form.
    pub(in crate::rules) fn shown(&self) -> &str {
        self.shown.get_or_init(|| show(self.subject.name))
    }

    /// The name by the Public Suffix List.
    pub(super) fn split(&self) -> Option<Split<'s>> {
        *self.split.get_or_init(|| domain::split(self.subject.name))
    }

    /// What is compared with protected names.
    pub(super) fn own_domain(&self) -> &'s [u8] {
        self.split().map_or(self.subject.name, |split| split.registered)
    }

    /// How that looks; `None` where it is not text.
    pub(super) fn look(&self) -> Option<&Look> {
        self.look.get_or_init(|| Look::of(self.own_domain())).as_ref()
    }

    /// Entropy of the longest label below the registered domain.
    pub(super) fn entropy(&self) -> Option<f64> {
        let below = self.split()?.below;
        (!below.is_empty()).then(|| entropy::shannon(names::longest_label(below)))
    }

    /// Local weekday and time of day.
    pub(super) fn moment(&self) -> Option<Moment> {
        *self.moment.get_or_init(|| match &self.zone {
            Some(zone) => Moment::of(self.subject.time, zone),
            None => Moment::of(self.subject.time, &TimeZone::system()),
        })
    }
}

/// Host names need no escape and are copied; the rest is rare.
fn show(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    let plain = |byte: &u8| matches!(byte, b'!'..=b'~' if !matches!(byte, b'.' | b'\\'));
    for label in crate::rules::name::split(name) {
        if !label.iter().all(plain) {
            text.clear();
            break;
        }
        if !text.is_empty() {
            text.push('.');
        }
        text.extend(label.iter().map(|byte| char::from(*byte)));
    }
    if text.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", Shown(name));
    }
    text
}
