//! The answers of a response, as every schema tells them.

use super::{Event, json::escape_tail};
use crate::decode::{
    rdata,
    record::{Record, Section},
    rr_type,
};

/// The class of the Internet.
const IN: u16 = 1;

/// What a record's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// There is none: an UPDATE deletes without.
    None,
    /// One address of the Internet. In Chaosnet an A record is something else.
    Address,
    /// Any other.
    Text,
}

/// The records of the answer section, as far as they can be read.
#[inline]
pub fn each<'a>(event: &Event<'a>, mut take: impl FnMut(&Record<'a>)) {
    let Some(Ok(message)) = event.lookup.response.as_ref().map(|seen| &seen.message) else { return };
    if message.header.answers == 0 {
        return;
    }
    for record in message.records() {
        match record {
            Ok(record) if record.section == Section::Answer => take(&record),
            _ => return,
        }
    }
}

/// Appends a record's data in presentation form, escaped for a JSON string, without quotes. Also returns what is wrong
/// with it.
#[inline]
pub fn data(record: &Record<'_>, out: &mut Vec<u8>) -> (Data, Option<&'static str>) {
    let start = out.len();
    match rdata::write(record, out) {
        Ok(()) if out.len() == start => (Data::None, None),
        Ok(()) if is_address(record) => (Data::Address, None),
        Ok(()) => {
            escape_tail(out, start);
            (Data::Text, None)
        }
        Err(reason) => {
            rdata::write_unknown(record.rdata(), out);
            escape_tail(out, start);
            (Data::Text, Some(reason.name()))
        }
    }
}

fn is_address(record: &Record<'_>) -> bool {
    record.class == IN && matches!(record.rtype, rr_type::A | rr_type::AAAA)
}
