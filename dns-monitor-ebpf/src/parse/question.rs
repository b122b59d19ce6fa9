//! The DNS header and the question's name (RFC 1035 §4.1), hashed by all its suffixes.

use core::ptr::{read_volatile, write_volatile};

use dns_monitor_common::rule::{Keys, MAX_LABELS, MAX_NAME, MAX_WORDS, Sums, lower};

use crate::{
    opaque,
    packet::{Header, Packet},
};

/// Length of a DNS header.
pub const HEADER: usize = 12;
/// The longest label (RFC 1035 §2.3.4).
const MAX_LABEL: usize = 63;
/// What marks a pointer.
const POINTER: u16 = 0xc000;
/// Bytes that are hashed at once.
pub const WORD: usize = 8;

/// A name's labels and the sums of its words; in memory, where the verifier does not follow.
#[repr(C)]
pub struct Name {
    /// Labels, root not counted.
    pub labels: u64,
    /// Bytes without the root label.
    pub length: u64,
    /// Bytes of what stands for the root label: itself, or a pointer to a byte of the header that is 0. Nobody means that,
    /// but resolvers take it.
    pub end: u64,
    /// Where each label begins in the name.
    offsets: [u8; MAX_LABELS + 1],
    /// Sums of the whole words, from the end: of none, of one, …
    sums: [Sums; MAX_WORDS],
}

/// Whether this is the header of a query with one question: QR 0, opcode QUERY. A response or an update is not.
#[inline(always)]
pub fn is_query(header: &Header<HEADER>) -> bool {
    header.get::<u8>(2) & 0xf8 == 0 && header.be16(4) == 1
}

impl Name {
    /// Walks the name behind the header at the cursor. `None`: it is compressed so that it does not end there, too long,
    /// or not all there.
    #[inline(always)]
    pub fn read(&mut self, message: Packet) -> Option<()> {
        let name = message.ahead(HEADER);
        self.walk(name)?;
        // SAFETY: a field of our own; volatile, so that the verifier goes on once, not once for each number of labels.
        let first = unsafe { read_volatile(&raw const self.end) };
        let end = if first == 0 { 1 } else { pointer(message, name.ahead(self.length()))? };
        // SAFETY: as above.
        unsafe { write_volatile(&raw mut self.end, end) };
        Some(())
    }

    /// Up to what is no label: what that begins with is left in `end`.
    #[inline(always)]
    fn walk(&mut self, name: Packet) -> Option<()> {
        let mut at = 0;
        for label in 0..=MAX_LABELS {
            opaque!(at);
            if at > MAX_NAME {
                return None;
            }
            let length = name.ahead(at).header::<1>()?.get::<u8>(0) as usize;
            // 0 or more than MAX_LABEL, in one comparison: two would be two ways on for the verifier.
            if length.wrapping_sub(1) >= MAX_LABEL {
                // SAFETY: fields of our own; volatile, so that the verifier forgets which round it was.
                unsafe {
                    write_volatile(&raw mut self.labels, label as u64);
                    write_volatile(&raw mut self.length, at as u64);
                    write_volatile(&raw mut self.end, length as u64);
                }
                return Some(());
            }
            self.offsets[label] = at as u8;
            at += length + 1;
        }
        None
    }

    /// Sums up the words of the name, from its end.
    #[inline(always)]
    pub fn sum(&mut self, name: Packet, keys: &Keys) -> Option<()> {
        let mut sums = Sums([0; 3]);
        self.sums[0] = sums;
        let mut at = self.length();
        for word in 0..MAX_WORDS - 1 {
            if at < WORD {
                break;
            }
            at -= WORD;
            opaque!(at);
            if at > MAX_NAME - WORD {
                return None;
            }
            let bytes = name.ahead(at).header::<WORD>()?.get(0);
            sums = sums.add(lower(bytes), &keys.0[word]);
            self.sums[word + 1] = sums;
        }
        Some(())
    }

    /// The sums of the last `depth` labels, 1 to all of them; `before` is at the eight bytes before the name.
    #[inline(always)]
    pub fn suffix(&self, before: Packet, depth: u64, keys: &Keys) -> Option<Sums> {
        let mut label = (self.labels() - depth) as usize & MAX_LABELS;
        opaque!(label);
        let mut start = self.offsets[label & MAX_LABELS] as usize;
        opaque!(start);
        if start > MAX_NAME {
            return None;
        }
        let length = (self.length() - start) & 0xff;
        let (mut whole, odd) = (length >> 3, length & 7);
        opaque!(whole);
        whole &= MAX_WORDS - 1;
        let sums = self.sums[whole];
        if odd == 0 {
            return Some(sums);
        }
        let mut end = start + odd;
        opaque!(end);
        if end > MAX_NAME {
            return None;
        }
        let word: u64 = before.ahead(end).header::<WORD>()?.get(0);
        Some(sums.add(lower(word >> (64 - (odd << 3))) | (odd as u64) << 56, &keys.0[whole]))
    }

    #[inline(always)]
    fn labels(&self) -> u64 {
        // SAFETY: a field of our own.
        unsafe { read_volatile(&raw const self.labels) }
    }

    /// Bytes of what stands for the root label.
    #[inline(always)]
    pub fn end(&self) -> usize {
        // SAFETY: a field of our own.
        let mut end = unsafe { read_volatile(&raw const self.end) } as usize & 3;
        opaque!(end);
        end & 3
    }

    /// Whether that is a pointer.
    #[inline(always)]
    pub fn is_compressed(&self) -> bool {
        self.end() != 1
    }

    /// Bytes without the root label.
    #[inline(always)]
    pub fn length(&self) -> usize {
        // SAFETY: a field of our own.
        let mut length = unsafe { read_volatile(&raw const self.length) } as usize;
        opaque!(length);
        if length > MAX_NAME { 0 } else { length }
    }
}

/// The length of a compression pointer (RFC 1035 §4.1.4) to a root label. The only bytes before the name are those of the
/// header: with opcode QUERY and one question they spell no other name that exists.
#[inline(always)]
fn pointer(message: Packet, at: Packet) -> Option<u64> {
    let target = at.header::<2>()?.be16(0).wrapping_sub(POINTER) as usize;
    if target >= HEADER || message.ahead(target).header::<1>()?.get::<u8>(0) != 0 { None } else { Some(2) }
}
