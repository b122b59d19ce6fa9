//! Up to where a spool is delivered: a small file, replaced whole.

use std::{fs, io, path::Path};

const FILE: &str = "cursor";
const LENGTH: usize = 28;

/// A place in a spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The file: the number of its first event.
    pub segment: u64,
    /// Bytes into it.
    pub offset: u64,
    /// The number of the event there.
    pub event: u64,
}

impl Cursor {
    /// Reads it; `None` where there is none, or it is broken: then everything that is there is delivered, again perhaps.
    pub fn load(folder: &Path) -> Option<Self> {
        let bytes = fs::read(folder.join(FILE)).ok().filter(|bytes| bytes.len() == LENGTH)?;
        let (numbers, crc) = bytes.split_last_chunk::<4>()?;
        if crc32c::crc32c(numbers) != u32::from_le_bytes(*crc) {
            return None;
        }
        let (segment, rest) = numbers.split_first_chunk()?;
        let (offset, rest) = rest.split_first_chunk()?;
        let (event, _) = rest.split_first_chunk()?;
        Some(Self {
            segment: u64::from_le_bytes(*segment),
            offset: u64::from_le_bytes(*offset),
            event: u64::from_le_bytes(*event),
        })
    }

    /// Writes it.
    ///
    /// # Errors
    /// Those of the file system; the old one is then still there.
    pub fn save(&self, folder: &Path) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(LENGTH);
        for number in [self.segment, self.offset, self.event] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        let part = folder.join(format!("{FILE}.part"));
        fs::write(&part, bytes)?;
        fs::rename(part, folder.join(FILE))
    }
}
