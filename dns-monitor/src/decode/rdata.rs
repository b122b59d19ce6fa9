//! Record data as text: the presentation form of the RFC that defines the type, with names
//! in lower case and without a trailing dot, as in the rest of an event.
//!
//! The forms are data, in [`rr_type`]; [`fields`] renders them, [`own`] has the odd ones.

use super::{class, malformed::Malformed, name::Name, record::Record, rr_type, text};
use cursor::Cursor;

mod cursor;
mod fields;
mod gateway;
mod loc;
mod own;
mod svcb;

/// Why there is no text of the type's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The data is not what the type demands.
    Malformed(Malformed),
    /// The data is of a version or family that has no text form yet: RFC 3597 serves.
    NoForm,
}

impl From<Malformed> for Fault {
    fn from(reason: Malformed) -> Self {
        Self::Malformed(reason)
    }
}

/// Appends the presentation form of the record's data; types that are not known or have no
/// form read `\# length hex` (RFC 3597 §5). Data left out by an UPDATE appends nothing.
///
/// # Errors
/// [`Malformed::BadRdata`] or what is wrong with a name in the data. Nothing is appended then.
#[inline]
pub fn write(record: &Record<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    if record.class != class::CH && write_common(record, out).is_some() {
        return Ok(());
    }
    write_by_form(record, out)
}

/// The types that make up nearly all answers; `None` where the general way has to decide.
#[inline]
fn write_common(record: &Record<'_>, out: &mut Vec<u8>) -> Option<()> {
    match record.rtype {
        rr_type::A => text::ipv4(<[u8; 4]>::try_from(record.rdata()).ok()?.into(), out),
        rr_type::AAAA => text::ipv6(<[u8; 16]>::try_from(record.rdata()).ok()?.into(), out),
        rr_type::NS | rr_type::CNAME | rr_type::PTR => {
            let data = record.message.get(..record.rdata_end)?;
            let (name, next) = Name::read(data, record.rdata_at).ok()?;
            (next == record.rdata_end).then_some(())?;
            name.write_lower(out);
        }
        _ => return None,
    }
    Some(())
}

fn write_by_form(record: &Record<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let rdata = record.rdata();
    if rdata.is_empty() && matches!(record.class, class::NONE | class::ANY) {
        return Ok(());
    }
    let form = match (record.class, record.rtype) {
        // A domain and an octal address (RFC 1035 §3.4.1 has IN's).
        (class::CH, rr_type::A) => Some(rr_type::CHAOSNET_A),
        (_, rtype) => rr_type::form(rtype),
    };
    let Some(form) = form else {
        write_unknown(rdata, out);
        return Ok(());
    };
    let start = out.len();
    let mut cursor = Cursor::new(record).ok_or(Malformed::BadRdata)?;
    let written = fields::write(form, &mut cursor, out);
    if written.is_err() {
        out.truncate(start);
    }
    match written {
        Ok(()) => Ok(()),
        Err(Fault::Malformed(reason)) => Err(reason),
        Err(Fault::NoForm) => {
            write_unknown(rdata, out);
            Ok(())
        }
    }
}

/// RFC 3597 §5.
pub fn write_unknown(rdata: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\# ");
    text::decimal(rdata.len() as u64, out);
    if !rdata.is_empty() {
        out.push(b' ');
        text::hex(rdata, out);
    }
}
