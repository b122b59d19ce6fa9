//! The object `alert`.

use crate::{
    event::{
        Event,
        json::{count, raw, text},
    },
    rules::{action::Severity, verdict::Verdict},
};

/// Not 1, which is Suricata's own rules: what makes the alert is another program.
const GENERATOR: &str = r#","gid":53,"signature_id":"#;
/// 31 bits, as signed readers hold them.
const SIGNATURE: u32 = 0x7fff_ffff;

/// Appends `alert`; of an event without a rule, nothing.
#[cold]
pub(super) fn write(event: &Event<'_>, out: &mut Vec<u8>) {
    let Some(rule) = &event.judgement.rule else { return };
    raw(
        out,
        match event.verdict() {
            Verdict::Blocked(_) => r#","alert":{"action":"blocked""#,
            Verdict::Pass | Verdict::Would(_) => r#","alert":{"action":"allowed""#,
        },
    );
    count(out, GENERATOR, u64::from(signature(rule.ruleset, rule.name)));
    text(out, r#","rev":1,"signature":""#, rule.name);
    if let Some(category) = rule.category.filter(|category| !category.is_empty()) {
        text(out, r#","category":""#, category);
    }
    raw(
        out,
        match rule.severity {
            Some(Severity::Critical | Severity::High) => r#","severity":1}"#,
            Some(Severity::Medium) => r#","severity":2}"#,
            Some(Severity::Low) | None => r#","severity":3}"#,
        },
    );
}

/// A number for a rule that has a name: the same on every host and after every restart (FNV-1a).
fn signature(ruleset: &str, name: &str) -> u32 {
    let bytes = ruleset.bytes().chain([0]).chain(name.bytes());
    let hash = bytes.fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash & SIGNATURE
}
