//! What happened: `event`.

use crate::{
    event::{
        Event,
        beyond::id,
        json::{number, raw},
    },
    rules::{action::Block, verdict::Verdict},
};

/// Kind, category, type and action are one of six texts, up to the outcome.
macro_rules! opening {
    ($kind:literal, $allowed:literal, $action:literal) => {
        concat!(
            r#","event":{"kind":""#,
            $kind,
            r#"","category":["network"],"type":["protocol",""#,
            $allowed,
            r#""],"action":""#,
            $action,
            r#"","outcome":""#
        )
    };
}

/// Appends `event`.
pub(super) fn action(event: &Event<'_>, out: &mut Vec<u8>) {
    raw(
        out,
        match (event.verdict(), event.is_alert()) {
            (Verdict::Pass | Verdict::Would(_), false) => opening!("event", "allowed", "dns-lookup"),
            (Verdict::Pass | Verdict::Would(_), true) => opening!("alert", "allowed", "dns-lookup"),
            (Verdict::Blocked(Block::Drop), false) => opening!("event", "denied", "dns-drop"),
            (Verdict::Blocked(Block::Drop), true) => opening!("alert", "denied", "dns-drop"),
            (Verdict::Blocked(_), false) => opening!("event", "denied", "dns-answer"),
            (Verdict::Blocked(_), true) => opening!("alert", "denied", "dns-answer"),
        },
    );
    raw(out, event.outcome().name());
    if let Some(duration) = event.lookup.duration() {
        raw(out, r#"","duration":"#);
        number(out, duration);
    } else {
        raw(out, "\"");
    }
    id(event.id, out);
    raw(out, "}");
}
