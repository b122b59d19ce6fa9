//! The two types that name a gateway in one of four ways.

use super::{Fault, cursor::Cursor};
use crate::decode::text;

/// RFC 4025 §2: precedence, gateway type, algorithm, gateway, key.
pub(super) fn ipseckey(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    let (precedence, kind, algorithm) = (data.u8()?, data.u8()?, data.u8()?);
    for number in [precedence, kind, algorithm] {
        text::decimal(u64::from(number), out);
        out.push(b' ');
    }
    write(kind, data, out)?;
    let key = data.rest();
    if !key.is_empty() {
        out.push(b' ');
        text::base64(key, out);
    }
    Ok(())
}

/// RFC 8777 §4: precedence, discovery optional, relay type, relay.
pub(super) fn amtrelay(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    let (precedence, kind) = (data.u8()?, data.u8()?);
    for number in [precedence, kind >> 7, kind & 0x7f] {
        text::decimal(u64::from(number), out);
        out.push(b' ');
    }
    write(kind & 0x7f, data, out)
}

fn write(kind: u8, data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    match kind {
        0 => out.push(b'.'),
        1 => text::ipv4(data.array::<4>()?.into(), out),
        2 => text::ipv6(data.array::<16>()?.into(), out),
        3 => data.name()?.write_lower(out),
        _ => return Err(Fault::NoForm),
    }
    Ok(())
}
