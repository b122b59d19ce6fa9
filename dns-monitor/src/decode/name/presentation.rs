//! Labels as text (RFC 1035 §5.1, RFC 4343 §2.1).

/// Appends each label of a run and a dot after it.
#[inline]
pub(super) fn append(labels: &[u8], count: u8, lower: bool, out: &mut Vec<u8>) {
    let Some((&first, content)) = labels.split_first() else { return };
    let start = out.len();
    out.extend_from_slice(content);
    out.push(b'.');
    let Some(text) = out.get_mut(start..) else { return };
    if lower {
        text.make_ascii_lowercase();
    }
    // Where the next length byte lies in the copy a dot belongs.
    let mut length = first;
    let mut at = usize::from(first);
    let mut special_lengths = 0u8;
    for _ in 0..count {
        special_lengths = special_lengths.wrapping_add(u8::from(is_special(length)));
        let Some(slot) = text.get_mut(at) else { break };
        length = std::mem::replace(slot, b'.');
        at = at.saturating_add(usize::from(length)).saturating_add(1);
    }
    if specials(labels) != special_lengths {
        out.truncate(start);
        append_escaped(labels, lower, out);
    }
}

/// Whether a byte has to be escaped inside a label.
const fn is_special(byte: u8) -> bool {
    byte <= b' ' || byte > b'~' || byte == b'.' || byte == b'\\'
}

/// How many bytes of a run, length bytes included, [`is_special`] holds for. A run has fewer
/// than 256 bytes; the narrow sum is what lets the compiler use vectors.
fn specials(labels: &[u8]) -> u8 {
    labels.iter().fold(0u8, |sum, &byte| sum.wrapping_add(u8::from(is_special(byte))))
}

/// Whether a run holds an upper-case letter; length bytes are below `A`.
pub(super) fn has_upper(labels: &[u8]) -> bool {
    labels.iter().fold(0u8, |any, byte| any | u8::from(byte.is_ascii_uppercase())) != 0
}

#[cold]
fn append_escaped(mut rest: &[u8], lower: bool, out: &mut Vec<u8>) {
    while let Some((&length, after)) = rest.split_first() {
        let Some((label, after)) = after.split_at_checked(usize::from(length)) else { return };
        for &byte in label {
            append_byte(if lower { byte.to_ascii_lowercase() } else { byte }, out);
        }
        out.push(b'.');
        rest = after;
    }
}

fn append_byte(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'.' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        b'!'..=b'~' => out.push(byte),
        _ => crate::decode::text::decimal_escape(byte, out),
    }
}
