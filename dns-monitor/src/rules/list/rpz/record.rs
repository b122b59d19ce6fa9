//! Records of a master file (RFC 1035 §5.1).

use crate::rules::list::{Bad, text};

/// A record, not yet understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record<'t> {
    /// `None`: that of the record before.
    pub owner: Option<&'t [u8]>,
    /// Time to live, s.
    pub ttl: Option<u32>,
    /// The mnemonic of its type.
    pub kind: &'t [u8],
    /// The rest of the line.
    pub data: &'t [u8],
}

impl Record<'_> {
    /// Whether it is of this type.
    pub fn is(&self, kind: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind.as_bytes())
    }
}

/// Reads a record that stands on one line, without comments.
pub(super) fn read(line: &[u8]) -> Result<Record<'_>, Bad> {
    let is_same = line.first().is_some_and(u8::is_ascii_whitespace);
    let (first, rest) = text::first_word(line.trim_ascii_start());
    let (owner, mut rest) =
        if is_same { (None, line.trim_ascii()) } else { (Some(first), rest.trim_ascii_end()) };
    let mut seconds = None;
    loop {
        let (word, after) = text::first_word(rest);
        match word {
            b"" => return Err(Bad::Syntax("not a record: a name, a type and its data")),
            _ if is_class(word) => {}
            [b'0'..=b'9', ..] if seconds.is_none() => {
                seconds = Some(ttl(word).ok_or(Bad::Syntax("a time to live that is no number"))?);
            }
            kind => return Ok(Record { owner, ttl: seconds, kind, data: after }),
        }
        rest = after;
    }
}

fn is_class(word: &[u8]) -> bool {
    [b"IN", b"CH", b"HS"].iter().any(|class| class.eq_ignore_ascii_case(word))
}

/// Seconds, or BIND's `1w2d3h4m5s`.
pub(super) fn ttl(text: &[u8]) -> Option<u32> {
    let (mut total, mut number) = (0_u32, None);
    for byte in text {
        let unit = match byte.to_ascii_lowercase() {
            digit @ b'0'..=b'9' => {
                let before: u32 = number.unwrap_or(0);
                number = Some(before.checked_mul(10)?.checked_add(u32::from(digit - b'0'))?);
                continue;
            }
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    match number {
        Some(seconds) => total.checked_add(seconds),
        None => (!text.is_empty()).then_some(total),
    }
}

/// Appends a line without its comment and its parentheses; says how many of these are open behind it. Only what starts a
/// record keeps the blanks before it.
pub(super) fn join(line: &[u8], mut open: u32, joined: &mut Vec<u8>) -> u32 {
    let (mut is_quoted, mut is_escaped) = (false, false);
    if !joined.is_empty() {
        joined.push(b' ');
    }
    for byte in line {
        let is_literal = is_quoted || is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        match byte {
            b'"' if is_quoted || !is_literal => is_quoted = !is_quoted,
            b';' if !is_literal => break,
            b'(' if !is_literal => open = open.saturating_add(1),
            b')' if !is_literal => open = open.saturating_sub(1),
            _ => {}
        }
        let is_parenthesis = matches!(byte, b'(' | b')') && !is_literal;
        joined.push(if is_parenthesis { b' ' } else { *byte });
    }
    let end = joined.trim_ascii_end().len();
    joined.truncate(end);
    open
}
