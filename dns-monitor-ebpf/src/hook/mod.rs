//! What differs between XDP and TC, behind one trait, so that the rest is written once.

mod tc;
mod xdp;

pub use self::{tc::Tc, xdp::Xdp};
use crate::packet::Packet;

/// Words that hold every query for whose answer a packet has to grow: Ethernet, two tags, IPv4 with options, UDP, the
/// longest question; and what is behind that is shorter than what an answer has there at most (89 bytes).
const QUERY_WORDS: usize = 57;

/// Memory for such a query.
pub type Query = [u64; QUERY_WORDS];

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
