//! Names as they come, by hash: 20 bytes each, sorted roughly at once and fully at the end.

use dns_monitor_common::rule::Hash;

/// Bits of a place that choose the part of the store.
const PART_BITS: u32 = 8;

/// A listed name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    place: u32,
    /// In halves, so that no byte is lost to alignment.
    check: [u32; 2],
    /// Which candidates; once merged: the first of its chain.
    pub spec: u32,
    pub line: u32,
}

impl Record {
    pub(super) const fn new(hash: Hash, spec: u32, line: u32) -> Self {
        let check = [(hash.check >> 32) as u32, hash.check as u32];
        Self { place: hash.place, check, spec, line }
    }

    /// The same name with another meaning.
    pub(super) const fn with(self, spec: u32, line: u32) -> Self {
        Self { spec, line, ..self }
    }

    pub(super) const fn hash(&self) -> Hash {
        Hash { place: self.place, check: (self.check[0] as u64) << 32 | self.check[1] as u64 }
    }

    fn key(&self) -> (u32, [u32; 2]) {
        (self.place, self.check)
    }
}

/// All of them.
pub(super) struct Records {
    parts: Vec<Vec<Record>>,
}

impl Records {
    pub(super) fn new() -> Self {
        Self { parts: vec![Vec::new(); 1 << PART_BITS] }
    }

    #[inline]
    pub(super) fn push(&mut self, record: Record) {
        self.parts[(record.place >> (32 - PART_BITS)) as usize].push(record);
    }

    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// In the order of their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.parts.iter().flatten()
    }

    /// Sorts, and leaves of each name what `merge` makes of its records, which are in the order in which they came.
    pub(super) fn merge(&mut self, mut merge: impl FnMut(&[Record]) -> Option<Record>) {
        for part in &mut self.parts {
            part.sort_by_key(Record::key);
            let (mut kept, mut at) = (0, 0);
            while let Some(first) = part.get(at) {
                let key = first.key();
                let count = part[at..].iter().take_while(|record| record.key() == key).count();
                if let Some(merged) = merge(&part[at..at + count]) {
                    part[kept] = merged;
                    kept += 1;
                }
                at += count;
            }
            part.truncate(kept);
        }
    }
}
