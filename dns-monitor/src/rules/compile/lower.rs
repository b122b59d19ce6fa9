//! From conditions to candidates: what the kernel programs can ask of a packet.

use dns_monitor_common::rule::{Candidate, MAX_CHAIN, MAX_TYPES, NO_EDE, candidate};

use super::{
    super::{action::Effect, condition::Condition, entry::Scope, ruleset::rest::Learnable},
    clients::Sets,
    origin::rank,
    parts::Parts,
};

/// A candidate without conditions.
pub(in super::super) fn plain(origin: u16, effect: &Effect, scope: Scope) -> Candidate {
    let v4 = effect.sinkhole.v4.map(|address| address.octets());
    let v6 = effect.sinkhole.v6.map(|address| address.octets());
    let mut flags = scope_flags(scope);
    for (holds, flag) in
        [(effect.would, candidate::WOULD), (v4.is_some(), candidate::V4), (v6.is_some(), candidate::V6)]
    {
        flags |= if holds { flag } else { 0 };
    }
    Candidate {
        v4: v4.unwrap_or_default(),
        v6: v6.unwrap_or_default(),
        ttl: effect.ttl,
        rank: rank(origin, effect),
        origin,
        ede: effect.ede.unwrap_or(NO_EDE),
        flags,
        action: effect.action.code(),
        ..NONE
    }
}

/// What index 0 holds.
pub(super) const NONE: Candidate = Candidate {
    clients: 0,
    not_clients: 0,
    types: [0; MAX_TYPES],
    ttl: 0,
    v4: [0; 4],
    v6: [0; 16],
    mac: [0; 6],
    rank: 0,
    next: 0,
    origin: 0,
    ede: NO_EDE,
    class: 0,
    vlan: 0,
    flags: 0,
    action: 0,
    type_count: 0,
    reserved: [0; 4],
};

pub(in super::super) const fn scope_flags(scope: Scope) -> u16 {
    match scope {
        Scope::Exact => candidate::EXACT,
        Scope::Below => candidate::BELOW,
        Scope::Suffix => candidate::EXACT | candidate::BELOW,
    }
}

/// The candidates that together ask just what the parts ask, names left aside; `None`: no candidates can.
pub(super) fn candidates(parts: &Parts<'_>, plain: Candidate, sets: &mut Sets) -> Option<Vec<Candidate>> {
    if !parts.other.is_empty() {
        return None;
    }
    let (clients, not_clients) = client_sets(parts, sets)?;
    let mut all = vec![Candidate { clients, not_clients, ..plain }];
    multiply(&mut all, &type_lists(parts)?, |candidate, (list, flag)| {
        candidate.flags |= flag;
        candidate.type_count = list.len() as u8;
        candidate.types.iter_mut().zip(list).for_each(|(place, value)| *place = *value);
    });
    if let Some(classes) = &parts.classes {
        // 0 means any class to the kernel, and no class that is in use has it.
        if classes.contains(&0) {
            return None;
        }
        multiply(&mut all, classes, |candidate, class| candidate.class = *class);
    }
    if let Some(macs) = &parts.macs {
        multiply(&mut all, macs, |candidate, mac| {
            candidate.flags |= candidate::MAC;
            candidate.mac = *mac;
        });
    }
    if let Some(vlans) = &parts.vlans {
        multiply(&mut all, vlans, |candidate, vlan| {
            candidate.flags |= candidate::VLAN;
            candidate.vlan = *vlan;
        });
    }
    (all.len() <= MAX_CHAIN).then_some(all)
}

/// The bits of the clients that are asked for, and of those that are not wanted.
fn client_sets(parts: &Parts<'_>, sets: &mut Sets) -> Option<(u64, u64)> {
    let clients = parts.clients.map_or(Some(0), |networks| sets.bit(networks))?;
    let not_clients = parts.not_clients.iter().filter(|networks| !networks.is_empty());
    let not_clients =
        not_clients.map(|networks| sets.bit(networks)).try_fold(0, |all, bit| Some(all | bit?))?;
    Some((clients, not_clients))
}

/// Lists of types that fit a candidate each, and the flag that goes with them.
fn type_lists(parts: &Parts<'_>) -> Option<Vec<(Vec<u16>, u16)>> {
    let distinct = |mut types: Vec<u16>| {
        types.sort_unstable();
        types.dedup();
        types
    };
    if let Some(types) = &parts.types {
        let types = types.iter().copied().filter(|value| !parts.not_types.contains(value)).collect();
        return Some(distinct(types).chunks(MAX_TYPES).map(|chunk| (chunk.to_vec(), 0)).collect());
    }
    let not_types = distinct(parts.not_types.clone());
    let flag = if not_types.is_empty() { 0 } else { candidate::NOT_TYPES };
    (not_types.len() <= MAX_TYPES).then(|| vec![(not_types, flag)])
}

/// Every candidate once for each value; stops growing where it is too long already.
fn multiply<T>(all: &mut Vec<Candidate>, values: &[T], set: impl Fn(&mut Candidate, &T)) {
    let product = all.iter().flat_map(|candidate| values.iter().map(move |value| (*candidate, value)));
    let set = |(mut candidate, value)| {
        set(&mut candidate, value);
        candidate
    };
    *all = product.take(MAX_CHAIN + 1).map(set).collect();
}

/// What a candidate for one name must ask, so that it stands for the rule on this name; `None`: none can.
pub(super) fn learnable(parts: &Parts<'_>, sets: &mut Sets) -> Option<Learnable> {
    let (clients, not_clients) = client_sets(parts, sets)?;
    let mut by = Learnable { clients, not_clients, ..Learnable::default() };
    by.qtype = parts.types.is_some() || !parts.not_types.is_empty();
    by.class = parts.classes.is_some();
    by.mac = parts.macs.is_some();
    by.vlan = parts.vlans.is_some();
    parts.other.iter().all(|(condition, _)| depends(condition, &mut by)).then_some(by)
}

/// Adds what a condition depends on, beside the name and the time; whether that can be said by a candidate.
fn depends(condition: &Condition, by: &mut Learnable) -> bool {
    match condition {
        Condition::All(inner) | Condition::Any(inner) => inner.iter().all(|condition| depends(condition, by)),
        Condition::Not(inner) => depends(inner, by),
        Condition::Client(_) => false,
        Condition::Type(_) => set(&mut by.qtype),
        Condition::Class(_) => set(&mut by.class),
        Condition::Mac(_) => set(&mut by.mac),
        Condition::Vlan(_) => set(&mut by.vlan),
        _ => true,
    }
}

fn set(flag: &mut bool) -> bool {
    *flag = true;
    true
}
