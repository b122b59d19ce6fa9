//! Turns queries around: the least that an answer can cost. Used by `cargo xtask bench` alone, and attached by `ip`, whose
//! library takes no object with maps of ours.
#![allow(missing_docs, reason = "the xdp macro makes public functions without passing docs on")]
#![no_std]
#![no_main]

use aya_ebpf::{
    bindings::xdp_action::{XDP_PASS, XDP_TX},
    macros::xdp,
    programs::XdpContext,
};

/// Answers what is sent to port 53 over IPv4 and UDP with what was asked, and looks nothing up: nothing answers sooner.
#[xdp]
pub fn reflect(context: XdpContext) -> u32 {
    const HEADERS: usize = 14 + 20 + 8 + 12;
    let data = context.data();
    if data + HEADERS > context.data_end() {
        return XDP_PASS;
    }
    let packet = data as *mut u8;
    // SAFETY: the headers are in the packet.
    unsafe {
        let word = |at: usize| packet.add(at).cast::<u16>();
        let is = |at: usize, value: u16| word(at).read_unaligned() == value.to_be();
        if !is(12, 0x0800) || packet.add(23).read() != 17 || !is(36, 53) {
            return XDP_PASS;
        }
        for (from, to, words) in [(0, 6, 3), (26, 30, 2), (34, 36, 1)] {
            for at in 0..words {
                let (a, b) = (word(from + 2 * at), word(to + 2 * at));
                let kept = a.read_unaligned();
                a.write_unaligned(b.read_unaligned());
                b.write_unaligned(kept);
            }
        }
        word(40).write_unaligned(0); // no checksum
        packet.add(44).write(packet.add(44).read() | 0x80);
    }
    XDP_TX
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
