//! Egress on TC, and ingress where XDP cannot be had.

use aya_ebpf::{
    bindings::{TC_ACT_SHOT, TC_ACT_UNSPEC},
    helpers::generated::bpf_redirect,
    macros::classifier,
    programs::TcContext,
};

use crate::{
    hook::{Hook, Tc},
    inspect::{Fate, inspect},
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
        Fate::Pass => TC_ACT_UNSPEC,
        Fate::Drop => TC_ACT_SHOT,
        // SAFETY: a helper without pointers; it says what to return.
        Fate::Return => unsafe { bpf_redirect(hook.interface(), 0) as i32 },
    }
}
