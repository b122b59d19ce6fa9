//! The answers of a response, as every schema tells them.

use super::{
    Event,
    json::{count, escape_tail, raw},
};
use crate::decode::{
    class, rdata,
    record::{Record, Section},
    rr_type,
};

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

/// How a schema writes data and TTLs of the answers as two arrays.
pub struct Arrays {
    /// Opens the array of data and its first string: `,"answers":["`.
    pub data: &'static str,
    /// Ends it, and opens that of TTLs: `],"TTLs":[`.
    pub ttls: &'static str,
    /// Stands behind each TTL.
    pub fraction: &'static str,
}

impl Arrays {
    /// Appends them, of one length; nothing where there is no data. `ttls` is a buffer. Returns what was wrong with record
    /// data.
    #[inline]
    pub fn write(&self, event: &Event<'_>, ttls: &mut Vec<u8>, out: &mut Vec<u8>) -> Option<&'static str> {
        ttls.clear();
        let (start, mut malformed) = (out.len(), None);
        each(event, |record| {
            let before = out.len();
            raw(out, if before == start { self.data } else { r#",""# });
            let (data, fault) = data(record, out);
            malformed = malformed.or(fault);
            if data == Data::None {
                return out.truncate(before);
            }
            raw(out, "\"");
            let separator = if ttls.is_empty() { self.ttls } else { "," };
            count(ttls, separator, u64::from(record.ttl));
            raw(ttls, self.fraction);
        });
        if out.len() > start {
            out.extend_from_slice(ttls);
            raw(out, "]");
        }
        malformed
    }
}

fn is_address(record: &Record<'_>) -> bool {
    record.class == class::IN && matches!(record.rtype, rr_type::A | rr_type::AAAA)
}
