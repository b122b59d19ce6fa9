//! Numbers and bytes as presentation text, appended without allocation.

/// Appends a byte as `\DDD` (RFC 1035 §5.1).
pub fn decimal_escape(byte: u8, out: &mut Vec<u8>) {
    let digit = |value: u8| b'0'.saturating_add(value % 10);
    out.extend_from_slice(&[b'\\', digit(byte / 100), digit(byte / 10), digit(byte)]);
}

/// Appends a number in decimal.
#[inline]
pub fn decimal(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Appends a number in decimal with leading zeros up to `width`, at most 20.
pub fn padded(number: u64, width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    decimal(number, out);
    let missing = width.saturating_sub(out.len().saturating_sub(start));
    let end = out.len();
    out.resize(end.saturating_add(missing), b'0');
    if let Some(written) = out.get_mut(start..) {
        written.rotate_right(missing);
    }
}

#[inline]
const fn hex_digit(value: u8) -> u8 {
    if value < 10 { b'0'.saturating_add(value) } else { b'W'.saturating_add(value) }
}

/// Appends bytes in lower-case hexadecimal.
#[inline]
pub fn hex(bytes: &[u8], out: &mut Vec<u8>) {
    let pair = |byte: u8| [hex_digit(byte >> 4), hex_digit(byte & 15)];
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        out.extend_from_slice(chunk.map(pair).as_flattened());
    }
    for &byte in rest {
        out.extend_from_slice(&pair(byte));
    }
}

/// Appends a quoted character string (RFC 1035 §5.1).
pub fn quoted(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in bytes {
        quoted_byte(byte, out);
    }
    out.push(b'"');
}

/// Appends a byte of a quoted character string.
#[inline]
pub fn quoted_byte(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b' '..=b'~' => out.push(byte),
        _ => decimal_escape(byte, out),
    }
}

/// Appends a number in octal.
pub fn octal(number: u16, out: &mut Vec<u8>) {
    // Writing into a Vec cannot fail.
    let _ = std::io::Write::write_fmt(out, format_args!("{number:o}"));
}

/// Appends bytes in groups of `bits` bits by `alphabet`; the rest is padded with zero bits.
fn radix(bytes: &[u8], bits: u32, alphabet: &[u8], out: &mut Vec<u8>) {
    let mask = (1u32 << bits).wrapping_sub(1);
    let mut held = 0u32;
    let mut count = 0u32;
    let digit = |value: u32| alphabet.get((value & mask) as usize).copied().unwrap_or(b'=');
    for &byte in bytes {
        held = held << 8 | u32::from(byte);
        count = count.saturating_add(8);
        while count >= bits {
            count = count.saturating_sub(bits);
            out.push(digit(held >> count));
        }
    }
    if count > 0 {
        out.push(digit(held << bits.saturating_sub(count)));
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Three bytes as four letters of base64.
#[inline]
pub fn base64_group([a, b, c]: [u8; 3]) -> [u8; 4] {
    let group = u32::from_be_bytes([0, a, b, c]);
    [18, 12, 6, 0].map(|shift| BASE64.get((group >> shift & 63) as usize).copied().unwrap_or(b'='))
}

/// Appends bytes in base64 with padding (RFC 4648 §4).
pub fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    let (chunks, rest) = bytes.as_chunks::<3>();
    for chunk in chunks {
        out.extend_from_slice(&base64_group(*chunk));
    }
    match *rest {
        [a, b] => {
            let [a, b, c, _] = base64_group([a, b, 0]);
            out.extend_from_slice(&[a, b, c, b'=']);
        }
        [a] => {
            let [a, b, ..] = base64_group([a, 0, 0]);
            out.extend_from_slice(&[a, b, b'=', b'=']);
        }
        _ => {}
    }
}

/// Appends bytes in base32 with the extended hex alphabet, lower case, no padding (RFC 5155 §3.3).
pub fn base32_hex(bytes: &[u8], out: &mut Vec<u8>) {
    radix(bytes, 5, b"0123456789abcdefghijklmnopqrstuv", out);
}

/// Every octet in decimal, a dot after it, and how many bytes of it count.
static OCTETS: [([u8; 4], u8); 256] = octets();

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs in the compiler")]
const fn octets() -> [([u8; 4], u8); 256] {
    let mut table = [([b'.'; 4], 0); 256];
    let mut number = 0;
    while number < 256 {
        let digits = [number / 100, number / 10 % 10, number % 10];
        let skip = if number > 99 { 0 } else { 2 - (number > 9) as usize };
        let mut at = skip;
        while at < 3 {
            table[number].0[at - skip] = b'0' + digits[at] as u8;
            at += 1;
        }
        table[number].1 = 4 - skip as u8;
        number += 1;
    }
    table
}

/// Appends an IPv4 address in dotted decimal.
#[inline]
pub fn ipv4(address: std::net::Ipv4Addr, out: &mut Vec<u8>) {
    // Each octet is put down in full, and the next one over what it does not need.
    let (mut text, mut length) = ([0; 16], 0_usize);
    for octet in address.octets() {
        let Some((digits, used)) = OCTETS.get(usize::from(octet)) else { continue };
        if let Some(room) = text.get_mut(length..).and_then(|room| room.first_chunk_mut()) {
            *room = *digits;
        }
        length = length.saturating_add(usize::from(*used));
    }
    let end = out.len().saturating_add(length).saturating_sub(1);
    out.extend_from_slice(&text);
    out.truncate(end);
}

/// Appends an IPv6 address as RFC 5952 wants it.
pub fn ipv6(address: std::net::Ipv6Addr, out: &mut Vec<u8>) {
    let groups = address.segments();
    let (zeros_at, zeros) = longest_zeros(&groups);
    if let [0, 0, 0, 0, 0, 0xffff, ..] = groups {
        // RFC 5952 §5: an IPv4 address inside reads as one. Writing into a Vec cannot fail.
        let _ = std::io::Write::write_fmt(out, format_args!("{address}"));
        return;
    }
    for (index, group) in groups.into_iter().enumerate() {
        if zeros > 1 && index == zeros_at {
            out.extend_from_slice(b"::");
        }
        let after_zeros = index.checked_sub(zeros_at);
        if zeros > 1 && after_zeros.is_some_and(|distance| distance < zeros) {
            continue;
        }
        if index > 0 && !(zeros > 1 && after_zeros == Some(zeros)) {
            out.push(b':');
        }
        hex_group(group, out);
    }
}

/// Where the first of the longest rows of zero groups starts, and its length.
fn longest_zeros(groups: &[u16; 8]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut row = 0usize;
    for (index, group) in groups.iter().enumerate() {
        row = if *group == 0 { row.saturating_add(1) } else { 0 };
        if row > best.1 {
            best = (index.saturating_add(1).saturating_sub(row), row);
        }
    }
    best
}

fn hex_group(group: u16, out: &mut Vec<u8>) {
    let digits =
        [group >> 12, group >> 8 & 15, group >> 4 & 15, group & 15].map(|digit| hex_digit(digit as u8));
    let zeros = (group.leading_zeros() / 4).min(3) as usize;
    out.extend_from_slice(digits.get(zeros..).unwrap_or_default());
}
