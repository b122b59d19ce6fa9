//! A name taken apart, to be looked up from its end.

use crate::decode::name::{MAX_WIRE_LENGTH, Name};

/// Most labels of a name that has at most 255 octets, each label at least two.
const MAX_LABELS: usize = 127;

/// A name taken apart, in lower case.
pub struct Path {
    bytes: [u8; MAX_WIRE_LENGTH],
    /// Where each label begins, at its length byte.
    starts: [u8; MAX_LABELS],
    count: usize,
}

impl Path {
    /// Takes a name apart.
    pub fn of(name: &Name<'_>) -> Self {
        let mut path = Self { bytes: [0; MAX_WIRE_LENGTH], starts: [0; MAX_LABELS], count: 0 };
        let length = name.canonical(&mut path.bytes).len();
        let mut at = 0;
        while at + 1 < length && path.count < MAX_LABELS {
            path.starts[path.count] = at as u8;
            path.count += 1;
            at += usize::from(path.bytes[at]) + 1;
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

    /// Whether BIND put a `_` before the name that it is really about (QNAME minimisation).
    pub fn is_underscored(&self) -> bool {
        self.count > 0 && self.label(0) == b"_"
    }
}
