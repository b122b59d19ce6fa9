//! What is looked for: names and askers, each with the times at which it matters.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use super::glance::{self, Glance};
use crate::trace::alert::Alert;

/// How far two clocks may be apart, or a zone mistaken, ns: 26 hours.
pub const FARTHEST: i64 = 26 * 3_600_000_000_000;

/// One thing that is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Key {
    /// When it matters, ns since the Unix epoch; `None`: always.
    span: Option<(i64, i64)>,
    /// Whether names below it are looked for too.
    below: bool,
    /// Message ids of the alerts that look for it.
    ids: HashSet<u16>,
}

/// A key that an event hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its number.
    pub key: u32,
    /// Whether the event's name is below it.
    pub below: bool,
    /// Whether an alert has the event's id too.
    pub has_id: bool,
}

/// Everything that is looked for.
#[derive(Debug, Default)]
pub struct Wanted {
    keys: Vec<Key>,
    /// As events write them.
    names: HashMap<Box<[u8]>, u32, foldhash::fast::FixedState>,
    /// Bits of the hashes of names: most suffixes of most names are none of them.
    filter: Filter,
    askers: HashMap<(Box<[u8]>, u16), u32, foldhash::fast::FixedState>,
    ports: Bits,
    addresses: HashMap<Box<[u8]>, usize, foldhash::fast::FixedState>,
}

impl Wanted {
    /// What the alerts look for, each lookup being as far from its alert as `window` ns beside [`FARTHEST`].
    #[must_use]
    pub fn by(alerts: &[Alert], window: i64) -> Self {
        let mut wanted = Self::default();
        for alert in alerts {
            wanted.add(alert, window);
        }
        wanted
    }

    /// The key of a name, and of all below it.
    #[must_use]
    pub fn below(name: &str) -> Self {
        let mut wanted = Self::default();
        let key = wanted.name_key(name);
        wanted.change(key, |key| (key.below, key.span) = (true, None));
        wanted
    }

    fn add(&mut self, alert: &Alert, window: i64) {
        for end in alert.said.ends.iter().flatten() {
            let next = self.addresses.len();
            self.addresses.entry(glance::address(end.address).into()).or_insert(next);
        }
        let reach = window.saturating_add(FARTHEST);
        let span =
            alert.said.when.map(|when| (when.time.saturating_sub(reach), when.time.saturating_add(reach)));
        let keys = match &alert.said.name {
            Some(name) => vec![self.name_key(name)],
            None => alert.askers().map(|asker| self.asker_key(asker)).collect(),
        };
        for key in keys {
            self.change(key, |key| {
                key.span = key.span.zip(span).map(|(one, other)| (one.0.min(other.0), one.1.max(other.1)));
                key.below |= alert.seeks_below();
                key.ids.extend(alert.said.id);
            });
        }
    }

    /// The number of the key of a name.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<u32> {
        self.names.get(glance::name(name).as_slice()).copied()
    }

    /// The number of the key of an alert's name, or of the askers it may mean.
    #[must_use]
    pub fn keys_of(&self, alert: &Alert) -> Vec<u32> {
        match &alert.said.name {
            Some(name) => self.name(name).into_iter().collect(),
            None => {
                let key =
                    |(address, port)| self.askers.get(&(glance::address(address).into(), port)).copied();
                alert.askers().filter_map(key).collect()
            }
        }
    }

    /// The number of an address among those that alerts have.
    #[must_use]
    pub fn address(&self, address: IpAddr) -> Option<usize> {
        self.addresses.get(glance::address(address).as_slice()).copied()
    }

    /// How many addresses alerts have.
    #[must_use]
    pub fn addresses(&self) -> usize {
        self.addresses.len()
    }

    /// The number of an address as events write it.
    #[inline]
    #[must_use]
    pub fn address_of(&self, text: &[u8]) -> Option<usize> {
        if self.addresses.is_empty() { None } else { self.addresses.get(text).copied() }
    }

    /// Calls `hit` for everything that the event hits.
    #[inline]
    pub fn matches(&self, glance: &Glance<'_>, mut hit: impl FnMut(Match)) {
        if let Some(name) = glance.name {
            self.filter.suffixes(name, |suffix| {
                if let Some(&key) = self.names.get(suffix) {
                    self.weigh(key, suffix.len() < name.len(), glance, &mut hit);
                }
            });
        }
        if let Some(port) = glance.port.filter(|port| self.ports.has(usize::from(*port)))
            && let Some(&key) = self.askers.get(&(glance.client.into(), port))
        {
            self.weigh(key, false, glance, &mut hit);
        }
    }

    fn weigh(&self, number: u32, below: bool, glance: &Glance<'_>, hit: &mut impl FnMut(Match)) {
        let Some(key) = usize::try_from(number).ok().and_then(|at| self.keys.get(at)) else { return };
        let in_time = key.span.is_none_or(|(from, to)| (from..=to).contains(&glance.time));
        if in_time && (key.below || !below) {
            let has_id = !below && glance.id.is_some_and(|id| key.ids.contains(&id));
            hit(Match { key: number, below, has_id });
        }
    }

    fn name_key(&mut self, name: &str) -> u32 {
        let text = glance::name(name);
        if let Some(&key) = self.names.get(text.as_slice()) {
            return key;
        }
        let key = self.new_key();
        self.filter.add(&text);
        self.names.insert(text.into(), key);
        key
    }

    fn asker_key(&mut self, (address, port): (IpAddr, u16)) -> u32 {
        let asker = (glance::address(address).into(), port);
        if let Some(&key) = self.askers.get(&asker) {
            return key;
        }
        let key = self.new_key();
        self.ports.set(usize::from(port));
        self.askers.insert(asker, key);
        key
    }

    /// A key that matters at no time yet.
    fn new_key(&mut self) -> u32 {
        let number = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(Key { span: Some((i64::MAX, i64::MIN)), ..Key::default() });
        number
    }

    fn change(&mut self, number: u32, change: impl FnOnce(&mut Key)) {
        if let Some(key) = usize::try_from(number).ok().and_then(|at| self.keys.get_mut(at)) {
            change(key);
        }
    }
}

/// 65,536 bits.
#[derive(Debug)]
struct Bits(Box<[u64; 1024]>);

impl Default for Bits {
    fn default() -> Self {
        Self(Box::new([0; 1024]))
    }
}

impl Bits {
    fn set(&mut self, bit: usize) {
        if let Some(word) = self.0.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    #[inline]
    fn has(&self, bit: usize) -> bool {
        self.0.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }
}

/// Says of nearly every name that none of its suffixes is wanted, in one pass from its end.
#[derive(Debug, Default)]
struct Filter(Bits);

/// FNV-1a, 64 bits.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

impl Filter {
    fn add(&mut self, name: &[u8]) {
        let hash = name.iter().rev().fold(BASIS, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
        self.0.set(Self::bit(hash));
    }

    /// Calls `candidate` for every suffix, the name itself included, that may have been added.
    #[inline]
    fn suffixes<'n>(&self, name: &'n [u8], mut candidate: impl FnMut(&'n [u8])) {
        let mut hash = BASIS;
        for (at, byte) in name.iter().enumerate().rev() {
            if *byte == b'.' && self.0.has(Self::bit(hash)) && is_between(name, at) {
                candidate(name.get(at.saturating_add(1)..).unwrap_or_default());
            }
            hash = (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
        if self.0.has(Self::bit(hash)) {
            candidate(name);
        }
    }

    fn bit(hash: u64) -> usize {
        // The high bits are the well mixed ones.
        usize::try_from(hash >> 48).unwrap_or(0)
    }
}

/// Whether the dot stands between labels: one inside a label has a backslash, of which JSON makes two.
fn is_between(name: &[u8], dot: usize) -> bool {
    let before = name.get(..dot).unwrap_or_default();
    let backslashes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
    backslashes / 2 % 2 == 0
}

#[cfg(test)]
mod tests;
