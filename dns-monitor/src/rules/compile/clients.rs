//! Sets of clients become bits: a candidate says which sets it is for, an address which sets it is in.

use std::collections::HashMap;

use dns_monitor_common::rule::{EXEMPT, MAX_CLIENT_SETS, MAX_PREFIXES};

use super::super::{
    condition::Prefix,
    ruleset::clients::{Clients, Network},
};

/// The sets that rules name.
#[derive(Debug, Default)]
pub(super) struct Sets {
    known: HashMap<Vec<Network>, u32>,
    exempt: Vec<Network>,
    networks: usize,
}

impl Sets {
    /// With the clients that no rule applies to. `None`: too many networks.
    pub(super) fn new(exempt: &[Prefix]) -> Option<Self> {
        let exempt = normal(exempt);
        let networks = exempt.len();
        fits(networks).then_some(Self { known: HashMap::new(), exempt, networks })
    }

    /// The bit of a set; `None` where there is no room for one more.
    pub(super) fn bit(&mut self, prefixes: &[Prefix]) -> Option<u64> {
        let set = normal(prefixes);
        if let Some(bit) = self.known.get(&set) {
            return Some(1 << bit);
        }
        let bit = u32::try_from(self.known.len()).ok()?;
        if self.known.len() == MAX_CLIENT_SETS || !fits(self.networks + set.len()) {
            return None;
        }
        self.networks += set.len();
        self.known.insert(set, bit);
        Some(1 << bit)
    }

    /// What the trie has: for every network the sets of all networks that contain it.
    pub(super) fn build(self) -> Clients {
        let sets = self.known.into_iter().map(|(set, bit)| (set, 1 << bit));
        let all = sets.chain([(self.exempt, EXEMPT)]);
        Clients::new(all.flat_map(|(set, mask)| set.into_iter().map(move |network| (network, mask))))
    }
}

/// One more is added where IPv4 must be set apart from an IPv6 network around it.
fn fits(networks: usize) -> bool {
    networks < MAX_PREFIXES
}

fn normal(prefixes: &[Prefix]) -> Vec<Network> {
    let mut networks: Vec<_> = prefixes.iter().map(|prefix| Network::of(*prefix)).collect();
    networks.sort_unstable();
    networks.dedup();
    networks
}
