//! The kernel programs of dns-monitor.
//!
//! One packet's way, and the reading order:
//!
//! 1. [`xdp`] and [`tc`]: the entry points; each ends in the one match that decides the packet's fate;
//! 2. [`hook`]: what differs between the two, so that nothing after them needs to know;
//! 3. [`inspect`]: the story, parse, judge, sample, act;
//! 4. [`packet`]: the only comparison with the end of the packet, and [`copy`]: many of its bytes at once;
//! 5. [`parse`]: link, network, transport, question, one parser a header;
//! 6. [`describe`]: what they have found, in the [`stage`];
//! 7. [`rules`]: what is listed of the name, and which rule wins;
//! 8. [`submit`]: the sample goes into this CPU's ring;
//! 9. [`answer`] and [`reset`]: the query becomes its own answer, or the end of its connection, and is [turned](turn)
//!    round;
//! 10. [`maps`]: what is shared with the agent.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

mod answer;
mod checksum;
mod copy;
mod describe;
mod hook;
mod inspect;
mod maps;
mod packet;
mod parse;
mod reset;
mod rules;
mod stage;
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
