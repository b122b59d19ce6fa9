//! One name at a time, while the kernel reads.
//!
//! A reader looks into a name's first bucket, then into its other one. It takes no lock, so that every step must leave it
//! something true: an entry counts from the moment its check is written, which comes last; a chain is replaced by one
//! store; and an entry that must move only ever moves from its first bucket to its other one, with the new place written
//! before the old one is cleared: whoever misses it in the first finds it in the second. Bits of the filter stay.

use std::{ops::RangeInclusive, sync::atomic::Ordering};

use dns_monitor_common::rule::Hash;

use super::{Slot, Table};

/// No slot for one more name; a table that is built anew has room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table of names has no room")]
pub struct Full;

/// Entries that may move for one that comes. Two cannot get into each other's way: where the second goes, there is room.
const MAX_MOVES: usize = 2;

impl Table {
    /// Lists a name, or gives one that is listed another chain and line.
    ///
    /// # Errors
    /// [`Full`]; nothing has changed then.
    pub fn set(&self, hash: Hash, candidate: u16, line: u32) -> Result<(), Full> {
        let rest = hash.rest(candidate, line);
        if let Some((slot, _)) = self.slot(hash) {
            self.rest(slot).store(rest, Ordering::Release);
            return Ok(());
        }
        let [first, other] = hash.buckets(self.bucket_count);
        let slot = self
            .free_slot(first)
            .or_else(|| self.free_slot(other))
            .or_else(|| self.make_room(first, MAX_MOVES))
            .or_else(|| self.make_room(other, MAX_MOVES))
            .ok_or(Full)?;
        self.add_to_filter(hash);
        self.write(slot, hash.check, rest);
        Ok(())
    }

    /// Takes a name off the table.
    pub fn clear(&self, hash: Hash) {
        if let Some((slot, _)) = self.slot(hash) {
            self.check(slot).store(0, Ordering::Release);
        }
    }

    /// Frees a slot of a full bucket by moving one entry to its other bucket.
    fn make_room(&self, bucket: u32, moves: usize) -> Option<Slot> {
        let left = moves.checked_sub(1)?;
        let movable = || self.slots(bucket).filter_map(|slot| Some((slot, self.other_bucket(slot, bucket)?)));
        let (slot, to) = movable()
            .find_map(|(slot, other)| Some((slot, self.free_slot(other)?)))
            .or_else(|| movable().find_map(|(slot, other)| Some((slot, self.make_room(other, left)?))))?;
        let (check, rest) =
            (self.check(slot).load(Ordering::Relaxed), self.rest(slot).load(Ordering::Relaxed));
        self.write(to, check, rest);
        self.check(slot).store(0, Ordering::Release);
        Some(slot)
    }

    /// The other bucket of an entry, where `bucket` is surely its first.
    fn other_bucket(&self, slot: Slot, bucket: u32) -> Option<u32> {
        let low = self.rest(slot).load(Ordering::Relaxed) >> 48;
        let other = Hash::other(self.check(slot).load(Ordering::Relaxed), bucket, self.bucket_count);
        let may_be_first = |bucket| has_low_bits(&self.places(bucket), low);
        (other != bucket && may_be_first(bucket) && !may_be_first(other)).then_some(other)
    }

    /// The values of [`Hash::place`] that lead to a bucket.
    fn places(&self, bucket: u32) -> RangeInclusive<u64> {
        let start = |bucket: u64| (bucket << 32).div_ceil(u64::from(self.bucket_count));
        start(u64::from(bucket))..=start(u64::from(bucket) + 1) - 1
    }
}

/// Whether some number of the range ends in these 16 bits.
fn has_low_bits(range: &RangeInclusive<u64>, low: u64) -> bool {
    let (start, end) = (*range.start(), *range.end());
    start + (low.wrapping_sub(start) & 0xffff) <= end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_bits_of_a_range() {
        let cases = [
            ("the start", 0x1_0005..=0x1_0009, 5, true),
            ("the end", 0x1_0005..=0x1_0009, 9, true),
            ("before", 0x1_0005..=0x1_0009, 4, false),
            ("after", 0x1_0005..=0x1_0009, 10, false),
            ("over the edge", 0x1_fffe..=0x2_0001, 0, true),
            ("everything", 0..=0x1_0000, 77, true),
        ];
        for (what, range, low, expected) in cases {
            assert_eq!(has_low_bits(&range, low), expected, "{what}");
        }
    }
}
