//! Labels as text (RFC 1035 §5.1, RFC 4343 §2.1).

/// Bytes handled at once: a vector register of any CPU we run on.
const BLOCK: usize = 16;
const LANES: [u8; BLOCK] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Appends each label of a run and a dot after it. `bytes` starts with the run, ends anywhere
/// after it; `length` is that of the run.
///
/// Whole blocks are copied, folded and checked in registers, and what was copied too much is
/// dropped. The length byte that ends each label becomes its dot, as does the root label or
/// pointer that ends the run.
#[inline]
pub(super) fn append(bytes: &[u8], length: usize, lower: bool, out: &mut Vec<u8>) {
    let Some((&first, source)) = bytes.split_first() else { return };
    let start = out.len();
    let special = append_blocks(source, length, lower, out);
    let Some(text) = out.get_mut(start..) else { return };
    if special != dot_ends(source, first, length, text) {
        out.truncate(start);
        append_escaped(bytes.get(..length).unwrap_or_default(), lower, out);
    }
}

/// Appends `length` bytes of `source`, folds case if wanted, and counts the bytes that
/// [`is_special`] holds for. Length bytes are below `A` and stay. A run has fewer than 256
/// bytes, so the count fits.
#[inline]
fn append_blocks(mut source: &[u8], length: usize, lower: bool, out: &mut Vec<u8>) -> u8 {
    let end = out.len().saturating_add(length);
    out.reserve(length.saturating_add(BLOCK));
    let upper_bit = if lower { 0x20 } else { 0 };
    let mut counts = [0u8; BLOCK];
    let mut left = length;
    while left > 0 {
        let mut block;
        (block, source) = split_block(source);
        let used = left.min(BLOCK) as u8;
        for ((byte, count), &lane) in block.iter_mut().zip(&mut counts).zip(&LANES) {
            *count = count.wrapping_add(u8::from(is_special(*byte)) & u8::from(lane < used));
            *byte |= if byte.is_ascii_uppercase() { upper_bit } else { 0 };
        }
        out.extend_from_slice(&block);
        left = left.saturating_sub(BLOCK);
    }
    out.truncate(end);
    sum(counts)
}

/// The sum of all lanes, at most 255: the multiplication gathers eight bytes in the highest one.
#[inline]
fn sum(lanes: [u8; BLOCK]) -> u8 {
    let lanes = u128::from_le_bytes(lanes);
    let halves = (lanes as u64).wrapping_add((lanes >> 64) as u64);
    (halves.wrapping_mul(0x0101_0101_0101_0101) >> 56) as u8
}

#[inline]
fn split_block(source: &[u8]) -> ([u8; BLOCK], &[u8]) {
    if let Some((block, rest)) = source.split_first_chunk() {
        return (*block, rest);
    }
    (last_block(source), &[])
}

/// What is left of the message, where that is less than a block.
#[cold]
fn last_block(source: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(source).for_each(|(slot, byte)| *slot = *byte);
    block
}

/// Puts a dot where each label ends, and counts the bytes there that look special in `source`.
#[inline]
fn dot_ends(source: &[u8], first: u8, length: usize, text: &mut [u8]) -> u8 {
    let mut at = usize::from(first);
    let mut special = 0u8;
    while at < length {
        let (Some(slot), Some(&byte)) = (text.get_mut(at), source.get(at)) else { break };
        *slot = b'.';
        special = special.wrapping_add(u8::from(is_special(byte)));
        at = at.saturating_add(usize::from(byte)).saturating_add(1);
    }
    special
}

/// Whether a byte has to be escaped inside a label.
const fn is_special(byte: u8) -> bool {
    byte <= b' ' || byte > b'~' || byte == b'.' || byte == b'\\'
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
