//! TC: the packet as the stack has it.

use core::ffi::c_void;

use aya_ebpf::{
    helpers::generated::{bpf_skb_change_tail, bpf_skb_load_bytes, bpf_skb_pull_data},
    programs::TcContext,
};
use dns_monitor_common::sample::MAX_PIECES;

use super::{Hook, Query};
use crate::packet::Packet;

/// Bytes that hold every header we read in practice: Ethernet, two tags, IPv6 with a fragment header, TCP.
const HEADERS: u32 = 128;

/// The mark of a packet that we send back by way of egress ("dnsa"); nobody without CAP_NET_ADMIN can set one.
const OWN_ANSWER: u32 = 0x646e_7361;

/// TC, either direction.
pub struct Tc<'a, const EGRESS: bool>(pub &'a TcContext);

impl<const OUT: bool> Hook for Tc<'_, OUT> {
    const EGRESS: bool = OUT;
    const PARTIAL: bool = true;
    const PIECES: usize = MAX_PIECES;

    /// GSO packets have little more than headers in the linear part, and not always those.
    #[inline(always)]
    fn packet(&self) -> Packet {
        self.reach(HEADERS);
        self.linear()
    }

    #[inline(always)]
    fn linear(&self) -> Packet {
        Packet::new(self.0.data(), self.0.data_end())
    }

    #[inline(always)]
    fn length(&self) -> u32 {
        self.0.len()
    }

    #[inline(always)]
    fn offloaded_tag(&self) -> Option<u16> {
        let skb = self.0.skb.skb;
        // SAFETY: the context is valid for the whole run.
        unsafe { if (*skb).vlan_present != 0 { Some((*skb).vlan_tci as u16) } else { None } }
    }

    #[inline(always)]
    fn interface(&self) -> u32 {
        // SAFETY: the context is valid for the whole run.
        unsafe { (*self.0.skb.skb).ifindex }
    }

    #[inline(always)]
    fn reach(&self, wanted: u32) {
        let skb = self.0.skb.skb;
        // SAFETY: the context is valid for the whole run; the pull only moves bytes inside the packet.
        unsafe {
            let linear = (self.0.data_end() - self.0.data()) as u32;
            let length = (*skb).len;
            if linear < wanted && linear < length {
                bpf_skb_pull_data(skb, if length < wanted { length } else { wanted });
            }
        }
    }

    #[inline(always)]
    fn resize(&self, length: u32) -> bool {
        // SAFETY: a helper with the program's own context.
        self.length() == length || unsafe { bpf_skb_change_tail(self.0.skb.skb, length, 0) == 0 }
    }

    #[inline(always)]
    fn grow(&self, length: u32, _: &mut Query) -> bool {
        self.resize(length)
    }

    #[inline(always)]
    fn mark(&self) {
        // SAFETY: the context is valid for the whole run.
        unsafe { (*self.0.skb.skb).mark = OWN_ANSWER }
    }

    #[inline(always)]
    fn is_marked(&self) -> bool {
        // SAFETY: the context is valid for the whole run.
        OUT && unsafe { (*self.0.skb.skb).mark == OWN_ANSWER }
    }

    #[inline(always)]
    unsafe fn copy(&self, offset: u32, to: *mut u8, length: u32) -> bool {
        let skb = self.0.skb.skb;
        // SAFETY: a helper with the program's own context; the room is the caller's promise.
        unsafe { bpf_skb_load_bytes(skb.cast(), offset, to.cast::<c_void>(), length) == 0 }
    }
}
