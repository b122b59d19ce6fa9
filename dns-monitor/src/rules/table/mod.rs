//! The table of listed names: in memory that the kernel programs read while it is written.
//!
//! 1. [`keys`]: the random numbers that make the hash;
//! 2. [`hash`]: a name, and every name above it, by hash;
//! 3. [`memory`]: where filter and buckets lie: on the heap, or in the kernel's maps;
//! 4. [`fill`]: millions of names at once, before anyone reads;
//! 5. [`live`]: one name at a time, while the kernel reads.
//!
//! A name may be in two buckets, and is in one of them. A filter in front, a word of 64 bits for about five names, sends
//! most names that are not listed away after one look at memory. Nothing of a name is kept but its hash: 16 bytes a slot.

use std::sync::atomic::{AtomicU64, Ordering};

use dns_monitor_common::rule::{Bucket, Hash, Keys, SLOTS};

use self::memory::Words;

pub mod fill;
pub mod hash;
pub mod keys;
pub mod live;
pub mod memory;
#[cfg(test)]
mod tests;

/// Words of a [`Bucket`]: the checks of its slots, then their rests.
pub const BUCKET_WORDS: usize = size_of::<Bucket>() / size_of::<u64>();

/// Filter and buckets of one set of rules.
pub struct Table {
    keys: Box<Keys>,
    filter: Words,
    buckets: Words,
    filter_words: u32,
    bucket_count: u32,
}

impl Table {
    /// A table in zeroed memory: as many filter words as there are, and 16 words a bucket.
    ///
    /// `None` where there is not one filter word and one whole bucket, or more than 2³² of either.
    #[must_use]
    pub fn new(keys: Box<Keys>, filter: Words, buckets: Words) -> Option<Self> {
        let filter_words = u32::try_from(filter.len()).ok().filter(|words| *words > 0)?;
        let bucket_count = u32::try_from(buckets.len() / BUCKET_WORDS).ok().filter(|count| *count > 0)?;
        Some(Self { keys, filter, buckets, filter_words, bucket_count })
    }

    /// The keys of the hash.
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Words of the filter.
    #[must_use]
    pub const fn filter_words(&self) -> u32 {
        self.filter_words
    }

    /// Buckets.
    #[must_use]
    pub const fn buckets(&self) -> u32 {
        self.bucket_count
    }

    /// Bytes that filter and buckets take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        (self.filter.len() + self.buckets.len()) * size_of::<u64>()
    }

    /// What stands beside the hash, see [`Hash::rest`]; `None`: it is not listed.
    #[inline]
    #[must_use]
    pub fn find(&self, hash: Hash) -> Option<u64> {
        if !self.may_have(hash) {
            return None;
        }
        self.slot(hash).map(|(_, rest)| rest)
    }

    /// Whether the filter lets it through.
    #[inline]
    fn may_have(&self, hash: Hash) -> bool {
        let (word, bits) = hash.filter(self.filter_words);
        self.filter.get(word as usize).is_some_and(|word| word.load(Ordering::Relaxed) & bits == bits)
    }

    /// The slot that holds a hash, and its rest.
    fn slot(&self, hash: Hash) -> Option<(Slot, u64)> {
        for bucket in hash.buckets(self.bucket_count) {
            for slot in self.slots(bucket) {
                // Acquire: the rest was written before the check.
                if self.check(slot).load(Ordering::Acquire) != hash.check {
                    continue;
                }
                let rest = self.rest(slot).load(Ordering::Acquire);
                if hash.is_in(rest) {
                    return Some((slot, rest));
                }
            }
        }
        None
    }

    fn slots(&self, bucket: u32) -> impl Iterator<Item = Slot> + use<> {
        let first = bucket as usize * BUCKET_WORDS;
        (first..first + SLOTS).map(Slot)
    }

    fn check(&self, slot: Slot) -> &AtomicU64 {
        &self.buckets[slot.0]
    }

    fn rest(&self, slot: Slot) -> &AtomicU64 {
        &self.buckets[slot.0 + SLOTS]
    }

    fn free_slot(&self, bucket: u32) -> Option<Slot> {
        self.slots(bucket).find(|slot| self.check(*slot).load(Ordering::Relaxed) == 0)
    }

    /// Fills an empty slot: the check comes last, and makes it count.
    fn write(&self, slot: Slot, check: u64, rest: u64) {
        self.rest(slot).store(rest, Ordering::Release);
        self.check(slot).store(check, Ordering::Release);
    }

    fn add_to_filter(&self, hash: Hash) {
        let (word, bits) = hash.filter(self.filter_words);
        if let Some(word) = self.filter.get(word as usize) {
            word.fetch_or(bits, Ordering::Release);
        }
    }
}

/// A slot: where its check lies among the words of all buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Slot(usize);
