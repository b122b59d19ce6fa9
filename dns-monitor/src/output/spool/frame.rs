//! One batch on disk: a header, and the bytes.
//!
//! | bytes | what, little-endian |
//! |---|---|
//! | 0..4 | `DNSQ` |
//! | 4..6 | version of the format, 1 |
//! | 6..8 | framing of the events: 0 lines, 1 lengths |
//! | 8..12 | bytes of the events |
//! | 12..16 | how many they are |
//! | 16..24 | number of the first of them; all events that ever went into a spool are numbered |
//! | 24..28 | CRC-32C (Castagnoli) of the 24 bytes before and the events |

use crate::output::sink::Framing;

/// Bytes of a header.
pub const HEADER: usize = 28;
/// What a header starts with.
pub const MAGIC: [u8; 4] = *b"DNSQ";
const VERSION: u16 = 1;
/// The most bytes of one batch: far more than the queue gathers.
pub const MAX_LENGTH: usize = 64 << 20;

/// A header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How the events follow one another.
    pub framing: Framing,
    /// Their bytes.
    pub length: usize,
    /// How many they are.
    pub events: u32,
    /// Number of the first.
    pub first: u64,
    crc: u32,
}

impl Frame {
    /// The header of these events; `None` where they are too many for one batch.
    pub fn new(bytes: &[u8], events: u64, framing: Framing, first: u64) -> Option<Self> {
        let events = u32::try_from(events).ok()?;
        let frame = Self { framing, length: bytes.len(), events, first, crc: 0 };
        (bytes.len() <= MAX_LENGTH).then(|| Self { crc: frame.checksum(bytes), ..frame })
    }

    /// Reads a header; `None` where there is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (version, rest) = rest.split_first_chunk()?;
        let (framing, rest) = rest.split_first_chunk()?;
        let (length, rest) = rest.split_first_chunk()?;
        let (events, rest) = rest.split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let (crc, _) = rest.split_first_chunk()?;
        let framing = match u16::from_le_bytes(*framing) {
            0 => Framing::Lines,
            1 => Framing::Lengths,
            _ => return None,
        };
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let is_known = u16::from_le_bytes(*version) == VERSION && length <= MAX_LENGTH;
        is_known.then_some(Self {
            framing,
            length,
            events: u32::from_le_bytes(*events),
            first: u64::from_le_bytes(*first),
            crc: u32::from_le_bytes(*crc),
        })
    }

    /// Whether these are the events.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.length && self.checksum(bytes) == self.crc
    }

    /// The number of the first event behind it.
    pub fn end(&self) -> u64 {
        self.first.saturating_add(self.events.into())
    }

    /// Bytes on disk.
    pub fn size(&self) -> u64 {
        (HEADER + self.length) as u64
    }

    /// Appends the header.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.write_checked(out);
        out.extend_from_slice(&self.crc.to_le_bytes());
    }

    fn write_checked(&self, out: &mut Vec<u8>) {
        let framing: u16 = match self.framing {
            Framing::Lines => 0,
            Framing::Lengths => 1,
        };
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&framing.to_le_bytes());
        // At most MAX_LENGTH.
        out.extend_from_slice(&(self.length as u32).to_le_bytes());
        out.extend_from_slice(&self.events.to_le_bytes());
        out.extend_from_slice(&self.first.to_le_bytes());
    }

    fn checksum(&self, bytes: &[u8]) -> u32 {
        let mut header = Vec::with_capacity(HEADER);
        self.write_checked(&mut header);
        crc32c::crc32c_append(crc32c::crc32c(&header), bytes)
    }
}
