//! Every suffix of the name is looked up: what is listed of it.

use core::ptr::read_volatile;

use aya_ebpf::btf_maps::{Array, lpm_trie::Key};
use dns_monitor_common::{
    rule::{Bucket, EXEMPT, Hash, MAX_LABELS, RuleSet, SLOTS},
    sample::flag,
};

use super::{known, weigh::weigh};
use crate::{
    hook::Hook,
    maps,
    packet::Packet,
    parse::question::{self, HEADER, WORD},
    stage::{Rest, Stage},
};

/// Names that may be listed of one: a chain of 127 labels, and the root.
const MAX_HITS: usize = 128;
/// More than a VLAN id.
const NO_VLAN: u32 = 1 << 16;
const SECOND: u64 = 1_000_000_000;

/// What is listed of a name, as the table has it.
#[repr(C)]
pub struct Hits {
    rests: [u64; MAX_HITS],
    depths: [u8; MAX_HITS],
    count: u64,
}

impl Hits {
    /// What the table has of the name with this number, and how many labels the name has.
    #[inline(always)]
    pub fn get(&self, number: u64) -> (u64, u64) {
        let at = number as usize & (MAX_HITS - 1);
        (self.rests[at], self.depths[at] as u64)
    }

    /// How many there are.
    #[inline(always)]
    pub fn count(&self) -> u64 {
        known(&raw const self.count)
    }

    #[inline(always)]
    fn clear(&mut self) {
        self.count = 0;
    }

    #[inline(always)]
    fn push(&mut self, rest: u64, depth: u64) {
        let at = known(&raw const self.count) as usize & (MAX_HITS - 1);
        self.rests[at] = rest;
        self.depths[at] = depth as u8;
        self.count = at as u64 + 1;
    }
}

/// Looks the name up; the winner is in the header. `None`: there was nothing to look up.
#[inline(always)]
pub fn search<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest, dns: u32) -> Option<()> {
    let active = stage.search.active;
    let set = maps::RULE_SETS.get_value(active, &0)?;
    let packet = hook.linear().at(dns)?;
    if !question::is_query(&packet.header()?) {
        return None;
    }
    let name = packet.ahead(HEADER);
    let search = &mut stage.search;
    search.name.read(packet)?;
    let end = search.name.length() + search.name.end();
    let question = name.ahead(end).header::<4>()?;
    if dns + HEADER as u32 + end as u32 + 4 > rest.offset + rest.length {
        return None; // what follows the payload is padding
    }
    (search.qtype, search.qclass) = (question.be16(0), question.be16(2));
    (search.dns, search.best, search.now) = (dns, u32::MAX, stage.header.time / SECOND);
    let tagged = stage.header.flags & flag::VLAN != 0;
    search.vlan = if tagged { stage.header.outer_vlan as u32 } else { NO_VLAN };
    search.name.sum(name, &set.keys)?;
    stage.header.flags |= flag::JUDGED;
    stage.header.generation = set.generation as u8;
    suffixes(stage, active, set, packet.ahead(HEADER - WORD))?;
    if stage.search.hits.count == 0 {
        return None;
    }
    stage.search.clients = if set.has_clients != 0 { clients(stage) } else { 0 };
    if stage.search.clients & EXEMPT != 0 { None } else { weigh(stage) }
}

/// Notes what is listed: of every name, then of every name above this one, then of the name itself.
#[inline(always)]
fn suffixes(stage: &mut Stage, active: u32, set: &RuleSet, before: Packet) -> Option<()> {
    let filter = maps::FILTERS.get(active)?;
    let table = maps::TABLES.get(active)?;
    let search = &mut stage.search;
    search.hits.clear();
    if set.root != 0 {
        search.hits.push((set.root as u64) << 32, 0);
    }
    let labels = known(&raw const search.name.labels);
    for depth in 1..=MAX_LABELS as u64 {
        if depth > labels {
            break;
        }
        if set.depths[depth as usize >> 6] >> (depth & 63) & 1 == 0 {
            continue;
        }
        let hash = search.name.suffix(before, depth, &set.keys)?.hash();
        let (word, bits) = hash.filter(set.filter_words);
        if let Some(word) = filter.get(word)
            && word & bits == bits
        {
            let rest = find(table, hash, set.buckets);
            if rest != 0 {
                search.hits.push(rest, depth);
            }
        }
    }
    Some(())
}

/// What the table has of a hash; 0: nothing.
#[inline(always)]
fn find(table: &Array<Bucket, 1, { maps::SHARED }>, hash: Hash, buckets: u32) -> u64 {
    for index in hash.buckets(buckets) {
        let Some(bucket) = table.get_ptr(index) else { return 0 };
        for slot in 0..SLOTS {
            // SAFETY: the map's element; volatile, because the agent may write it now.
            let (check, rest) = unsafe {
                (
                    read_volatile(&raw const (*bucket).checks[slot]),
                    read_volatile(&raw const (*bucket).rests[slot]),
                )
            };
            if check == hash.check && hash.is_in(rest) {
                return rest;
            }
        }
    }
    0
}

/// The sets that the client is in.
#[inline(always)]
fn clients(stage: &Stage) -> u64 {
    let mut address = stage.header.source;
    if stage.header.flags & flag::IPV6 == 0 {
        let [a, b, c, d, ..] = address;
        address = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d];
    }
    let Some(trie) = maps::CLIENTS.get(stage.search.active) else { return 0 };
    trie.get(&Key::new(128, address)).copied().unwrap_or(0)
}
