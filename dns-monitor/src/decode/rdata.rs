//! Record data as text.
use super::{malformed::Malformed, record::Record};

/// Appends the presentation form of the record's data.
///
/// # Errors
/// The data does not have the form of its type; nothing is appended then.
pub fn write(_record: &Record<'_>, _out: &mut Vec<u8>) -> Result<(), Malformed> {
    Ok(())
}
