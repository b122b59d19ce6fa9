//! Block lists to measure with: as long as real ones, and the same each time.

use std::fmt::Write as _;

const TLDS: [&str; 16] = [
    "com", "net", "org", "xyz", "top", "info", "ru", "online", "site", "de", "io", "shop", "cn", "club",
    "biz", "live",
];
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz012345";

/// Calls `take` with so many names: two labels in six of ten, three in three, four in one; 18 bytes on average.
pub fn each(count: usize, mut take: impl FnMut(&str)) {
    let (mut random, mut name) = (Random(0x9e37_79b9_7f4a_7c15), String::new());
    for _ in 0..count {
        name.clear();
        let above = match random.below(10) {
            0..6 => 0,
            6..9 => 1,
            _ => 2,
        };
        for _ in 0..above {
            let length = 2 + random.below(7);
            label(&mut name, &mut random, length);
        }
        let length = 7 + random.below(10);
        label(&mut name, &mut random, length);
        // Writing to a String cannot fail.
        let _ = write!(name, "{}", TLDS[random.below(TLDS.len() as u64) as usize]);
        take(&name);
    }
}

fn label(name: &mut String, random: &mut Random, length: u64) {
    for _ in 0..length {
        name.push(char::from(LETTERS[random.below(LETTERS.len() as u64) as usize]));
    }
    name.push('.');
}

/// Marsaglia's xorshift of 64 bits: nothing here depends on more.
pub struct Random(pub u64);

impl Random {
    /// The next number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 32) * end) >> 32
    }
}
