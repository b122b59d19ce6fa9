//! Memory for a table of names, which the kernel programs will read.

use std::{io, sync::Arc};

use dns_monitor_common::rule::Bucket;

use super::{KernelError, MappedArray};
use crate::rules::table::memory::{Mapped, Room, Words};

/// The arrays of one table, as far as they were asked for.
#[derive(Default)]
pub struct KernelRoom {
    filter: Option<Arc<MappedArray>>,
    table: Option<Arc<MappedArray>>,
}

impl KernelRoom {
    /// The arrays; those nobody asked for are as small as can be.
    pub(super) fn into_parts(self) -> Result<(Arc<MappedArray>, Arc<MappedArray>), KernelError> {
        let filter = self.filter.map_or_else(|| create_filter(1), Ok)?;
        let table = self.table.map_or_else(|| create_table(1), Ok)?;
        Ok((filter, table))
    }
}

fn create_filter(words: u32) -> io::Result<Arc<MappedArray>> {
    MappedArray::create("dns_filter", 8, words).map(Arc::new).map_err(io::Error::other)
}

fn create_table(buckets: u32) -> io::Result<Arc<MappedArray>> {
    MappedArray::create("dns_names", size_of::<Bucket>() as u32, buckets)
        .map(Arc::new)
        .map_err(io::Error::other)
}

impl Room for KernelRoom {
    fn filter(&mut self, words: u32) -> io::Result<Words> {
        let array = create_filter(words)?;
        self.filter = Some(array.clone());
        Ok(words_of(array))
    }

    fn buckets(&mut self, buckets: u32) -> io::Result<Words> {
        let array = create_table(buckets)?;
        self.table = Some(array.clone());
        Ok(words_of(array))
    }
}

fn words_of(array: Arc<MappedArray>) -> Words {
    let (start, length) = (array.start(), array.length() / size_of::<u64>());
    // SAFETY: so many words are mapped at `start` as long as the array lives, which goes along; the kernel programs only
    // read them.
    Words::Mapped(unsafe { Mapped::new(start, length, Box::new(array)) })
}
