//! A hash table whose items stand where their hash says, or close behind: one read of far memory finds one, and the read
//! can be asked for before.
//!
//! Open addressing with linear probing; what is removed leaves no gap. The tables of the standard library and of
//! `hashbrown` read two lines, one after the other, and neither can be asked for ahead. Like `HashTable` there it is told
//! hashes, and what an item's is.

use std::mem;

use super::{prefetch, use_huge_pages};

/// Slots of the smallest table.
const FEWEST: usize = 16;

/// What an item's hash is, as often as it is asked.
pub trait Hashed {
    /// Seeds, or whatever else the hash needs.
    type Hasher;
    /// The hash. Its upper 32 bits are looked at.
    fn hash(&self, hasher: &Self::Hasher) -> u64;
}

/// The items. At most five of eight slots are taken.
pub struct Table<T> {
    /// None, or a power of two.
    slots: Vec<Option<T>>,
    len: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), len: 0 }
    }
}

impl<T: Hashed> Table<T> {
    /// The item of this hash that fits.
    #[inline]
    pub fn get(&self, hash: u64, fits: impl Fn(&T) -> bool) -> Option<&T> {
        self.slots.get(self.find(hash, fits)?)?.as_ref()
    }

    /// The item of this hash that fits, to be changed, but not its hash.
    pub fn get_mut(&mut self, hash: u64, fits: impl Fn(&T) -> bool) -> Option<&mut T> {
        let at = self.find(hash, fits)?;
        self.slots.get_mut(at)?.as_mut()
    }

    /// Has that brought near which is read first for a hash.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        if let Some(slot) = self.slots.get(self.home(hash)) {
            prefetch(slot);
        }
    }

    /// Adds an item that is not there.
    pub fn insert(&mut self, item: T, hasher: &T::Hasher) {
        if self.len >= self.slots.len() / 8 * 5 {
            self.grow(hasher);
        }
        self.put(item, hasher);
    }

    /// Takes the item of this hash out that fits. Those behind it that it kept from their places move up.
    pub fn remove(&mut self, hash: u64, fits: impl Fn(&T) -> bool, hasher: &T::Hasher) -> Option<T> {
        let mut gap = self.find(hash, fits)?;
        let removed = self.slots.get_mut(gap)?.take()?;
        self.len -= 1;
        let mut at = self.next(gap);
        while let Some(Some(item)) = self.slots.get(at) {
            if self.distance(self.home(item.hash(hasher)), at) >= self.distance(gap, at) {
                self.slots.swap(gap, at);
                gap = at;
            }
            at = self.next(at);
        }
        Some(removed)
    }

    #[inline]
    fn find(&self, hash: u64, fits: impl Fn(&T) -> bool) -> Option<usize> {
        let mut at = self.home(hash);
        while let Some(item) = self.slots.get(at)? {
            if fits(item) {
                return Some(at);
            }
            at = self.next(at);
        }
        None
    }

    /// Into the first free slot: there is one.
    fn put(&mut self, item: T, hasher: &T::Hasher) {
        let mut at = self.home(item.hash(hasher));
        while matches!(self.slots.get(at), Some(Some(_))) {
            at = self.next(at);
        }
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = Some(item);
            self.len += 1;
        }
    }

    fn grow(&mut self, hasher: &T::Hasher) {
        let slots = (self.slots.len() * 2).max(FEWEST);
        let old = mem::replace(&mut self.slots, Vec::with_capacity(slots));
        use_huge_pages(&self.slots);
        self.slots.extend(std::iter::repeat_with(|| None).take(slots));
        self.len = 0;
        old.into_iter().flatten().for_each(|item| self.put(item, hasher));
    }

    /// Where an item of this hash belongs.
    #[inline]
    fn home(&self, hash: u64) -> usize {
        (hash >> 32) as usize & self.mask()
    }

    #[inline]
    fn next(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.mask()
    }

    /// How many slots one is behind another.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & self.mask()
    }

    #[inline]
    fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::{Hashed, Table};

    struct Item(u32, u32);

    impl Hashed for Item {
        type Hasher = ();

        fn hash(&self, (): &()) -> u64 {
            hash(self.0)
        }
    }

    /// A bad one: many items belong to the same slot.
    fn hash(number: u32) -> u64 {
        u64::from(number / 4) << 32
    }

    /// Adding and removing in a random order, compared with the table of the standard library after each step.
    #[test]
    fn it_holds_what_a_table_of_the_standard_library_holds() {
        let (mut table, mut model, mut state) =
            (Table::default(), HashMap::new(), 88_172_645_463_325_252_u64);
        for step in 0..200_000_u32 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let number = (state >> 32) as u32 % 5000;
            let fits = |item: &Item| item.0 == number;
            // First it fills, then it empties, and again.
            let adds = (state & 7 < 5) == (step / 20_000).is_multiple_of(2);
            match (adds, model.contains_key(&number)) {
                (true, false) => table.insert(Item(number, step), &()),
                (true, true) => table.get_mut(hash(number), fits).expect("it was added").1 = step,
                (false, _) => {
                    let removed = table.remove(hash(number), fits, &()).map(|item| item.1);
                    assert_eq!(removed, model.remove(&number), "step {step}");
                }
            }
            if adds {
                model.insert(number, step);
            }
            let other = (state >> 8) as u32 % 5000;
            let found = table.get(hash(other), |item| item.0 == other).map(|item| &item.1);
            assert_eq!(found, model.get(&other), "step {step}");
        }
        assert_eq!(table.len, model.len());
    }

    #[test]
    fn an_empty_one_has_nothing() {
        let mut table = Table::<Item>::default();
        table.prefetch(1);
        assert!(table.get(1, |_| true).is_none());
        assert!(table.remove(1, |_| true, &()).is_none());
    }
}
