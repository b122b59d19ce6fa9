//! Ingress on XDP.

use aya_ebpf::{bindings::xdp_action::XDP_PASS, macros::xdp, programs::XdpContext};
use dns_monitor_common::counter::Counter;

use crate::{
    hook::{Hook, Xdp},
    inspect::inspect,
    maps::count,
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
        Ok(()) => count(Counter::Sampled),
        Err(reason) => count(reason),
    }
    XDP_PASS
}
