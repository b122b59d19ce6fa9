//! How a name looks to a person.

use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

use crate::rules::name;

/// A domain as letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Decoded from punycode.
    pub plain: Vec<char>,
    /// The same after [`fold`].
    pub folded: Vec<char>,
}

impl Look {
    /// Of a canonical name; `None` where it is not UTF-8.
    pub fn of(domain: &[u8]) -> Option<Self> {
        let mut text = String::with_capacity(domain.len());
        for label in name::split(domain) {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(str::from_utf8(label).ok()?);
        }
        if text.contains("xn--") {
            // Labels that IDNA refuses stay readable in part, and that part may deceive.
            text = idna::domain_to_unicode(&text).0;
        }
        Some(Self { plain: text.chars().collect(), folded: fold(&text) })
    }

    /// Letters of the first label.
    pub fn first_label(&self) -> usize {
        self.plain.iter().take_while(|letter| **letter != '.').count()
    }
}

/// The skeleton of UTS 39 §4, without accents, in lower case.
fn fold(text: &str) -> Vec<char> {
    let mut folded = Vec::with_capacity(text.len() + 4);
    if text.is_ascii() {
        text.bytes().for_each(|byte| push_ascii(char::from(byte), &mut folded));
        return folded;
    }
    for letter in skeleton(text).filter(|letter| !is_combining_mark(*letter)) {
        letter.to_lowercase().for_each(|letter| push_ascii(small_capital(letter), &mut folded));
    }
    folded
}

/// What [`skeleton`] does to ASCII, without its tables. It draws `0` as a capital `O`.
fn push_ascii(letter: char, folded: &mut Vec<char>) {
    match letter {
        'm' => folded.extend(['r', 'n']),
        '0' => folded.push('o'),
        '1' | '|' => folded.push('l'),
        other => folded.push(other),
    }
}

/// The table of UTS 39 makes small capitals of some Cyrillic and Greek letters, apart from the Latin ones.
const fn small_capital(letter: char) -> char {
    match letter {
        'ʙ' | 'ƅ' => 'b',
        'ʜ' => 'h',
        'ĸ' => 'k',
        'ʍ' => 'm',
        'ᴛ' => 't',
        other => other,
    }
}

/// Whether one letter added, left out, replaced or swapped with the next makes one of the other, or nothing at all.
pub fn within_one(a: &[char], b: &[char]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    let same = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&a[..a.len() - same], &b[..b.len() - same]) {
        ([] | [_], [] | [_]) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_folds_as_the_tables_say() {
        for letter in (b' '..=b'~').filter(|byte| !b"\"`%".contains(byte) && !byte.is_ascii_uppercase()) {
            let text = char::from(letter).to_string();
            let tables: Vec<char> = skeleton(&text).flat_map(char::to_lowercase).collect();
            assert_eq!(fold(&text), tables, "{text}");
        }
    }

    #[test]
    fn one_edit_is_one() {
        let cases = [
            ("nothing", "paypal", "paypal", true),
            ("replaced", "paypal", "paypol", true),
            ("added", "paypal", "paaypal", true),
            ("added at the end", "paypal", "paypals", true),
            ("left out at the start", "paypal", "aypal", true),
            ("swapped", "paypal", "papyal", true),
            ("swapped with one between", "paypal", "pyapla", false),
            ("replaced twice", "paypal", "poypol", false),
            ("added twice", "paypal", "paypalss", false),
            ("added and left out", "paypal", "aypals", false),
            ("empty", "", "a", true),
            ("empty and two", "", "ab", false),
        ];
        for (description, a, b, expected) in cases {
            let [a, b]: [Vec<char>; 2] = [a, b].map(|text| text.chars().collect());
            assert_eq!(within_one(&a, &b), expected, "{description}");
            assert_eq!(within_one(&b, &a), expected, "{description}, the other way");
        }
    }
}
