//! Egress on TC, and ingress where XDP cannot be had.

use aya_ebpf::{bindings::TC_ACT_UNSPEC, macros::classifier, programs::TcContext};
use dns_monitor_common::counter::Counter;

use crate::{
    hook::{Hook, Tc},
    inspect::inspect,
    maps::count,
};

/// What leaves the host.
#[classifier]
pub fn dns_tc_egress(context: TcContext) -> i32 {
    fate(&Tc::<true>(&context))
}

/// What comes in.
#[classifier]
pub fn dns_tc_ingress(context: TcContext) -> i32 {
    fate(&Tc::<false>(&context))
}

/// "Unspecified" lets the filters after us see the packet (`TCX_NEXT`).
#[inline(always)]
fn fate<H: Hook>(hook: &H) -> i32 {
    match inspect(hook) {
        Ok(()) => count(Counter::Sampled),
        Err(reason) => count(reason),
    }
    TC_ACT_UNSPEC
}
