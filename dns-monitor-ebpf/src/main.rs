//! The kernel programs of dns-monitor.
//!
//! One packet's way, and the reading order:
//!
//! 1. [`xdp`] and [`tc`]: the entry points; each ends in the one match that decides the packet's fate;
//! 2. [`hook`]: what differs between the two hooks, so that nothing after them needs to know;
//! 3. [`inspect`]: the story, parse then sample;
//! 4. [`packet`]: the only comparison with the end of the packet;
//! 5. [`parse`]: link, network, transport, one parser a header;
//! 6. [`submit`]: the sample goes into this CPU's ring;
//! 7. [`maps`]: what is shared with the agent.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

mod hook;
mod inspect;
mod maps;
mod packet;
mod parse;
mod submit;
mod tc;
mod xdp;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

/// The helpers for tracing are GPL-only; the text of the programs is dual-licensed.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
