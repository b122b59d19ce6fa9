//! Query types as text: by name, or as RFC 3597 §5 writes those that have none.

use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

use crate::decode::mnemonics;
pub use crate::decode::rr_type::parse;

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
