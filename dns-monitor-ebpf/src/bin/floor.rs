//! What no program can be faster than: measured by `cargo xtask bench` beside the real ones, never loaded otherwise.
#![allow(missing_docs, reason = "the xdp macro makes public functions without passing docs on")]
#![no_std]
#![no_main]

use aya_ebpf::{
    bindings::{TC_ACT_UNSPEC, xdp_action::XDP_PASS},
    btf_maps::RingBuf,
    helpers::generated::{bpf_ringbuf_reserve, bpf_ringbuf_submit},
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
        let entry = bpf_ringbuf_reserve(ring, core::ptr::read_volatile(&raw const SIZE), 0);
        if !entry.is_null() {
            bpf_ringbuf_submit(entry, NO_WAKEUP);
        }
    }
    XDP_PASS
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
