//! What the decoder's tests share: messages from captures, hexadecimal, and mutations.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "test support")]

pub mod captures;
pub mod hickory;
pub mod mutate;
pub mod rdata_examples;
pub mod records;

/// Bytes from hexadecimal with blanks anywhere.
pub fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c.to_digit(16).unwrap_or_else(|| panic!("{c} in {text}"))).unwrap())
        .collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    assert!(rest.is_empty(), "an odd digit in {text}");
    pairs.iter().map(|[high, low]| high << 4 | low).collect()
}

/// Text that the decoder wrote.
pub fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}
