//! A name taken apart, to be looked up from its end.
//!
//! The hash of each name on the way is made of that of the name above it and one label more: all are known before the
//! first is looked up, so that what is far away can be asked for ahead.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use crate::decode::name::{MAX_WIRE_LENGTH, Name};

/// Most labels of a name that has at most 255 octets, each label at least two.
const MAX_LABELS: usize = 127;
/// Labels of an ordinary name.
const USUAL_LABELS: usize = 8;

/// The hash of the root.
pub const ROOT_HASH: u64 = 0;

/// The hash of a name: of that of the name above it, and its first label.
#[inline]
pub fn hash(hasher: &RandomState, above: u64, label: &[u8]) -> u64 {
    hasher.hash_one((above, label))
}

/// A name taken apart, in lower case.
pub struct Path {
    bytes: [u8; MAX_WIRE_LENGTH],
    /// Where each label begins, at its length byte.
    starts: [u8; MAX_LABELS],
    count: usize,
    /// Of the names on the way, from the one below the root down.
    hashes: SmallVec<[u64; USUAL_LABELS]>,
}

impl Path {
    /// Takes a name apart.
    #[inline]
    pub fn of(name: &Name<'_>, hasher: &RandomState) -> Self {
        let mut path =
            Self { bytes: [0; MAX_WIRE_LENGTH], starts: [0; MAX_LABELS], count: 0, hashes: SmallVec::new() };
        let length = name.canonical(&mut path.bytes).len();
        let mut at = 0;
        while at + 1 < length && path.count < MAX_LABELS {
            path.starts[path.count] = at as u8;
            path.count += 1;
            at += usize::from(path.bytes[at]) + 1;
        }
        let mut sum = ROOT_HASH;
        for at in (0..path.count).rev() {
            sum = hash(hasher, sum, path.label(at));
            path.hashes.push(sum);
        }
        path
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
        self.hashes.last().copied().unwrap_or(ROOT_HASH)
    }

    /// The first label of the name that ends with so many labels, and the hash of that name; `None` for the root.
    pub fn step(&self, depth: usize) -> Option<(&[u8], u64)> {
        let hash = self.hashes.get(depth.checked_sub(1)?)?;
        Some((self.label(self.count.checked_sub(depth)?), *hash))
    }

    /// Whether BIND put a `_` before the name that it is really about (QNAME minimisation).
    pub fn is_underscored(&self) -> bool {
        self.count > 0 && self.label(0) == b"_"
    }
}
