//! Service parameters of SVCB and HTTPS records (RFC 9460 §2.1, §7 and appendix A).

use super::cursor::Cursor;
use crate::decode::{malformed::Malformed, text};

/// How a parameter's value reads.
enum Form {
    /// No value at all.
    Flag,
    /// Keys by name (RFC 9460 §8).
    Keys,
    /// Names of protocols.
    Protocols,
    Port,
    Ipv4,
    Ipv6,
    /// Numbers of 2 bytes.
    Numbers,
    Base64,
    Text,
}

fn known(key: u16) -> Option<(&'static str, Form)> {
    Some(match key {
        0 => ("mandatory", Form::Keys),
        1 => ("alpn", Form::Protocols),
        2 => ("no-default-alpn", Form::Flag),
        3 => ("port", Form::Port),
        4 => ("ipv4hint", Form::Ipv4),
        5 => ("ech", Form::Base64),
        6 => ("ipv6hint", Form::Ipv6),
        7 => ("dohpath", Form::Text),
        8 => ("ohttp", Form::Flag),
        9 => ("tls-supported-groups", Form::Numbers),
        _ => return None,
    })
}

pub(super) fn write(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let mut last = None;
    while !data.is_empty() {
        let (key, length) = (data.u16()?, data.u16()?);
        let value = data.take(usize::from(length))?;
        // RFC 9460 §2.2: strictly ascending, else the record is malformed.
        if last.is_some_and(|last| key <= last) {
            return Err(Malformed::BadRdata);
        }
        if last.is_some() {
            out.push(b' ');
        }
        last = Some(key);
        write_parameter(key, value, out)?;
    }
    Ok(())
}

fn write_parameter(key: u16, value: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    write_key(key, out);
    let form = known(key).map_or(Form::Text, |(_, form)| form);
    match (&form, value) {
        (Form::Flag, []) => return Ok(()),
        (Form::Text, []) if known(key).is_none() => return Ok(()),
        (Form::Flag, _) | (_, []) => return Err(Malformed::BadRdata),
        _ => out.push(b'='),
    }
    match form {
        Form::Flag => {}
        Form::Keys => list::<2>(value, out, |key, out| write_key(u16::from_be_bytes(key), out))?,
        Form::Protocols => protocols(value, out)?,
        Form::Port => {
            let port = <[u8; 2]>::try_from(value).map_err(|_| Malformed::BadRdata)?;
            text::decimal(u64::from(u16::from_be_bytes(port)), out);
        }
        Form::Ipv4 => list::<4>(value, out, |address, out| text::ipv4(address.into(), out))?,
        Form::Ipv6 => list::<16>(value, out, |address, out| text::ipv6(address.into(), out))?,
        Form::Numbers => {
            list::<2>(value, out, |n, out| text::decimal(u64::from(u16::from_be_bytes(n)), out))?;
        }
        Form::Base64 => text::base64(value, out),
        Form::Text => text::quoted(value, out),
    }
    Ok(())
}

fn write_key(key: u16, out: &mut Vec<u8>) {
    match known(key) {
        Some((name, _)) => out.extend_from_slice(name.as_bytes()),
        None => {
            out.extend_from_slice(b"key");
            text::decimal(u64::from(key), out);
        }
    }
}

/// Items of `N` bytes, commas between them.
fn list<const N: usize>(
    value: &[u8],
    out: &mut Vec<u8>,
    write: impl Fn([u8; N], &mut Vec<u8>),
) -> Result<(), Malformed> {
    let (items, rest) = value.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(Malformed::BadRdata);
    }
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(*item, out);
    }
    Ok(())
}

/// Protocol names after length bytes. A comma or backslash in a name is escaped for the list
/// first and for the string then (RFC 9460 appendix A.1).
fn protocols(mut value: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    out.push(b'"');
    let mut first = true;
    while let Some((&length, after)) = value.split_first() {
        let (protocol, after) = after.split_at_checked(usize::from(length)).ok_or(Malformed::BadRdata)?;
        if protocol.is_empty() {
            return Err(Malformed::BadRdata);
        }
        if !first {
            out.push(b',');
        }
        first = false;
        for &byte in protocol {
            match byte {
                b',' => out.extend_from_slice(b"\\\\,"),
                b'\\' => out.extend_from_slice(b"\\\\\\\\"),
                _ => text::quoted_byte(byte, out),
            }
        }
        value = after;
    }
    out.push(b'"');
    Ok(())
}
