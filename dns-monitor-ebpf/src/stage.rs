//! What is known of the packet in hand: per CPU, in memory.

use dns_monitor_common::sample::SampleHeader;

use crate::{answer::Plan, hook::Query, rules::Search};

/// Where a sample's header is put together: per CPU, in memory, for what [`Stage::forget`] says.
#[repr(C)]
pub struct Stage {
    pub header: SampleHeader,
    /// Sequence number of this CPU's next sample.
    pub sequence: u32,
    rest: Rest,
    /// Payload bytes on the wire.
    pub payload: u32,
    /// Where the IP header begins, bytes from the start of the packet.
    pub network: u32,
    /// Where the UDP or TCP header begins.
    pub transport: u32,
    /// The rules' own notes.
    pub search: Search,
    /// The answer's.
    pub plan: Plan,
    /// A query on its way to a place with more room.
    pub spare: Query,
}

/// What of the payload is still to be sampled, bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Rest {
    /// From the start of the packet.
    pub offset: u32,
    /// On the wire.
    pub length: u32,
    /// In the packet.
    pub present: u32,
}

impl Rest {
    /// What is left behind `taken` bytes.
    #[inline(always)]
    pub fn after(self, taken: u32) -> Self {
        Self { offset: self.offset + taken, length: self.length - taken, present: self.present - taken }
    }
}

impl Stage {
    /// The same numbers, by way of memory: the verifier forgets how they came about, and so proves what
    /// follows once, not once a path through the parsers.
    #[inline(always)]
    pub fn forget(&mut self, rest: Rest) -> Rest {
        let slot = &raw mut self.rest;
        // SAFETY: a field of our own.
        unsafe {
            core::ptr::write_volatile(slot, rest);
            core::ptr::read_volatile(slot)
        }
    }
}
