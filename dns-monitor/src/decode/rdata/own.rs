//! The forms that only one or two types have.

use super::{Fault, cursor::Cursor, fields::set_bits, gateway, loc, svcb};
use crate::decode::{malformed::Malformed, mnemonics, rr_type::Own, text};

pub(super) fn write(own: Own, data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    match own {
        Own::Wks => wks(data, out)?,
        Own::Loc => loc::write(data, out)?,
        Own::Nxt => nxt(data, out),
        Own::A6 => a6(data, out)?,
        Own::Apl => apl(data, out)?,
        Own::IpsecKey => gateway::ipseckey(data, out)?,
        Own::Hip => hip(data, out)?,
        Own::SvcParams => svcb::write(data, out)?,
        Own::Amtrelay => gateway::amtrelay(data, out)?,
        Own::Atma => atma(data, out)?,
        Own::Doa => match data.rest() {
            [] => out.push(b'-'),
            data => text::base64(data, out),
        },
    }
    Ok(())
}

/// The protocol and the ports whose bits are set (RFC 1035 §3.4.2).
fn wks(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    text::decimal(u64::from(data.u8()?), out);
    let bitmap = data.rest();
    // 65,536 ports at most.
    if bitmap.len() > 8192 {
        return Err(Malformed::BadRdata);
    }
    for port in set_bits(bitmap) {
        out.push(b' ');
        text::decimal(u64::from(port), out);
    }
    Ok(())
}

fn nxt(data: &mut Cursor<'_>, out: &mut Vec<u8>) {
    for (index, bit) in set_bits(data.rest()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        mnemonics::rr_type(bit).write(out);
    }
}

/// RFC 2874 §3.1: the suffix is padded to whole bytes, the name is left out with prefix 0.
fn a6(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let prefix = data.u8()?;
    let suffix_bits = 128u8.checked_sub(prefix).ok_or(Malformed::BadRdata)?;
    text::decimal(u64::from(prefix), out);
    let suffix = data.take(usize::from(suffix_bits.div_ceil(8)))?;
    if !suffix.is_empty() {
        let mut address = [0u8; 16];
        let start = address.len().saturating_sub(suffix.len());
        address.get_mut(start..).ok_or(Malformed::BadRdata)?.copy_from_slice(suffix);
        out.push(b' ');
        text::ipv6(address.into(), out);
    }
    if prefix > 0 {
        out.push(b' ');
        data.name()?.write_lower(out);
    }
    Ok(())
}

/// RFC 3123 §4: trailing zero bytes of the address are left out on the wire.
fn apl(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    let start = out.len();
    while !data.is_empty() {
        let (family, prefix, negation) = (data.u16()?, data.u8()?, data.u8()?);
        let sent = data.take(usize::from(negation & 0x7f))?;
        if out.len() > start {
            out.push(b' ');
        }
        if negation & 0x80 != 0 {
            out.push(b'!');
        }
        text::decimal(u64::from(family), out);
        out.push(b':');
        match family {
            1 => text::ipv4(padded::<4>(sent, prefix)?.into(), out),
            2 => text::ipv6(padded::<16>(sent, prefix)?.into(), out),
            _ => return Err(Fault::NoForm),
        }
        out.push(b'/');
        text::decimal(u64::from(prefix), out);
    }
    Ok(())
}

fn padded<const N: usize>(sent: &[u8], prefix: u8) -> Result<[u8; N], Malformed> {
    let mut address = [0u8; N];
    if usize::from(prefix.div_ceil(8)) > N {
        return Err(Malformed::BadRdata);
    }
    address.get_mut(..sent.len()).ok_or(Malformed::BadRdata)?.copy_from_slice(sent);
    Ok(address)
}

/// RFC 8005 §6: algorithm, tag in hexadecimal, key in base64, rendezvous servers.
fn hip(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let (tag_length, algorithm, key_length) = (data.u8()?, data.u8()?, data.u16()?);
    if tag_length == 0 || key_length == 0 {
        return Err(Malformed::BadRdata);
    }
    text::decimal(u64::from(algorithm), out);
    out.push(b' ');
    text::hex(data.take(usize::from(tag_length))?, out);
    out.push(b' ');
    text::base64(data.take(usize::from(key_length))?, out);
    while !data.is_empty() {
        out.push(b' ');
        data.name()?.write_lower(out);
    }
    Ok(())
}

/// AF-SAA-0069 §3.4: format 0 is an AESA in hexadecimal, format 1 an E.164 number.
fn atma(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    match (data.u8()?, data.rest()) {
        (_, []) => return Err(Malformed::BadRdata.into()),
        (0, address) => text::hex(address, out),
        (1, digits) if digits.iter().all(u8::is_ascii_digit) => {
            out.push(b'+');
            out.extend_from_slice(digits);
        }
        (1, _) => return Err(Malformed::BadRdata.into()),
        _ => return Err(Fault::NoForm),
    }
    Ok(())
}
