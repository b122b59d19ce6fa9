//! Renders the fields of a form one by one.

use super::{Fault, cursor::Cursor, own};
use crate::decode::{malformed::Malformed, mnemonics, rr_type::Field, text};

/// Appends all fields, a space between them, and demands that they use up the data.
pub(super) fn write(form: &[Field], data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    let start = out.len();
    for &field in form {
        let before = out.len();
        if before > start {
            out.push(b' ');
        }
        let after_space = out.len();
        write_field(field, data, out)?;
        if out.len() == after_space {
            out.truncate(before);
        }
    }
    Ok(data.finish()?)
}

fn write_field(field: Field, data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    match field {
        Field::U8 => text::decimal(u64::from(data.u8()?), out),
        Field::U16 => text::decimal(u64::from(data.u16()?), out),
        Field::U32 => text::decimal(u64::from(data.u32()?), out),
        Field::U48 => {
            let [a, b, c, d, e, f] = data.array()?;
            text::decimal(u64::from_be_bytes([0, 0, a, b, c, d, e, f]), out);
        }
        Field::U64 => text::decimal(u64::from_be_bytes(data.array()?), out),
        Field::Octal => text::octal(data.u16()?, out),
        Field::Name => data.name()?.write_lower(out),
        Field::Ipv4 => text::ipv4(data.array::<4>()?.into(), out),
        Field::Ipv6 => text::ipv6(data.array::<16>()?.into(), out),
        Field::Type => mnemonics::rr_type(data.u16()?).write(out),
        Field::Error => mnemonics::tsig_error(data.u16()?).write(out),
        Field::Time => time(data.u32()?, out)?,
        Field::CharString => text::quoted(data.string()?, out),
        Field::CharStrings => char_strings(data, out)?,
        Field::Tag => tag(data, out)?,
        Field::Text => text::quoted(data.rest(), out),
        Field::Hex => text::hex(data.rest(), out),
        Field::Nsap => {
            out.extend_from_slice(b"0x");
            text::hex(not_empty(data.rest())?, out);
        }
        Field::Base64 => text::base64(data.rest(), out),
        Field::SizedBase64 => sized_base64(data, out)?,
        Field::Salt => match data.string()? {
            [] => out.push(b'-'),
            salt => text::hex(salt, out),
        },
        Field::Hash => text::base32_hex(not_empty(data.string()?)?, out),
        Field::TypeBitmap => type_bitmap(data, out)?,
        Field::Locator => joined(data.take(8)?, 2, b':', out),
        Field::Eui(length) => joined(data.take(usize::from(length))?, 1, b'-', out),
        Field::Own(own) => own::write(own, data, out)?,
    }
    Ok(())
}

fn not_empty(bytes: &[u8]) -> Result<&[u8], Malformed> {
    if bytes.is_empty() { Err(Malformed::BadRdata) } else { Ok(bytes) }
}

fn char_strings(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    text::quoted(data.string()?, out);
    while !data.is_empty() {
        out.push(b' ');
        text::quoted(data.string()?, out);
    }
    Ok(())
}

/// RFC 8659 §4.1: one or more ASCII letters and digits.
fn tag(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let tag = not_empty(data.string()?)?;
    if !tag.iter().all(u8::is_ascii_alphanumeric) {
        return Err(Malformed::BadRdata);
    }
    out.extend_from_slice(tag);
    Ok(())
}

fn sized_base64(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let length = data.u16()?;
    text::decimal(u64::from(length), out);
    if length > 0 {
        out.push(b' ');
        text::base64(data.take(usize::from(length))?, out);
    }
    Ok(())
}

/// RFC 4034 §3.2; until 2106 the 32 bits need no other century.
fn time(seconds: u32, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let time = jiff::Timestamp::from_second(i64::from(seconds)).map_err(|_| Malformed::BadRdata)?;
    let time = jiff::tz::TimeZone::UTC.to_datetime(time);
    text::padded(u64::from(time.year().unsigned_abs()), 4, out);
    for part in [time.month(), time.day(), time.hour(), time.minute(), time.second()] {
        text::padded(u64::from(part.unsigned_abs()), 2, out);
    }
    Ok(())
}

/// RFC 4034 §4.1.2: windows in ascending order, 1 to 32 bytes each.
fn type_bitmap(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let start = out.len();
    let mut last = None;
    while !data.is_empty() {
        let window = data.u8()?;
        let bitmap = data.string()?;
        if last.is_some_and(|last| window <= last) || !matches!(bitmap.len(), 1..=32) {
            return Err(Malformed::BadRdata);
        }
        last = Some(window);
        for bit in set_bits(bitmap) {
            if out.len() > start {
                out.push(b' ');
            }
            mnemonics::rr_type(u16::from(window) << 8 | bit).write(out);
        }
    }
    Ok(())
}

/// The numbers of the bits that are set, most significant bit first.
pub(super) fn set_bits(bitmap: &[u8]) -> impl Iterator<Item = u16> + '_ {
    let bits = bitmap.iter().flat_map(|byte| (0..8u32).map(move |bit| byte & 0x80 >> bit != 0));
    (0u16..=u16::MAX).zip(bits).filter_map(|(number, set)| set.then_some(number))
}

/// Hexadecimal in groups of `size` bytes.
fn joined(bytes: &[u8], size: usize, separator: u8, out: &mut Vec<u8>) {
    for (index, group) in bytes.chunks(size).enumerate() {
        if index > 0 {
            out.push(separator);
        }
        text::hex(group, out);
    }
}
