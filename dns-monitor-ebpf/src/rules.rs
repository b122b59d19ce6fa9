//! What the rules say of a query: every suffix of its name is looked up, the strongest candidate decides.

use core::ptr::{read_volatile, write_volatile};

use aya_ebpf::btf_maps::{Array, lpm_trie::Key};
use dns_monitor_common::{
    counter::Counter,
    rule::{
        Bucket, Candidate, EXEMPT, Hash, MAX_LABELS, MAX_TYPES, NO_RULES, PLACES, RuleSet, SLOTS, State,
        action, candidate, candidate_of, line_of,
    },
    sample::{SampleHeader, flag, protocol},
};

use crate::{
    answer,
    hook::Hook,
    maps::{self, Rest, Stage, is_dns},
    opaque,
    packet::Packet,
    parse::question::{self, HEADER, Name, WORD},
};

/// Names that may be listed of one: a chain of 127 labels, and the root.
const MAX_HITS: usize = 128;
/// Candidates that are weighed for one query; those behind them never decide. More than one at each of 127 labels.
const MAX_WEIGHED: usize = 160;
/// More than a VLAN id.
const NO_VLAN: u32 = 1 << 16;
const SECOND: u64 = 1_000_000_000;
/// Bytes of a query that are looked at: header, the longest question, EDNS with a cookie.
const QUERY: u32 = 12 + 255 + 4 + 64;

/// One search's notes; in memory, where the verifier does not follow.
#[repr(C)]
pub struct Search {
    /// The name.
    pub name: Name,
    /// The sets that the client is in.
    clients: u64,
    /// How strong the best candidate is: less is stronger.
    best: u32,
    /// QTYPE and QCLASS, host order.
    pub qtype: u16,
    pub qclass: u16,
    /// Where the DNS header begins, bytes from the start of the packet.
    pub dns: u32,
    /// Which place of the outer maps is in force.
    active: u32,
    /// What is listed.
    hits: Hits,
    /// The hit that is weighed next.
    hit: u64,
    /// The frame's outer VLAN; [`NO_VLAN`]: none.
    vlan: u32,
    /// `CLOCK_MONOTONIC`, s.
    now: u64,
    /// The candidate that is weighed next; 0: the next hit's first.
    index: u16,
    /// What is to be done, one of `action`, without what would only be done.
    pub action: u8,
}

/// Judges the query, and says in the sample's header what was found and what will be done.
#[inline(always)]
pub fn judge<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest) {
    stage.search.action = action::ALLOW;
    let Some(state) = maps::STATE.get_ptr(0) else { return };
    // SAFETY: the map's only element; volatile, because the agent writes it at any time.
    let active = unsafe { read_volatile(&raw const (*state).active) };
    if active == NO_RULES || active >= PLACES as u32 || !is_to_resolver(&stage.header) {
        return;
    }
    stage.search.active = active;
    let tcp = stage.header.protocol == protocol::TCP;
    let dns = rest.offset + if tcp { 2 } else { 0 };
    hook.reach(dns + QUERY);
    if search(hook, stage, rest, dns).is_some() {
        decide(hook, stage, rest, state);
    }
}

/// A client's query: it came in, to a port of ours, and begins here.
#[inline(always)]
fn is_to_resolver(header: &SampleHeader) -> bool {
    is_dns(header.destination_port) && header.fragment_offset == 0
}

/// Looks the name up; the winner is in the header. `None`: there was nothing to look up.
#[inline(always)]
fn search<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest, dns: u32) -> Option<()> {
    let active = stage.search.active;
    let set = maps::RULE_SETS.get_value(active, &0)?;
    let packet = hook.linear().at(dns)?;
    if !question::is_query(&packet.header()?) {
        return None;
    }
    let name = packet.ahead(HEADER);
    let search = &mut stage.search;
    search.name.read(name)?;
    let question = name.ahead(search.name.length()).header::<5>()?;
    if dns + HEADER as u32 + search.name.length() as u32 + 5 > rest.offset + rest.length {
        return None; // what follows the payload is padding
    }
    (search.qtype, search.qclass) = (question.be16(1), question.be16(3));
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

/// A value from memory, of which the verifier does not know how it came there.
#[inline(always)]
fn known<T: Copy>(value: *const T) -> T {
    // SAFETY: fields of our own are given.
    unsafe { read_volatile(value) }
}

/// What is listed of a name, as the table has it.
#[repr(C)]
struct Hits {
    rests: [u64; MAX_HITS],
    depths: [u8; MAX_HITS],
    count: u64,
}

impl Hits {
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

/// Goes through the candidates of all names that are listed, those of one name strongest first, and keeps the best that
/// applies. One loop, not one in another: the verifier goes through every round.
#[inline(always)]
fn weigh(stage: &mut Stage) -> Option<()> {
    let candidates = maps::CANDIDATES.get(stage.search.active)?;
    (stage.search.hit, stage.search.index) = (0, 0);
    for _ in 0..MAX_WEIGHED {
        let mut index = known(&raw const stage.search.index);
        let mut first = 0;
        if index == 0 {
            let hit = known(&raw const stage.search.hit);
            if hit >= known(&raw const stage.search.hits.count) {
                break;
            }
            index = candidate_of(stage.search.hits.rests[hit as usize & (MAX_HITS - 1)]);
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
    let at = (known(&raw const stage.search.hit) as usize).wrapping_sub(1) & (MAX_HITS - 1);
    let (rest, depth) = (stage.search.hits.rests[at], stage.search.hits.depths[at] as u64);
    if misfit(found, stage, rest, depth) != 0 {
        return found.next;
    }
    let exact_only = is_zero(found.flags as u64 & candidate::BELOW as u64);
    let strength =
        (found.rank as u32) << 16 | (MAX_LABELS as u32 - depth as u32) << 1 | (1 - exact_only) as u32;
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
    // EXACT is bit 0, BELOW bit 1; what applies to every name has both.
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

/// Turns the winner into what is done with this packet.
#[inline(always)]
fn decide<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest, state: *const State) {
    let index = stage.header.candidate;
    if index == 0 {
        return;
    }
    let Some(found) = maps::CANDIDATES.get_value(stage.search.active, &(index as u32)) else { return };
    maps::hit(stage.search.active, found.origin);
    let mut wanted = found.action;
    if wanted >= action::BLOCKS_FROM {
        wanted = if found.flags & candidate::WOULD != 0 {
            wanted | action::WOULD
        } else if is_unwatched(state, stage.header.time) {
            maps::count(Counter::Unwatched);
            action::ALLOW
        } else if stage.header.protocol == protocol::TCP {
            if wanted == action::TCP_ONLY { action::ALLOW } else { action::RESET }
        } else if wanted == action::DROP || stage.header.flags & flag::FRAGMENT != 0 {
            action::DROP // a fragment cannot be answered, and without it the resolver has no question
        } else {
            answer::plan(hook, stage, rest, found)
        };
    }
    stage.header.action = wanted;
    // SAFETY: a field of our own; volatile, so that the verifier forgets where it came from.
    unsafe { write_volatile(&raw mut stage.search.action, wanted) };
}

/// Whether the agent was silent for so long that nothing is to be blocked.
#[inline(always)]
fn is_unwatched(state: *const State, now: u64) -> bool {
    // SAFETY: the map's only element; volatile, because the agent writes it at any time.
    let (heartbeat, watchdog) = unsafe {
        (read_volatile(&raw const (*state).heartbeat), read_volatile(&raw const (*state).watchdog))
    };
    watchdog != 0 && now > heartbeat && now - heartbeat > watchdog
}
