//! The specification, read aloud: every entry is looked at, names are compared label by label, nothing is hashed.

use std::{cmp::Reverse, net::IpAddr};

use dns_monitor::rules::{
    action::{Action, Effect},
    condition::{Condition, Prefix},
    entry::Scope,
    subject::Subject,
};

/// One entry of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which list it is in; 0: the operator's commands.
    pub origin: u16,
    /// In which line.
    pub line: u32,
    /// Its labels and what they stand for; `None`: every name.
    pub name: Option<(Vec<Vec<u8>>, Scope)>,
    /// What it does.
    pub effect: Effect,
    /// What must hold as well.
    pub when: Vec<Condition>,
    /// Whether the kernel can decide it.
    pub kernel: bool,
    /// Among equals, the least comes first.
    pub order: i64,
}

/// The entry that decides.
pub fn decide<'l>(exempt: &[Prefix], listed: &'l [Listed], subject: &Subject<'_>) -> Option<&'l Listed> {
    if exempt.iter().any(|network| contains(network, subject.client)) {
        return None;
    }
    let asked = labels(subject.name);
    let matching = listed
        .iter()
        .filter(|entry| names(entry, &asked) && entry.when.iter().all(|condition| holds(condition, subject)));
    matching.min_by_key(|entry| strength(entry))
}

/// Less is stronger.
fn strength(entry: &Listed) -> impl Ord + use<> {
    let Effect { action, important, .. } = entry.effect;
    let class = match (entry.origin, action, important) {
        (0, _, _) => 0,
        (_, Action::Allow, true) => 1,
        (_, _, true) => 2,
        (_, Action::Allow, false) => 3,
        (_, _, false) => 4,
    };
    let depth = entry.name.as_ref().map_or(0, |(labels, _)| labels.len());
    let is_for_more = !entry.name.as_ref().is_some_and(|(_, scope)| *scope == Scope::Exact);
    (class, entry.origin, Reverse(depth), is_for_more, !entry.kernel, entry.order)
}

fn names(entry: &Listed, asked: &[Vec<u8>]) -> bool {
    let Some((name, scope)) = &entry.name else { return true };
    match scope {
        Scope::Exact => asked == name,
        Scope::Below => asked.ends_with(name) && asked != name,
        Scope::Suffix => asked.ends_with(name),
    }
}

fn holds(condition: &Condition, subject: &Subject<'_>) -> bool {
    match condition {
        Condition::Type(types) => types.contains(&subject.qtype),
        Condition::Class(classes) => classes.contains(&subject.qclass),
        Condition::Client(networks) => networks.iter().any(|network| contains(network, subject.client)),
        Condition::Mac(macs) => subject.mac.is_some_and(|mac| macs.contains(&mac)),
        Condition::Vlan(tags) => subject.vlan.is_some_and(|tag| tags.contains(&tag)),
        Condition::Labels(range) => range.contains(&labels(subject.name).len()),
        Condition::Not(not) => !holds(not, subject),
        Condition::Any(any) => any.iter().any(|condition| holds(condition, subject)),
        other => panic!("the generator makes none: {other:?}"),
    }
}

/// Bit by bit.
fn contains(network: &Prefix, address: IpAddr) -> bool {
    let bits = |address: IpAddr| -> Vec<bool> {
        let bytes = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte & 0x80 >> bit != 0)).collect()
    };
    let (network_bits, address_bits) = (bits(network.address), bits(address));
    let length = usize::from(network.length);
    network_bits.len() == address_bits.len() && network_bits[..length] == address_bits[..length]
}

/// Labels of a canonical name.
pub fn labels(mut name: &[u8]) -> Vec<Vec<u8>> {
    let mut labels = Vec::new();
    while let Some((length, rest)) = name.split_first() {
        let (label, rest) = rest.split_at(usize::from(*length));
        labels.push(label.to_vec());
        name = rest;
    }
    labels
}

/// The canonical name of labels.
pub fn canonical(labels: &[Vec<u8>]) -> Vec<u8> {
    labels.iter().flat_map(|label| [&[label.len() as u8], &label[..]].concat()).collect()
}
