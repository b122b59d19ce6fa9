//! Small sets of rules, put in force without a configuration.

use std::io;

use dns_monitor::{
    rules::{
        name::NameBuf,
        ruleset::{Ruleset, live::Publish},
        table::{
            Table,
            fill::{Listed, Size},
            hash, keys,
            memory::Room,
        },
    },
    source::kernel::{
        enforce::{Compiled, Enforcer, KernelRoom},
        object::Object,
    },
};
use dns_monitor_common::rule::{Candidate, NO_EDE, RuleSet, candidate};

pub const BOTH: u16 = candidate::EXACT | candidate::BELOW;
/// Rank of a rule that is not important, first in the configuration.
pub const RANK: u16 = 3 << 12 | 1;

/// A candidate of origin 1 for a name and everything below it.
pub fn plain(action: u8) -> Candidate {
    Candidate {
        clients: 0,
        not_clients: 0,
        types: [0; 6],
        ttl: 60,
        v4: [192, 0, 2, 66],
        v6: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x66],
        mac: [0; 6],
        rank: RANK,
        next: 0,
        origin: 1,
        ede: NO_EDE,
        class: 0,
        vlan: 0,
        flags: BOTH | candidate::V4 | candidate::V6,
        action,
        type_count: 0,
        reserved: [0; 4],
    }
}

/// Each name with its candidate, whose index is its place from 1 on, and whose line is 100 more.
pub fn install(object: &mut Object, names: &[(&str, Candidate)]) -> Enforcer {
    let mut enforcer = Enforcer::new(object).unwrap();
    let mut room = enforcer.room();
    let size = Size::for_names(names.len()).unwrap();
    let (filter, buckets) = (room.filter(size.filter_words).unwrap(), room.buckets(size.buckets).unwrap());
    let table = Table::new(keys::random().unwrap(), filter, buckets).unwrap();
    let mut depths = [0; 2];
    let listed = names.iter().zip(1u16..).map(|((name, _), candidate)| {
        let name = NameBuf::parse(name).unwrap();
        let depth = hash::depth(name.as_bytes());
        depths[depth / 64] |= 1u64 << (depth % 64);
        let line = u32::from(candidate) + 100;
        Listed { hash: hash::hash(name.as_bytes(), table.keys()), candidate, line }
    });
    table.fill(listed.collect::<Vec<_>>().into_iter()).unwrap();
    let set = RuleSet {
        keys: *table.keys(),
        depths,
        filter_words: table.filter_words(),
        buckets: table.buckets(),
        root: 0,
        generation: 7,
        has_clients: 0,
    };
    let candidates: Vec<_> = [plain(0)].into_iter().chain(names.iter().map(|(_, found)| *found)).collect();
    let compiled = Compiled { set: &set, candidates: &candidates, spare: 0, origins: 2, prefixes: &[] };
    let prepared = enforcer.prepare(room, &compiled).unwrap();
    enforcer.install(prepared).unwrap();
    enforcer
}

/// Candidates that may be added while a set of rules is in force.
const SPARE: usize = 1024;

/// Puts a set of rules in force whose table was built in `room`; how often each origin of the one before has decided.
pub fn put_in_force(enforcer: &mut Enforcer, rules: &Ruleset, room: KernelRoom) -> Vec<u64> {
    let prefixes: Vec<_> = rules.prefixes().collect();
    let compiled = Compiled {
        set: &rules.set(),
        candidates: rules.candidates(),
        spare: SPARE,
        origins: rules.origins().len(),
        prefixes: &prefixes,
    };
    let prepared = enforcer.prepare(room, &compiled).unwrap();
    enforcer.install(prepared).unwrap()
}

/// The rules that the kernel programs read now: changes go there.
pub struct InForce<'e>(pub &'e Enforcer);

impl Publish for InForce<'_> {
    fn candidate(&mut self, index: u16, candidate: &Candidate) -> io::Result<()> {
        self.0.write_candidate(index, candidate)
    }

    fn set(&mut self, set: &RuleSet) -> io::Result<()> {
        self.0.write_depths(set.depths);
        Ok(())
    }
}
