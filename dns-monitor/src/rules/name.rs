//! Names as rules have them: *canonical*, that is labels as on the wire, lower case, each behind its length byte,
//! without the root label. The root is empty. At most [`MAX_NAME`] bytes.

#[cfg(test)]
mod tests;

use std::fmt;

use dns_monitor_common::rule::MAX_NAME;
use thiserror::Error;

/// A canonical name that is kept.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameBuf(Box<[u8]>);

/// Why a text is no name.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BadName {
    /// Nothing there.
    #[error("no name")]
    Empty,
    /// Two dots in a row, or one at the start.
    #[error("an empty label")]
    EmptyLabel,
    /// RFC 1035 §2.3.4.
    #[error("a label of more than 63 bytes")]
    LabelTooLong,
    /// RFC 1035 §2.3.4.
    #[error("a name of more than 255 bytes")]
    TooLong,
    /// IPv4 or IPv6.
    #[error("an address where a name belongs")]
    Address,
    /// A blank, a control character, or a mark that no host name has.
    #[error("a character that no name has")]
    Character,
    /// A name of letters beyond ASCII that IDNA (UTS 46) refuses.
    #[error("not a valid internationalised name")]
    Idn,
}

/// Reads a name in presentation form and appends it to `out`, canonical. A trailing dot is allowed; letters beyond ASCII
/// become `xn--` labels (UTS 46).
///
/// # Errors
/// [`BadName`]; `out` is then as it was.
pub fn parse(text: &[u8], out: &mut Vec<u8>) -> Result<(), BadName> {
    let text = text.strip_suffix(b".").unwrap_or(text);
    if text.is_empty() {
        return Err(BadName::Empty);
    }
    if !text.is_ascii() {
        // Each character becomes at least one byte; conversion takes long for long texts.
        if text.len() > 4 * MAX_NAME {
            return Err(BadName::TooLong);
        }
        let text = str::from_utf8(text).map_err(|_| BadName::Idn)?;
        let ascii = idna::domain_to_ascii(text).map_err(|_| BadName::Idn)?;
        return if ascii.is_ascii() { parse(ascii.as_bytes(), out) } else { Err(BadName::Idn) };
    }
    let start = out.len();
    let result = labels(text, out);
    // Only what ends in a digit can look like an address and like a name at once.
    let may_be_address = result == Err(BadName::Character) || text.last().is_some_and(u8::is_ascii_digit);
    let result = if may_be_address && is_address(text) { Err(BadName::Address) } else { result };
    result.inspect_err(|_| out.truncate(start))
}

/// What becomes of each byte of a label: lower case, [`DOT`], or 0 where no name has it.
const LOWER: [u8; 256] = lower_case();
const DOT: u8 = b'.';

const fn lower_case() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | DOT) {
            table[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    table
}

/// Appends the labels. The canonical form is the text moved by one byte, with a length for each dot.
fn labels(text: &[u8], out: &mut Vec<u8>) -> Result<(), BadName> {
    if text.len() >= MAX_NAME {
        return Err(BadName::TooLong);
    }
    // Where the length of the label belongs that is being read.
    let mut label = out.len();
    out.push(0);
    out.extend(text.iter().map(|byte| LOWER[usize::from(*byte)]));
    for at in label + 1..=out.len() {
        let is_end = match out.get(at) {
            Some(&0) => return Err(BadName::Character),
            Some(&byte) => byte == DOT,
            None => true,
        };
        if is_end {
            let length = at - label - 1;
            out[label] = match length {
                0 => return Err(BadName::EmptyLabel),
                1..=63 => length as u8,
                _ => return Err(BadName::LabelTooLong),
            };
            label = at;
        }
    }
    Ok(())
}

fn is_address(text: &[u8]) -> bool {
    str::from_utf8(text).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok())
}

/// The labels of a canonical name, left to right.
pub fn split(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let (&length, after) = rest.split_first()?;
        let (label, after) = after.split_at_checked(usize::from(length))?;
        rest = after;
        Some(label)
    })
}

/// A canonical name and every name above it, longest first; the root, which is empty, last.
pub fn suffixes(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(name);
    std::iter::from_fn(move || {
        let this = rest?;
        rest = this.split_first().and_then(|(&length, after)| after.get(usize::from(length)..));
        Some(this)
    })
}

impl NameBuf {
    /// Reads a name, see [`parse`].
    ///
    /// # Errors
    /// [`BadName`].
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let mut name = Vec::with_capacity(text.len() + 1);
        parse(text.as_bytes(), &mut name)?;
        Ok(Self(name.into()))
    }

    /// Keeps a canonical name.
    #[must_use]
    pub fn from_canonical(name: &[u8]) -> Self {
        Self(name.into())
    }

    /// The canonical bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Presentation form without the trailing dot; the root is `.`.
pub struct Shown<'a>(pub &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        for (number, label) in split(self.0).enumerate() {
            if number > 0 {
                f.write_str(".")?;
            }
            for byte in label {
                match byte {
                    b'.' | b'\\' => write!(f, "\\{}", char::from(*byte))?,
                    b'!'..=b'~' => write!(f, "{}", char::from(*byte))?,
                    _ => write!(f, "\\{byte:03}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(&self.0).fmt(f)
    }
}

impl fmt::Debug for NameBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameBuf({self})")
    }
}
