//! What stands in the table of the history: an address, and all that is remembered of it, in a cache line.

use std::{
    hash::{BuildHasher as _, Hash, Hasher},
    net::IpAddr,
};

use foldhash::fast::RandomState;

use super::entry::Entry;
use crate::{memory::table::Hashed, sample::words};

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key([u64; 2]);

impl Key {
    #[inline]
    pub fn of(address: IpAddr) -> Self {
        Self(words(address))
    }

    #[inline]
    pub fn hash(&self, hasher: &RandomState) -> u64 {
        hasher.hash_one(self)
    }
}

/// Word by word: what is derived would hash a length too.
impl Hash for Key {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [high, low] = self.0;
        state.write_u64(high);
        state.write_u64(low);
    }
}

/// An address, and all that is remembered of it.
#[repr(align(64))]
pub(super) struct Line {
    pub key: Key,
    pub entry: Entry,
}

const _: () = assert!(size_of::<Option<Line>>() == 64);

impl Hashed for Line {
    type Hasher = RandomState;

    #[inline]
    fn hash(&self, hasher: &RandomState) -> u64 {
        self.key.hash(hasher)
    }
}
