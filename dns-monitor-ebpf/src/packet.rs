//! The bytes of a packet, and the only comparison with their end.

/// No header chain that we follow is longer, bytes.
const MAX_OFFSET: usize = 0x3fff;
const WORD: usize = 8;

/// Makes a value opaque to LLVM, which would otherwise re-derive it in a shape the verifier refuses.
/// (An empty `asm!` would break the BTF line information.)
#[macro_export]
macro_rules! opaque {
    ($value:ident) => {
        // SAFETY: a move of a register onto itself.
        unsafe { core::arch::asm!("{0} = {0}", inout(reg) $value, options(nomem, nostack, preserves_flags)) }
    };
}

/// A cursor over the linear part of a packet.
#[derive(Clone, Copy)]
pub struct Packet {
    start: usize,
    at: usize,
    end: usize,
}

/// Plain integers and arrays of them, which any bytes are a value of.
pub trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for u16 {}
impl Plain for u32 {}
impl Plain for u64 {}

impl Packet {
    /// From the context's `data` and `data_end`.
    #[inline(always)]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, at: start, end }
    }

    /// Whether fewer than `length` bytes follow from here.
    #[inline(always)]
    fn is_short(&self, length: usize) -> bool {
        let mut last = self.at + length;
        // Without this LLVM computes `end + 1`: "pointer arithmetic on pkt_end prohibited".
        opaque!(last);
        last > self.end
    }

    /// A view of the next `length` bytes, or `None` where the packet ends before that.
    #[inline(always)]
    pub fn header<const LENGTH: usize>(&self) -> Option<Header<LENGTH>> {
        if self.is_short(LENGTH) { None } else { Some(Header { at: self.at }) }
    }

    /// Moves past `length` bytes; whether they are there shows when the next header is read.
    #[inline(always)]
    pub fn skip(&mut self, length: usize) {
        self.at += length;
    }

    /// Bytes from the start of the packet to here.
    #[inline(always)]
    pub fn offset(&self) -> u32 {
        (self.at - self.start) as u32
    }

    /// Bytes of the linear part.
    #[inline(always)]
    pub fn length(&self) -> u32 {
        (self.end - self.start) as u32
    }
}

impl Packet {
    /// A cursor at an offset from the start; `None` where no packet of ours has headers.
    #[inline(always)]
    pub fn at(&self, offset: u32) -> Option<Self> {
        let mut from = offset as usize;
        opaque!(from);
        if from > MAX_OFFSET { None } else { Some(Self { at: self.start + from, ..*self }) }
    }

    /// A cursor `distance` bytes further on; the caller has bounded it.
    #[inline(always)]
    pub fn ahead(mut self, distance: usize) -> Self {
        self.skip(distance);
        self
    }
}

/// `LENGTH` bytes of the packet that are known to be there.
#[derive(Clone, Copy)]
pub struct Header<const LENGTH: usize> {
    at: usize,
}

impl<const LENGTH: usize> Header<LENGTH> {
    /// The integer at a constant offset, in packet byte order.
    #[inline(always)]
    pub fn get<T: Plain>(&self, offset: usize) -> T {
        // SAFETY: `Packet::header` has checked LENGTH bytes, and the verifier checks again. BPF loads of
        // packet bytes need no alignment where the kernel has efficient unaligned access.
        unsafe { *((self.at + offset) as *const T) }
    }

    /// Writes an integer at a constant offset, in packet byte order.
    #[inline(always)]
    pub fn set<T: Plain>(&self, offset: usize, value: T) {
        // SAFETY: as in `get`; packets that are answered are ours to write.
        unsafe { *((self.at + offset) as *mut T) = value }
    }

    /// The 16-bit integer at a constant offset, in host order.
    #[inline(always)]
    pub fn be16(&self, offset: usize) -> u16 {
        u16::from_be(self.get(offset))
    }

    /// The 32-bit integer at a constant offset, in host order.
    #[inline(always)]
    pub fn be32(&self, offset: usize) -> u32 {
        u32::from_be(self.get(offset))
    }
}

/// Copies `length` bytes, at most `WORDS` times 8, of the linear part, from `offset` to `to`: word by word,
/// then the last word once more where it overlaps. False where they are not all in the linear part.
///
/// # Safety
/// `to` has room for `length` bytes.
#[inline(always)]
pub unsafe fn copy<const WORDS: usize>(mut packet: Packet, offset: u32, to: *mut u8, length: u32) -> bool {
    let mut from = offset as usize;
    opaque!(from);
    if from > MAX_OFFSET {
        return false;
    }
    packet.at = packet.start + from;
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
pub unsafe fn paste<const WORDS: usize>(mut packet: Packet, from: *const u8, length: u32) -> bool {
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
