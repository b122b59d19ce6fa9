//! Hashes of a name and of every name above it, word by word from the end: the names above share the words behind them.
//!
//! A word is eight bytes in little-endian order; the last one, where the name begins, is filled up with zeros, and with
//! the number of its bytes on top: a label may begin with bytes that are 0 themselves.

use dns_monitor_common::rule::{Hash, Keys, MAX_LABELS, MAX_NAME, Sums};

const WORD: usize = 8;

/// Where the labels of a name begin.
pub struct Labels<'a> {
    name: &'a [u8],
    starts: [u8; MAX_LABELS],
    count: usize,
}

impl<'a> Labels<'a> {
    /// Walks a canonical name; `None` where it is none.
    #[inline]
    #[must_use]
    pub fn of(name: &'a [u8]) -> Option<Self> {
        if name.len() > MAX_NAME {
            return None;
        }
        let mut labels = Self { name, starts: [0; MAX_LABELS], count: 0 };
        let mut at = 0;
        while let Some(length) = name.get(at) {
            *labels.starts.get_mut(labels.count)? = u8::try_from(at).ok()?;
            labels.count += 1;
            at += usize::from(*length) + 1;
        }
        (at == name.len()).then_some(labels)
    }

    /// How many there are.
    #[inline]
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The last `depth` labels; all of them where there are not so many.
    #[must_use]
    pub fn suffix(&self, depth: usize) -> &'a [u8] {
        match self.count.checked_sub(depth).and_then(|label| self.starts.get(label)) {
            Some(start) if depth > 0 => &self.name[usize::from(*start)..],
            Some(_) => &[],
            None if depth == 0 => &[],
            None => self.name,
        }
    }

    /// Calls `each` with the depth and the hash of every suffix whose depth is among `depths`, shortest first.
    #[inline]
    pub fn hashes(&self, keys: &Keys, depths: [u64; 2], mut each: impl FnMut(usize, Hash)) {
        let mut sums = Sums::default();
        let mut whole = 0;
        for depth in 1..=self.count {
            let start = usize::from(self.starts[self.count - depth]);
            let rest = &self.name[start..];
            while whole < rest.len() / WORD {
                let at = rest.len() - (whole + 1) * WORD;
                sums = sums.add(word(&rest[at..]), &keys.0[whole]);
                whole += 1;
            }
            if depths[depth >> 6] >> (depth & 63) & 1 != 0 {
                each(depth, finish(sums, rest, keys).hash());
            }
        }
    }
}

/// The hash of one canonical name; the root has one, but is in no table.
#[inline]
#[must_use]
pub fn hash(name: &[u8], keys: &Keys) -> Hash {
    let name = &name[..name.len().min(MAX_NAME)];
    let mut sums = Sums::default();
    for (word_from_end, keys) in name.rchunks_exact(WORD).zip(&keys.0) {
        sums = sums.add(word(word_from_end), keys);
    }
    finish(sums, name, keys).hash()
}

/// How many labels a canonical name has.
#[must_use]
pub fn depth(name: &[u8]) -> usize {
    super::super::name::split(name).count()
}

/// Adds what is left before the whole words of `name`.
#[inline]
fn finish(sums: Sums, name: &[u8], keys: &Keys) -> Sums {
    let odd = name.len() % WORD;
    if odd == 0 {
        return sums;
    }
    let word = if name.len() >= WORD {
        word(name) & u64::MAX >> (64 - 8 * odd)
    } else {
        name.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
    };
    sums.add(word | (odd as u64) << 56, &keys.0[name.len() / WORD])
}

/// The first eight bytes.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::{super::keys, hash};

    #[test]
    fn what_a_name_begins_with_is_not_what_it_is_filled_up_with() {
        let keys = keys::from_seed(1);
        // The same eight bytes at the end; before them one byte, or that byte and one that is 0.
        let short = b"\x01\x07\x06abcdef";
        let long = b"\x01\x00\x07\x06abcdef";
        assert_ne!(hash(short, &keys), hash(long, &keys));
    }
}
