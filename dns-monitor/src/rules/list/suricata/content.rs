//! `content`: bytes to be found, and where.

use crate::rules::list::Bad;

/// What the buffer must contain.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub bytes: Vec<u8>,
    /// At its start.
    pub is_start: bool,
    /// At its end.
    pub is_end: bool,
}

/// Header of a query of one question, as old rules want it before the name.
pub(super) const QUERY_HEADER: [u8; 10] = [1, 0, 0, 1, 0, 0, 0, 0, 0, 0];

/// Reads `"text|2e|text"`: hexadecimal between bars, a backslash before what would end the value.
pub(super) fn bytes(value: &str) -> Result<Vec<u8>, Bad> {
    let wrong = Bad::Syntax("a content that is not text in quotes with |hexadecimal| in it");
    let text = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or(wrong.clone())?;
    let mut bytes = Vec::with_capacity(text.len());
    for (number, part) in text.split('|').enumerate() {
        if number % 2 == 0 {
            unescape(part, &mut bytes);
        } else {
            hexadecimal(part, &mut bytes).ok_or(wrong.clone())?;
        }
    }
    let is_closed = text.split('|').count() % 2 == 1;
    if is_closed && !bytes.is_empty() { Ok(bytes) } else { Err(wrong) }
}

fn unescape(text: &str, bytes: &mut Vec<u8>) {
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'\\' {
            bytes.extend(rest.next());
        } else {
            bytes.push(byte);
        }
    }
}

fn hexadecimal(text: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let digits: Vec<u32> =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    for pair in digits.chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push(u8::try_from(high << 4 | low).ok()?);
    }
    Some(())
}

/// A name as it stands in a packet, from its first length byte, as text; and whether the root label ends it.
pub(super) fn wire_name(bytes: &[u8]) -> Option<(Vec<u8>, bool)> {
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match rest.split_first() {
            None => return (!text.is_empty()).then_some((text, false)),
            Some((0, [])) => return (!text.is_empty()).then_some((text, true)),
            Some((&length, after)) => {
                let (label, after) = after.split_at_checked(usize::from(length)).filter(|_| length > 0)?;
                if !text.is_empty() {
                    text.push(b'.');
                }
                text.extend_from_slice(label);
                rest = after;
            }
        }
    }
}
