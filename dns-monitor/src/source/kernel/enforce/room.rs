//! Memory for a table of names, which the kernel programs will read.

use std::{io, sync::Arc};

use dns_monitor_common::rule::Bucket;

use super::{KernelError, MappedArray};

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
