//! Query types as text: by name, or as RFC 3597 §5 writes those that have none.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

use crate::decode::{mnemonics, rr_type};

/// Reads `AAAA`, `TYPE28` or `28`, in any case.
#[must_use]
pub fn parse(text: &str) -> Option<u16> {
    let named = |number: &&u16| rr_type::name(**number).is_some_and(|name| name.eq_ignore_ascii_case(text));
    if let Some(number) = rr_type::ALL.iter().find(named) {
        return Some(*number);
    }
    let (prefix, digits) = text.split_at_checked(4).unwrap_or_default();
    let digits = if prefix.eq_ignore_ascii_case("TYPE") { digits } else { text };
    // A sign is for numbers, and this is a name.
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// For `#[serde(with)]`.
///
/// # Errors
/// The serializer's.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
pub fn serialize<S: Serializer>(qtype: &u16, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&mnemonics::rr_type(*qtype))
}

/// For `#[serde(with)]`.
///
/// # Errors
/// The deserializer's, or the text is no type.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no query type, such as \"AAAA\"")))
}
