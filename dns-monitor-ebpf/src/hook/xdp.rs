//! XDP: the frame as the device has it.

use core::ffi::c_void;

use aya_ebpf::{
    helpers::generated::{
        bpf_xdp_adjust_head, bpf_xdp_adjust_tail, bpf_xdp_get_buff_len, bpf_xdp_load_bytes,
    },
    programs::XdpContext,
};
use dns_monitor_common::sample::{MAX_CAPTURE, MAX_PIECES};

use super::{Hook, QUERY_WORDS, Query};
use crate::{copy, packet::Packet};

/// XDP: multi-buffer packets where `FRAGS` (kernel 5.18), else linear ones only, which any kernel has, and
/// drivers that refuse the others.
pub struct Xdp<'a, const FRAGS: bool>(pub &'a XdpContext);

impl<const FRAGS: bool> Hook for Xdp<'_, FRAGS> {
    const EGRESS: bool = false;
    /// The frame's own bytes are all there is.
    const PARTIAL: bool = false;
    /// A linear packet fits a page, and so one sample.
    const PIECES: usize = if FRAGS { MAX_PIECES } else { 1 };

    #[inline(always)]
    fn linear(&self) -> Packet {
        Packet::new(self.0.data(), self.0.data_end())
    }

    #[inline(always)]
    fn length(&self) -> u32 {
        if FRAGS {
            // SAFETY: a helper with the program's own context.
            return unsafe { bpf_xdp_get_buff_len(self.0.ctx) as u32 };
        }
        self.linear().length()
    }

    #[inline(always)]
    fn offloaded_tag(&self) -> Option<u16> {
        None
    }

    #[inline(always)]
    fn interface(&self) -> u32 {
        // SAFETY: the context is valid for the whole run.
        unsafe { (*self.0.ctx).ingress_ifindex }
    }

    #[inline(always)]
    fn reach(&self, _: u32) {}

    #[inline(always)]
    fn resize(&self, length: u32) -> bool {
        let delta = length as i32 - self.length() as i32;
        // SAFETY: a helper with the program's own context.
        delta == 0 || unsafe { bpf_xdp_adjust_tail(self.0.ctx, delta) == 0 }
    }

    /// Many drivers leave no room behind a packet, but all of them do before it: there the packet is moved to.
    #[inline(always)]
    fn grow(&self, length: u32, spare: &mut Query) -> bool {
        if self.resize(length) {
            return true;
        }
        let (before, spare) = (self.length(), spare.as_mut_ptr().cast::<u8>());
        // SAFETY: no more is copied than there is room for; a helper with the program's own context.
        unsafe {
            copy::from_packet::<QUERY_WORDS>(self.linear(), 0, spare, before)
                && bpf_xdp_adjust_head(self.0.ctx, before as i32 - length as i32) == 0
                && copy::to_packet::<QUERY_WORDS>(self.linear(), spare, before)
        }
    }

    /// XDP_TX passes no egress hook.
    #[inline(always)]
    fn mark(&self) {}

    #[inline(always)]
    fn is_marked(&self) -> bool {
        false
    }

    #[inline(always)]
    unsafe fn copy(&self, offset: u32, to: *mut u8, length: u32) -> bool {
        // SAFETY: the room is the caller's promise; the helper gets the program's own context.
        unsafe {
            match FRAGS {
                true => bpf_xdp_load_bytes(self.0.ctx, offset, to.cast::<c_void>(), length) == 0,
                false => copy::from_packet::<{ MAX_CAPTURE / 8 }>(self.linear(), offset, to, length),
            }
        }
    }
}
