//! Millions of names at once, before anyone reads: cuckoo hashing with two buckets of eight slots.
//!
//! Names come in the order of their first bucket, so that memory is written from front to back; one in twelve finds that
//! bucket full. Those go to their other bucket, and where that is full as well, something there moves to *its* other.

use std::sync::atomic::Ordering;

use dns_monitor_common::rule::{Hash, SLOTS};

use super::{Slot, Table, keys::split_mix};

/// How often an entry may push out another until the table counts as too full.
const MAX_KICKS: usize = 2000;

/// A name to place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where and under what.
    pub hash: Hash,
    /// First candidate.
    pub candidate: u16,
    /// Line in the list.
    pub line: u32,
}

/// No way was found to place every name: more buckets are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table is too full")]
pub struct TooFull;

/// How full a table is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Words of the filter.
    pub filter_words: u32,
    /// Buckets.
    pub buckets: u32,
}

/// Names for each word of the filter: three bits each of 64, 1.3 % of unlisted names pass.
const NAMES_PER_WORD: usize = 5;
/// Up to how many names, and how many there are to eight buckets. The fewer names, the less memory counts, and the more
/// the ease of adding one: in small tables [`live`](super::live) can move less.
const FULLNESS: [(usize, usize); 3] = [(1 << 17, 16), (1 << 19, 32), (1 << 21, 46)];
/// Where there are more: seven of eight slots.
const FULL: usize = 56;

impl Size {
    /// For so many names: 7/8 full where they are many, a quarter full where they are few.
    ///
    /// `None`: more than there can be.
    #[must_use]
    pub fn for_names(names: usize) -> Option<Self> {
        let fullness = FULLNESS.iter().find(|(most, _)| names <= *most).map_or(FULL, |(_, names)| *names);
        Some(Self {
            filter_words: u32::try_from(names.div_ceil(NAMES_PER_WORD).max(8)).ok()?,
            buckets: u32::try_from(names.checked_mul(8)?.div_ceil(fullness).max(8)).ok()?,
        })
    }

    /// With 5 % more buckets.
    #[must_use]
    pub fn larger(self) -> Option<Self> {
        let buckets = self.buckets.checked_add(self.buckets / 20)?.checked_add(1)?;
        Some(Self { buckets, ..self })
    }
}

impl Table {
    /// Places names that are not there yet, each once. Best in the order of [`Hash::place`].
    ///
    /// # Errors
    /// [`TooFull`]; what is in the table then is of no use.
    pub fn fill(&self, names: impl Iterator<Item = Listed>) -> Result<(), TooFull> {
        let mut homeless = Vec::new();
        for Listed { hash, candidate, line } in names {
            self.add_to_filter(hash);
            let [first, other] = hash.buckets(self.bucket_count);
            let rest = hash.rest(candidate, line);
            if !self.put(first, hash.check, rest) {
                homeless.push((hash.check, rest, other));
            }
        }
        let mut random = 0;
        for (check, rest, bucket) in homeless {
            self.kick(check, rest, bucket, &mut random)?;
        }
        Ok(())
    }

    fn put(&self, bucket: u32, check: u64, rest: u64) -> bool {
        let Some(slot) = self.free_slot(bucket) else { return false };
        self.write(slot, check, rest);
        true
    }

    /// Places an entry in `bucket`, whatever must move for it.
    fn kick(&self, check: u64, rest: u64, bucket: u32, random: &mut u64) -> Result<(), TooFull> {
        let (mut check, mut rest, mut bucket) = (check, rest, bucket);
        for _ in 0..MAX_KICKS {
            if self.put(bucket, check, rest) {
                return Ok(());
            }
            let victim = split_mix(random) as usize % SLOTS;
            let slot = Slot(bucket as usize * super::BUCKET_WORDS + victim);
            rest = self.rest(slot).swap(rest, Ordering::Relaxed);
            check = self.check(slot).swap(check, Ordering::Relaxed);
            bucket = Hash::other(check, bucket, self.bucket_count);
        }
        Err(TooFull)
    }
}
