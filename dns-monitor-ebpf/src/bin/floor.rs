//! What no program can be faster than, and what runs others for a benchmark: used by `cargo xtask bench` alone.
#![allow(missing_docs, reason = "the xdp macro makes public functions without passing docs on")]
#![no_std]
#![no_main]

use core::ptr::read_volatile;

use aya_ebpf::{
    bindings::{
        TC_ACT_UNSPEC,
        xdp_action::{XDP_ABORTED, XDP_PASS},
    },
    btf_maps::{Array, ProgramArray, RingBuf},
    helpers::generated::{bpf_ringbuf_reserve, bpf_ringbuf_submit, bpf_xdp_adjust_tail},
    macros::{btf_map, classifier, xdp},
    programs::{TcContext, XdpContext},
};

const NO_WAKEUP: u64 = 1;

#[btf_map]
static RING: RingBuf<u64, 4194304> = RingBuf::new();

/// Bytes to reserve, set by the benchmark.
#[unsafe(no_mangle)]
static SIZE: u64 = 128;

/// The cost of running any program.
#[xdp]
pub fn bare_pass(_: XdpContext) -> u32 {
    XDP_PASS
}

/// The cost of running any program on TC.
#[classifier]
pub fn bare_tc(_: TcContext) -> i32 {
    TC_ACT_UNSPEC
}

/// The cost of one reserve and submit, nothing copied.
#[xdp]
pub fn bare_ring(_: XdpContext) -> u32 {
    let ring = (&raw const RING).cast_mut().cast();
    // SAFETY: what is reserved is submitted; the size is a constant to the verifier.
    unsafe {
        let entry = bpf_ringbuf_reserve(ring, read_volatile(&raw const SIZE), 0);
        if !entry.is_null() {
            bpf_ringbuf_submit(entry, NO_WAKEUP);
        }
    }
    XDP_PASS
}

/// Words of the longest frame that [`again`] gives.
const WORDS: usize = 40;

/// What [`again`] gives: a frame, the bits of the numbers in its name, and the state of what draws them.
#[repr(C)]
struct Next {
    frame: [u64; WORDS],
    mask: u64,
    random: u64,
}

#[btf_map]
static NEXT: Array<Next, 1> = Array::new();

#[btf_map]
static PROGRAM: ProgramArray<1> = ProgramArray::new();

/// Length of the frame, bytes, and where in it eight letters of the name are; set by the benchmark.
#[unsafe(no_mangle)]
static LENGTH: u64 = 64;
#[unsafe(no_mangle)]
static LETTERS: u64 = 48;

/// Runs the program in [`PROGRAM`] on the frame as it was before the last run, with other letters in its name.
#[xdp(frags)]
pub fn again(context: XdpContext) -> u32 {
    if renew(&context).is_some() {
        // SAFETY: whatever the benchmark has put there is a program of the same kind.
        unsafe { PROGRAM.tail_call(&context, 0) };
    }
    XDP_ABORTED
}

#[inline(always)]
fn renew(context: &XdpContext) -> Option<()> {
    // SAFETY: statics of our own, constants to the verifier.
    let (length, letters) = unsafe { (read_volatile(&raw const LENGTH), read_volatile(&raw const LETTERS)) };
    let longer = length as i32 - (context.data_end() - context.data()) as i32;
    // SAFETY: a helper with the program's own context.
    if longer != 0 && unsafe { bpf_xdp_adjust_tail(context.ctx, longer) } != 0 {
        return None;
    }
    let next = NEXT.get_ptr_mut(0)?;
    let (data, end) = (context.data(), context.data_end());
    if data + length as usize > end {
        return None;
    }
    // SAFETY: the words are within the frame, which the packet is as long as; the map's element is ours.
    unsafe {
        let packet = data as *mut u8;
        let frame = (&raw const (*next).frame).cast::<u8>();
        for word in 0..WORDS as u64 {
            if (word + 1) * 8 <= length {
                copy(frame, packet, word * 8);
            }
        }
        copy(frame, packet, length - 8);
        let mut random = (*next).random;
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (*next).random = random;
        *packet.add(letters as usize).cast::<u64>() = text(random >> 32 & (*next).mask);
    }
    Some(())
}

#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, at: u64) {
    // SAFETY: the caller has made sure that eight bytes from there are within both. BPF needs no alignment here.
    unsafe { *to.add(at as usize).cast::<u64>() = *from.add(at as usize).cast::<u64>() };
}

/// A number of 32 bits as eight letters, `a` to `p`.
#[inline(always)]
fn text(number: u64) -> u64 {
    let mut spread = number;
    spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    spread = (spread | spread << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    spread + 0x6161_6161_6161_6161
}

/// The cost of running any program by way of [`again`].
#[xdp(frags)]
pub fn bare_frags(_: XdpContext) -> u32 {
    XDP_PASS
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
