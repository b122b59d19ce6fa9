//! Ingress on XDP.

use aya_ebpf::{
    bindings::xdp_action::{XDP_DROP, XDP_PASS, XDP_TX},
    macros::xdp,
    programs::XdpContext,
};

use crate::{
    hook::{Hook, Xdp},
    inspect::{Fate, inspect},
};

/// Linear packets.
#[xdp]
pub fn dns_xdp(context: XdpContext) -> u32 {
    fate(&Xdp::<false>(&context))
}

/// Multi-buffer packets.
#[xdp(frags)]
pub fn dns_xdp_frags(context: XdpContext) -> u32 {
    fate(&Xdp::<true>(&context))
}

#[inline(always)]
fn fate<H: Hook>(hook: &H) -> u32 {
    match inspect(hook) {
        Fate::Pass => XDP_PASS,
        Fate::Drop => XDP_DROP,
        Fate::Return => XDP_TX,
    }
}
