//! A rule taken apart: what a candidate can ask of a lookup, and what is left.

use super::super::{
    condition::{Condition, Prefix},
    entry::Scope,
};
use crate::sample::Mac;

/// Everything that must hold, sorted by what it is about. `None`: nothing is asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts<'c> {
    /// One of these names.
    pub names: Option<Vec<(&'c [u8], Scope)>>,
    pub types: Option<Vec<u16>>,
    pub not_types: Vec<u16>,
    pub classes: Option<Vec<u16>>,
    pub clients: Option<&'c [Prefix]>,
    pub not_clients: Vec<&'c [Prefix]>,
    pub macs: Option<Vec<Mac>>,
    pub vlans: Option<Vec<u16>>,
    /// What no candidate can ask, and whether it must hold or must not.
    pub other: Vec<(&'c Condition, bool)>,
}

impl<'c> Parts<'c> {
    /// A rule of the configuration.
    pub(super) fn of(conditions: &'c [Condition]) -> Self {
        let mut parts = Self::default();
        conditions.iter().for_each(|condition| parts.add(condition));
        parts
    }

    /// An entry of a list: whatever else is asked of the name is not what it stands under.
    pub(super) fn of_entry(name: Option<(&'c [u8], Scope)>, when: &'c [Condition]) -> Self {
        let mut parts = Self { names: Some(Vec::from_iter(name)), ..Self::default() };
        when.iter().for_each(|condition| parts.add(condition));
        parts.names = parts.names.filter(|names| !names.is_empty());
        parts
    }

    /// Whether every lookup of every name matches.
    pub(super) fn is_everything(&self) -> bool {
        let is_root = |(name, scope): &(&[u8], Scope)| name.is_empty() && *scope != Scope::Exact;
        let asks_name = self.names.as_ref().is_some_and(|names| !names.iter().any(is_root));
        let asks_client = self.clients.is_some() || self.macs.is_some() || self.vlans.is_some();
        let asks_else = self.types.is_some() || self.classes.is_some() || !self.other.is_empty();
        !(asks_name || asks_client || asks_else)
    }

    /// Adds a condition that must hold as well.
    fn add(&mut self, condition: &'c Condition) {
        match condition {
            Condition::All(all) => all.iter().for_each(|condition| self.add(condition)),
            Condition::Any(any) if any.len() == 1 => any.iter().for_each(|condition| self.add(condition)),
            Condition::Not(not) => self.add_not(not),
            Condition::Type(types) => narrow(&mut self.types, types),
            Condition::Class(classes) => narrow(&mut self.classes, classes),
            Condition::Mac(macs) => narrow(&mut self.macs, macs),
            Condition::Vlan(vlans) => narrow(&mut self.vlans, vlans),
            Condition::Client(networks) if self.clients.is_none() => self.clients = Some(networks),
            _ => match listed(condition).filter(|_| self.names.is_none()) {
                Some(names) => self.names = Some(names),
                None => self.other.push((condition, true)),
            },
        }
    }

    /// Adds a condition that must not hold.
    fn add_not(&mut self, not: &'c Condition) {
        match not {
            Condition::Not(condition) => self.add(condition),
            Condition::Any(any) => any.iter().for_each(|condition| self.add_not(condition)),
            Condition::All(all) if all.len() == 1 => all.iter().for_each(|condition| self.add_not(condition)),
            Condition::Type(types) => self.not_types.extend(types),
            Condition::Client(networks) => self.not_clients.push(networks),
            _ => self.other.push((not, false)),
        }
    }

    /// Whether it asks for what cannot be.
    pub(super) fn is_never(&self) -> bool {
        let no_type = |types: &Vec<u16>| types.iter().all(|value| self.not_types.contains(value));
        self.types.as_ref().is_some_and(no_type)
            || self.names.as_ref().is_some_and(Vec::is_empty)
            || self.classes.as_ref().is_some_and(Vec::is_empty)
            || self.clients.is_some_and(<[Prefix]>::is_empty)
            || self.macs.as_ref().is_some_and(Vec::is_empty)
            || self.vlans.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether the client's network is all that is asked.
    pub(super) fn is_client_only(&self) -> bool {
        self.types.is_none()
            && self.not_types.is_empty()
            && self.classes.is_none()
            && self.clients.is_some()
            && self.not_clients.is_empty()
            && self.macs.is_none()
            && self.vlans.is_none()
            && self.other.is_empty()
    }

    /// Everything but the names, as conditions again.
    pub(super) fn conditions(&self) -> Box<[Condition]> {
        let not_types = Some(&self.not_types).filter(|types| !types.is_empty());
        let mut all: Vec<Condition> = Vec::new();
        all.extend(self.types.clone().map(Condition::Type));
        all.extend(not_types.map(|types| not(Condition::Type(types.clone()))));
        all.extend(self.classes.clone().map(Condition::Class));
        all.extend(self.clients.map(|networks| Condition::Client(networks.to_vec())));
        all.extend(self.not_clients.iter().map(|networks| not(Condition::Client(networks.to_vec()))));
        all.extend(self.macs.clone().map(Condition::Mac));
        all.extend(self.vlans.clone().map(Condition::Vlan));
        let other = self.other.iter();
        all.extend(
            other.map(
                |(condition, holds)| if *holds { (*condition).clone() } else { not((*condition).clone()) },
            ),
        );
        all.into_boxed_slice()
    }
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// Keeps of what was asked before what is asked now.
fn narrow<T: Copy + PartialEq>(known: &mut Option<Vec<T>>, values: &[T]) {
    match known {
        None => *known = Some(values.to_vec()),
        Some(known) => known.retain(|value| values.contains(value)),
    }
}

/// The names of a condition that is about names alone.
fn listed(condition: &Condition) -> Option<Vec<(&[u8], Scope)>> {
    let (names, scope) = match condition {
        Condition::Exact(names) => (names, Scope::Exact),
        Condition::Suffix(names) => (names, Scope::Suffix),
        Condition::Below(names) => (names, Scope::Below),
        Condition::Any(any) => {
            let all: Option<Vec<_>> = any.iter().map(listed).collect();
            return all.map(|all| all.concat());
        }
        _ => return None,
    };
    Some(names.iter().map(|name| (name.as_bytes(), scope)).collect())
}
