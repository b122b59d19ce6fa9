//! What the rules say of a query.
//!
//! 1. [`search`]: every suffix of its name is looked up;
//! 2. [`weigh`]: of all candidates that are listed, the strongest that applies decides.

mod search;
mod weigh;

use core::ptr::{read_volatile, write_volatile};

use dns_monitor_common::{
    counter::Counter,
    rule::{Candidate, NO_RULES, PLACES, State, action, candidate},
    sample::{SampleHeader, flag, protocol},
};

use self::search::{Hits, search};
use crate::{
    answer,
    hook::Hook,
    maps::{self, is_dns},
    parse::question::Name,
    stage::{Rest, Stage},
    turn,
};

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
    /// The frame's outer VLAN; more than a VLAN id where it has none.
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
        } else {
            block(hook, stage, rest, found)
        };
    }
    stage.header.action = wanted;
    // SAFETY: a field of our own; volatile, so that the verifier forgets where it came from.
    unsafe { write_volatile(&raw mut stage.search.action, wanted) };
}

/// How this packet is kept from the resolver, if it can be.
#[inline(always)]
fn block<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest, rule: &Candidate) -> u8 {
    if stage.header.protocol == protocol::TCP {
        return match rule.action {
            action::TCP_ONLY => action::ALLOW,
            _ if turn::is_possible(stage) => action::RESET,
            _ => action::DROP,
        };
    }
    // A fragment cannot be answered, and without it the resolver has no question; a question that is compressed deserves
    // no answer.
    let is_odd = stage.header.flags & flag::FRAGMENT != 0 || stage.search.name.is_compressed();
    if rule.action == action::DROP || is_odd {
        return action::DROP;
    }
    answer::plan(hook, stage, rest, rule)
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

/// A value from memory, of which the verifier does not know how it came there.
#[inline(always)]
fn known<T: Copy>(value: *const T) -> T {
    // SAFETY: fields of our own are given.
    unsafe { read_volatile(value) }
}
