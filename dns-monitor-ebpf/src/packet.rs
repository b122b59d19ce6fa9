//! The bytes of a packet, and the only comparison with their end.

use core::arch::asm;

use dns_monitor_common::sample::MAX_CAPTURE;

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

    /// Whether fewer than `length` bytes follow `offset` bytes from here.
    #[inline(always)]
    fn is_short(&self, length: usize) -> bool {
        let mut last = self.at + length;
        // Without this LLVM computes `end + 1`: "pointer arithmetic on pkt_end prohibited".
        unsafe { asm!("{0} = {0}", inout(reg) last, options(nomem, nostack, preserves_flags)) }
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
    pub fn linear_length(&self) -> u32 {
        (self.end - self.start) as u32
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

/// Copies bytes of the linear part, for kernels without `bpf_xdp_load_bytes` (before 5.18):
/// whole words, then the bytes that are left.
#[inline(always)]
pub fn copy_linear(start: usize, end: usize, offset: u32, to: &mut [u8; MAX_CAPTURE], length: u32) -> bool {
    let mut from = (offset & 0xffff) as usize;
    opaque!(from);
    if from > MAX_OFFSET {
        return false;
    }
    let mut packet = Packet::new(start, end);
    packet.skip(from);
    let to = to.as_mut_ptr();
    let mut done = 0usize;
    while done < MAX_CAPTURE / 8 {
        if (done << 3) + 8 > length as usize {
            break;
        }
        let Some(word) = packet.header::<8>() else { return false };
        // SAFETY: `done` is below MAX_CAPTURE / 8.
        unsafe { *to.add(done << 3).cast::<u64>() = word.get(0) };
        packet.skip(8);
        done += 1;
    }
    copy_tail(packet, to, (done << 3) as u32, length)
}

#[inline(always)]
fn copy_tail(mut packet: Packet, to: *mut u8, done: u32, length: u32) -> bool {
    for byte in 0..7 {
        let mut at = (done + byte) as usize;
        opaque!(at);
        if at >= length as usize || at >= MAX_CAPTURE {
            return true;
        }
        let Some(header) = packet.header::<1>() else { return false };
        // SAFETY: `at` is below MAX_CAPTURE.
        unsafe { *to.add(at) = header.get(0) };
        packet.skip(1);
    }
    true
}
