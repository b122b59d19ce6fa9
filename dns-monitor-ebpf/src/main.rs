//! The kernel programs of dns-monitor.
//!
//! One packet's way, and the reading order:
//!
//! 1. [`xdp`] and [`tc`]: the entry points; each ends in the one match that decides the packet's fate;
//! 2. [`hook`]: what differs between the two hooks, so that nothing after them needs to know;
//! 3. [`inspect`]: the story, parse, judge, sample, act;
//! 4. [`packet`]: the only comparison with the end of the packet;
//! 5. [`parse`]: link, network, transport, question, one parser a header;
//! 6. [`rules`]: what is listed of the name, and which rule wins;
//! 7. [`submit`]: the sample goes into this CPU's ring;
//! 8. [`answer`] and [`reset`]: the query becomes its own answer, or the end of its connection;
//! 9. [`maps`]: what is shared with the agent.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

mod answer;
mod checksum;
mod hook;
mod inspect;
mod maps;
mod packet;
mod parse;
mod reset;
mod rules;
mod submit;
mod tc;
mod turn;
mod xdp;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

/// The helpers for tracing are GPL-only; the text of the programs is dual-licensed.
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";
