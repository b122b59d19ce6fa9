//! What differs between XDP and TC, behind one trait, so that the rest is written once.

use core::ffi::c_void;

use aya_ebpf::{
    helpers::generated::{
        bpf_skb_change_tail, bpf_skb_load_bytes, bpf_skb_pull_data, bpf_xdp_adjust_head, bpf_xdp_adjust_tail,
        bpf_xdp_get_buff_len, bpf_xdp_load_bytes,
    },
    programs::{TcContext, XdpContext},
};
use dns_monitor_common::sample::{MAX_CAPTURE, MAX_PIECES};

use crate::packet::{self, Packet};

/// Bytes that hold every header we read in practice: Ethernet, two tags, IPv6 with a fragment header, TCP.
const HEADERS: u32 = 128;

/// Words that hold every query for whose answer a packet has to grow: Ethernet, two tags, IPv4 with options, UDP, the
/// longest question; and what is behind that is shorter than what an answer has there at most (89 bytes).
const QUERY_WORDS: usize = 57;

/// Memory for such a query.
pub type Query = [u64; QUERY_WORDS];

/// The mark of a packet that we send back by way of egress ("dnsa"); nobody without CAP_NET_ADMIN can set one.
const OWN_ANSWER: u32 = 0x646e_7361;

/// One hook of the kernel, with one packet in hand.
pub trait Hook {
    /// Whether packets here leave the host.
    const EGRESS: bool;
    /// Whether checksums may be left to the device that sends.
    const PARTIAL: bool;
    /// Into how many samples a packet may be cut at most.
    const PIECES: usize;
    /// A cursor over the linear part, which holds all headers.
    fn packet(&self) -> Packet {
        self.linear()
    }
    /// A cursor over the linear part.
    fn linear(&self) -> Packet;
    /// Bytes of the whole packet, linear or not.
    fn length(&self) -> u32;
    /// The VLAN tag that is no longer in the frame.
    fn offloaded_tag(&self) -> Option<u16>;
    /// The interface's index.
    fn interface(&self) -> u32;
    /// Makes the first `length` bytes linear, as far as there are so many. Cursors are void after it.
    fn reach(&self, length: u32);
    /// Makes the packet this long, at its end. Cursors are void after it.
    fn resize(&self, length: u32) -> bool;
    /// Makes room for an answer of `length` bytes, more than the packet has. Offsets stay, cursors are void after it.
    fn grow(&self, length: u32, spare: &mut Query) -> bool;
    /// Marks the packet as our own answer, for egress to know.
    fn mark(&self);
    /// Whether it is.
    fn is_marked(&self) -> bool;
    /// Copies `length` (at least 1) bytes from `offset` to `to`; false where the kernel refuses.
    ///
    /// # Safety
    /// `to` has room for `length` bytes. (The verifier checks it again.)
    unsafe fn copy(&self, offset: u32, to: *mut u8, length: u32) -> bool;
}

/// XDP: multi-buffer packets where `FRAGS` (kernel 5.18), else linear ones only, which any kernel has, and
/// drivers that refuse the others.
pub struct Xdp<'a, const FRAGS: bool>(pub &'a XdpContext);

/// TC, either direction.
pub struct Tc<'a, const EGRESS: bool>(pub &'a TcContext);

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
            packet::copy::<QUERY_WORDS>(self.linear(), 0, spare, before)
                && bpf_xdp_adjust_head(self.0.ctx, before as i32 - length as i32) == 0
                && packet::paste::<QUERY_WORDS>(self.linear(), spare, before)
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
                false => packet::copy::<{ MAX_CAPTURE / 8 }>(self.linear(), offset, to, length),
            }
        }
    }
}

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
