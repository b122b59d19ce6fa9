//! Fields of Protocol Buffers: a tag, and a value.

/// Wire types.
const VARINT: u32 = 0;
const LENGTH: u32 = 2;
const FIXED32: u32 = 5;

/// Appends a number that has as many bytes as it needs.
pub(super) fn number(field: u32, value: u64, out: &mut Vec<u8>) {
    tag(field, VARINT, out);
    varint(value, out);
}

/// Appends a number of four bytes, little-endian.
pub(super) fn fixed32(field: u32, value: u32, out: &mut Vec<u8>) {
    tag(field, FIXED32, out);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends bytes, or text, or a message within the message.
pub(super) fn bytes(field: u32, value: &[u8], out: &mut Vec<u8>) {
    tag(field, LENGTH, out);
    varint(value.len() as u64, out);
    out.extend_from_slice(value);
}

fn tag(field: u32, wire: u32, out: &mut Vec<u8>) {
    varint(u64::from(field << 3 | wire), out);
}

/// Seven bits a byte, the low ones first; the top bit says that more follow.
fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
