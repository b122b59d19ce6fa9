//! Less room than was asked for.

use std::io;

use dns_monitor::{
    rules::table::memory::{Room, Words},
    source::kernel::enforce::KernelRoom,
};
use dns_monitor_common::rule::SLOTS;

/// Of a hundred slots so many are to be taken.
const FULL: usize = 93;

/// Room in the kernel for so many names and hardly one more, where a table of few names would have plenty.
pub struct Tight<'r> {
    pub room: &'r mut KernelRoom,
    pub names: usize,
}

impl Room for Tight<'_> {
    fn filter(&mut self, words: u32) -> io::Result<Words> {
        self.room.filter(words)
    }

    fn buckets(&mut self, _: u32) -> io::Result<Words> {
        let slots = self.names * 100 / FULL;
        self.room.buckets(u32::try_from(slots.div_ceil(SLOTS)).unwrap())
    }
}
