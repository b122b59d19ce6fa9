//! Bytes of a packet to memory, and back: word by word, because a helper costs more where there are few.

use crate::{opaque, packet::Packet};

const WORD: usize = 8;

/// Copies `length` bytes, at most `WORDS` times 8, of the linear part, from `offset` to `to`: word by word,
/// then the last word once more where it overlaps. False where they are not all in the linear part.
///
/// # Safety
/// `to` has room for `length` bytes.
#[inline(always)]
pub unsafe fn from_packet<const WORDS: usize>(packet: Packet, offset: u32, to: *mut u8, length: u32) -> bool {
    let Some(mut packet) = packet.at(offset) else { return false };
    if length < WORD as u32 {
        // SAFETY: the caller's promise.
        return unsafe { copy_bytes(packet, to, length) };
    }
    let mut last = length as usize - WORD;
    opaque!(last);
    if last > (WORDS - 1) * WORD {
        return false;
    }
    let mut tail = packet;
    tail.skip(last);
    let Some(word) = tail.header::<WORD>() else { return false };
    // SAFETY: `last + 8` is `length`.
    unsafe { *to.add(last).cast::<u64>() = word.get(0) };
    for at in 0..WORDS - 1 {
        if at * WORD >= last {
            return true;
        }
        let Some(word) = packet.header::<WORD>() else { return false };
        // SAFETY: `at * 8` is below `length - 8`.
        unsafe { *to.add(at * WORD).cast::<u64>() = word.get(0) };
        packet.skip(WORD);
    }
    true
}

/// The reverse: writes `length` bytes, 8 to `WORDS` times 8, from `from` to the cursor.
///
/// # Safety
/// `from` has `length` bytes.
#[inline(always)]
pub unsafe fn to_packet<const WORDS: usize>(mut packet: Packet, from: *const u8, length: u32) -> bool {
    let mut last = (length as usize).wrapping_sub(WORD);
    opaque!(last);
    if last > (WORDS - 1) * WORD {
        return false;
    }
    let mut tail = packet;
    tail.skip(last);
    let Some(word) = tail.header::<WORD>() else { return false };
    // SAFETY: `last + 8` is `length`.
    word.set(0, unsafe { from.add(last).cast::<u64>().read_unaligned() });
    for at in 0..WORDS - 1 {
        if at * WORD >= last {
            return true;
        }
        let Some(word) = packet.header::<WORD>() else { return false };
        // SAFETY: `at * 8` is below `length - 8`.
        word.set(0, unsafe { from.add(at * WORD).cast::<u64>().read_unaligned() });
        packet.skip(WORD);
    }
    true
}

/// Fewer than eight bytes: nothing that is DNS, but what comes to its port is shown.
#[inline(always)]
unsafe fn copy_bytes(mut packet: Packet, to: *mut u8, length: u32) -> bool {
    for at in 0..WORD - 1 {
        if at >= length as usize {
            return true;
        }
        let Some(byte) = packet.header::<1>() else { return false };
        // SAFETY: `at` is below `length`.
        unsafe { *to.add(at) = byte.get(0) };
        packet.skip(1);
    }
    true
}
