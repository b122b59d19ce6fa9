//! The internet checksum (RFC 1071), over words in the order in which they lie in memory.

use crate::packet::Packet;

const WORD: usize = 8;
/// Words of the longest answer: UDP and DNS headers, the question, an address, EDNS with a cookie and an error.
const MAX_WORDS: u32 = 48;

/// Adds eight bytes.
#[inline(always)]
pub fn add(sum: u64, word: u64) -> u64 {
    sum + (word & 0xffff_ffff) + (word >> 32)
}

/// What the pseudo-header adds beside the addresses (RFC 768, RFC 8200 §8.1).
#[inline(always)]
pub fn pseudo(addresses: u64, protocol: u8, length: u32) -> u64 {
    addresses + (protocol as u16).to_be() as u64 + (length as u16).to_be() as u64
}

/// A sum in 16 bits, not yet inverted.
#[inline(always)]
pub fn fold(sum: u64) -> u16 {
    let mut sum = (sum & 0xffff_ffff) + (sum >> 32);
    sum = (sum & 0xffff_ffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum as u16
}

/// Adds `length` bytes, at least 8, from `offset` on.
#[inline(always)]
pub fn over(packet: &Packet, offset: u32, length: u32, mut sum: u64) -> Option<u64> {
    let start = packet.at(offset)?;
    for word in 0..MAX_WORDS {
        if word >= length >> 3 {
            break;
        }
        sum = add(sum, start.ahead(word as usize * WORD).header::<WORD>()?.get(0));
    }
    let odd = length & 7;
    if odd == 0 {
        return Some(sum);
    }
    // The last eight bytes, less those that are in the sum already.
    let last: u64 = packet.at(offset + length - WORD as u32)?.header::<WORD>()?.get(0);
    Some(add(sum, last >> (64 - (odd << 3))))
}
