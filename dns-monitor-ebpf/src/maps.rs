//! What the programs share with the agent; the names are those of `dns_monitor_common::names`.

use aya_ebpf::{
    bindings::{BPF_F_INNER_MAP, BPF_F_MMAPABLE},
    btf_maps::{Array, ArrayOfMaps, LpmTrie, PerCpuArray, RingBuf},
    macros::btf_map,
};
use dns_monitor_common::{
    counter::Counter,
    names::{MAX_CPUS, MAX_PORTS},
    rule::{Bucket, Candidate, MAX_ORIGINS, MAX_PREFIXES, PLACES, RuleSet, State},
    sample::MAX_CAPTURE,
};

use crate::stage::Stage;

/// The agent creates the rings, one a CPU that is online, in the size the operator chose.
#[btf_map]
pub static RINGS: ArrayOfMaps<RingBuf<u64, 4096>, MAX_CPUS> = ArrayOfMaps::new();

#[btf_map]
pub static STAGE: PerCpuArray<Stage, 1> = PerCpuArray::new();

#[btf_map]
pub static STATE: Array<State, 1, { BPF_F_MMAPABLE as usize }> = Array::new();

/// What maps of rules have in common: the agent maps them into its memory, and makes them as long as they must be.
pub const SHARED: usize = (BPF_F_MMAPABLE | BPF_F_INNER_MAP) as usize;

#[btf_map]
pub static RULE_SETS: ArrayOfMaps<Array<RuleSet, 1, SHARED>, PLACES> = ArrayOfMaps::new();

#[btf_map]
pub static FILTERS: ArrayOfMaps<Array<u64, 1, SHARED>, PLACES> = ArrayOfMaps::new();

#[btf_map]
pub static TABLES: ArrayOfMaps<Array<Bucket, 1, SHARED>, PLACES> = ArrayOfMaps::new();

#[btf_map]
pub static CANDIDATES: ArrayOfMaps<Array<Candidate, 1, SHARED>, PLACES> = ArrayOfMaps::new();

/// Client addresses, IPv4 as IPv4-mapped IPv6, to sets of clients as bits.
#[btf_map]
pub static CLIENTS: ArrayOfMaps<LpmTrie<[u8; 16], u64, MAX_PREFIXES>, PLACES> = ArrayOfMaps::new();

#[btf_map]
static HITS: PerCpuArray<u64, { PLACES * MAX_ORIGINS }> = PerCpuArray::new();

#[btf_map]
static COUNTERS: PerCpuArray<u64, { Counter::ALL.len() }> = PerCpuArray::new();

/// Ports that mean DNS, host order; unused slots repeat the first.
#[unsafe(no_mangle)]
static PORTS: Ports = Ports([53; MAX_PORTS]);

/// Aligned to be read as one word.
#[repr(C, align(8))]
struct Ports([u16; MAX_PORTS]);

const _: () = assert!(size_of::<Ports>() == size_of::<u64>());

/// Payload bytes a sample may hold, 1 to [`MAX_CAPTURE`].
#[unsafe(no_mangle)]
static CAPTURE: u32 = MAX_CAPTURE as u32;

/// Whether a port, in host order, means DNS: compared with all at once, since BPF branches at each comparison.
#[inline(always)]
pub fn is_dns(port: u16) -> bool {
    const ONES: u64 = 0x0001_0001_0001_0001;
    const TOPS: u64 = 0x8000_8000_8000_8000;
    // SAFETY: a static of our own, as long as a word; volatile, because the agent writes it before loading.
    let ports = unsafe { core::ptr::read_volatile((&raw const PORTS).cast::<u64>()) };
    let differences = ports ^ (port as u64).wrapping_mul(ONES);
    // A lane is zero where its port is this one.
    differences.wrapping_sub(ONES) & !differences & TOPS != 0
}

/// Payload bytes a sample may hold.
#[inline(always)]
pub fn capture() -> u32 {
    // SAFETY: as in `is_dns`.
    unsafe { core::ptr::read_volatile(&raw const CAPTURE) }
}

/// Adds one to the hits of a list or rule of the set of rules at this place.
#[inline(always)]
pub fn hit(place: u32, origin: u16) {
    if let Some(slot) = HITS.get_ptr_mut(place * MAX_ORIGINS as u32 + origin as u32) {
        // SAFETY: as in `count`.
        unsafe { *slot += 1 }
    }
}

/// Adds one to a counter of this CPU.
#[inline(always)]
pub fn count(counter: Counter) {
    if let Some(slot) = COUNTERS.get_ptr_mut(counter as u32) {
        // SAFETY: the slot is this CPU's own, and programs on one CPU do not nest.
        unsafe { *slot += 1 }
    }
}
