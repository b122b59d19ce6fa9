//! A name taken apart, to be looked up from its end.
//!
//! The hash of each name on the way is made of that of the name above it and one label more: all are known before the
//! first is looked up, so that what is far away can be asked for ahead.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::fast::RandomState;

use crate::decode::name::{MAX_WIRE_LENGTH, Name};

/// Most labels of a name that has at most 255 octets, each label at least two.
const MAX_LABELS: usize = 127;

/// The hash of the root.
pub const ROOT_HASH: u64 = 0;

/// The hash of a name: of that of the name above it, and its first label.
#[inline]
pub fn hash(hasher: &RandomState, above: u64, label: &[u8]) -> u64 {
    let mut hasher = hasher.build_hasher();
    // Its length is a part of that.
    hasher.write(label);
    hasher.write_u64(above);
    hasher.finish()
}

/// A name taken apart, in lower case. It is large: keep it, and set it anew.
pub struct Path {
    bytes: [u8; MAX_WIRE_LENGTH],
    /// Where each label begins, at its length byte.
    starts: [u8; MAX_LABELS],
    count: usize,
    /// Of the names on the way, from the one below the root down.
    hashes: [u64; MAX_LABELS],
}

impl Default for Path {
    fn default() -> Self {
        Self { bytes: [0; MAX_WIRE_LENGTH], starts: [0; MAX_LABELS], count: 0, hashes: [0; MAX_LABELS] }
    }
}

impl Path {
    /// Takes another name apart.
    #[inline]
    pub fn set(&mut self, name: &Name<'_>, hasher: &RandomState) {
        let length = name.canonical(&mut self.bytes).len();
        let (mut at, mut count) = (0, 0);
        while at + 1 < length && count < MAX_LABELS {
            self.starts[count] = at as u8;
            count += 1;
            at += usize::from(self.bytes[at]) + 1;
        }
        self.count = count;
        let mut sum = ROOT_HASH;
        for depth in 0..count {
            sum = hash(hasher, sum, self.label(count - 1 - depth));
            self.hashes[depth] = sum;
        }
    }

    /// How many labels it has.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// A label, from the left.
    pub fn label(&self, at: usize) -> &[u8] {
        let start = usize::from(self.starts[at]);
        let length = usize::from(self.bytes[start]);
        &self.bytes[start + 1..=start + length]
    }

    /// The hash of the name.
    pub fn hash(&self) -> u64 {
        self.count.checked_sub(1).map_or(ROOT_HASH, |last| self.hashes[last])
    }

    /// The first label of the name that ends with so many labels, and the hash of that name; `None` for the root.
    pub fn step(&self, depth: usize) -> Option<(&[u8], u64)> {
        let hash = self.hashes[depth.checked_sub(1)?];
        Some((self.label(self.count.checked_sub(depth)?), hash))
    }

    /// Whether BIND put a `_` before the name that it is really about (QNAME minimisation).
    pub fn is_underscored(&self) -> bool {
        self.count > 0 && self.label(0) == b"_"
    }
}
