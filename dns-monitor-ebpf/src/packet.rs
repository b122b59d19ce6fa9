//! The bytes of a packet, and the only comparison with their end.

/// No header chain that we follow is longer, bytes.
const MAX_OFFSET: usize = 0x3fff;

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
