//! Candidates of all names that are listed: the strongest that is meant for this query decides.

use core::ptr::write_volatile;

use dns_monitor_common::rule::{Candidate, MAX_LABELS, MAX_TYPES, candidate, candidate_of, line_of};

use super::known;
use crate::{maps, opaque, stage::Stage};

/// Candidates that are weighed for one query; those behind them never decide. More than one at each of 127 labels.
const MAX_WEIGHED: usize = 160;

/// Goes through the candidates of all names that are listed, those of one name strongest first, and keeps the best that
/// applies. One loop, not one in another: the verifier goes through every round.
#[inline(always)]
pub fn weigh(stage: &mut Stage) -> Option<()> {
    let candidates = maps::CANDIDATES.get(stage.search.active)?;
    (stage.search.hit, stage.search.index) = (0, 0);
    for _ in 0..MAX_WEIGHED {
        let mut index = known(&raw const stage.search.index);
        let mut first = 0;
        if index == 0 {
            let hit = known(&raw const stage.search.hit);
            if hit >= stage.search.hits.count() {
                break;
            }
            index = candidate_of(stage.search.hits.get(hit).0);
            stage.search.hit = hit + 1;
            first = 1;
        }
        let Some(found) = candidates.get(index as u32) else { break };
        let next = weigh_one(stage, found, index, first);
        // SAFETY: a field of our own; volatile, so that each round begins like the one before.
        unsafe { write_volatile(&raw mut stage.search.index, next) };
    }
    Some(())
}

/// Weighs one candidate; returns the next of the same name, if there is need of it.
#[inline(always)]
fn weigh_one(stage: &mut Stage, found: &Candidate, index: u16, first: u64) -> u16 {
    let (rest, depth) = stage.search.hits.get(known(&raw const stage.search.hit).wrapping_sub(1));
    if misfit(found, stage, rest, depth) != 0 {
        return found.next;
    }
    // Of one name the chain has the stronger first.
    let strength = (found.rank as u32) << 16 | (MAX_LABELS as u32 - depth as u32);
    if strength < stage.search.best {
        stage.search.best = strength;
        stage.header.candidate = index;
        let has_line = first & is_zero(found.flags as u64 & candidate::EXPIRES as u64);
        stage.header.line = line_of(rest) * has_line as u32;
    }
    0
}

/// Whether a candidate is meant for this query: then 0. Arithmetic only, because to the verifier each branch is two more
/// ways through every round.
#[inline(always)]
fn misfit(found: &Candidate, stage: &Stage, rest: u64, depth: u64) -> u64 {
    let search = &stage.search;
    let has = |flag: u16| 1 - is_zero((found.flags & flag) as u64);
    let differ = |a: u64, b: u64| 1 - is_zero(a ^ b);
    let exact = is_zero(depth ^ known(&raw const search.name.labels));
    // EXACT is bit 0, BELOW bit 1.
    let place = is_zero(found.flags as u64 >> (1 - exact) & 1);
    let class = differ(found.class as u64, 0) & differ(found.class as u64, search.qclass as u64);
    let client = differ(found.clients, 0) & is_zero(found.clients & search.clients);
    let vlan = has(candidate::VLAN) & differ(found.vlan as u64, search.vlan as u64);
    let mac = has(candidate::MAC) & differ(mac(&found.mac), mac(&stage.header.source_mac));
    let expired = has(candidate::EXPIRES) & (line_of(rest) as u64).wrapping_sub(search.now + 1) >> 63;
    let qtype = differ(found.type_count as u64, 0)
        & is_zero(has_type(found, search.qtype) ^ has(candidate::NOT_TYPES));
    place | class | client | found.not_clients & search.clients | vlan | mac | expired | qtype
}

/// 1 for 0, else 0.
#[inline(always)]
fn is_zero(value: u64) -> u64 {
    let mut sign = (value | value.wrapping_neg()) >> 1;
    opaque!(sign);
    1 - (sign >> 62)
}

/// Whether the type is one of the candidate's: 1 or 0.
#[inline(always)]
fn has_type(found: &Candidate, qtype: u16) -> u64 {
    let mut any = 0;
    for slot in 0..MAX_TYPES {
        let counts = (slot as u64).wrapping_sub(found.type_count as u64) >> 63;
        any |= counts & is_zero((found.types[slot] ^ qtype) as u64);
    }
    any
}

#[inline(always)]
fn mac(mac: &[u8; 6]) -> u64 {
    let at = mac.as_ptr();
    // SAFETY: six plain bytes.
    unsafe {
        at.cast::<u32>().read_unaligned() as u64 | (at.add(4).cast::<u16>().read_unaligned() as u64) << 32
    }
}
