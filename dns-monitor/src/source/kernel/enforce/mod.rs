//! Rules into the kernel: a set of rules is made beside the one in force, and takes its place at once.
//!
//! Every outer map has two places. A program reads once which is in force, and then looks only there, so that a packet is
//! judged by one set of rules or by the next, never by parts of both.

mod mapped;
mod room;

use std::{
    io,
    mem::offset_of,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

use aya::maps::{ArrayOfMaps, LpmTrie, Map, MapData, MapError, PerCpuArray, lpm_trie::Key};
use aya_obj::generated::BPF_F_NO_PREALLOC;
use dns_monitor_common::{
    names,
    rule::{Candidate, MAX_PREFIXES, NO_RULES, PLACES, RuleSet, State},
};

use self::mapped::MappedArray;
pub use self::room::KernelRoom;
use super::{KernelError, clock, object};

/// `BPF_MAP_TYPE_LPM_TRIE` of `linux/bpf.h`.
const LPM_TRIE: u32 = 11;
/// An IPv6 address, and IPv4 ones as IPv4-mapped.
const ADDRESS: u32 = 16;

type Outer = ArrayOfMaps<MapData, MapData>;

/// The kernel programs' rules, from the agent's side.
pub struct Enforcer {
    state: MappedArray,
    sets: Outer,
    filters: Outer,
    tables: Outer,
    candidates: Outer,
    clients: Outer,
    hits: PerCpuArray<MapData, u64>,
    /// What the programs may look at.
    inner: Option<Arc<Inner>>,
}

/// The maps of one set of rules.
struct Inner {
    set: MappedArray,
    filter: Arc<MappedArray>,
    table: Arc<MappedArray>,
    candidates: MappedArray,
    clients: MapData,
}

/// A set of rules in the form the kernel programs read.
pub struct Compiled<'a> {
    /// Keys and sizes.
    pub set: &'a RuleSet,
    /// Candidates, the first of which is none.
    pub candidates: &'a [Candidate],
    /// How many candidates may be added while the rules are in force.
    pub spare: usize,
    /// Networks and the sets of clients they are in: address, IPv4 as IPv4-mapped, and bits that count.
    pub prefixes: &'a [([u8; 16], u32, u64)],
}

impl Enforcer {
    /// Takes the maps of rules out of a loaded object.
    ///
    /// # Errors
    /// [`KernelError::Missing`] or [`KernelError::Map`].
    pub fn new(object: &mut object::Object) -> Result<Self, KernelError> {
        let mut outer =
            |name| -> Result<Outer, KernelError> { Ok(ArrayOfMaps::try_from(object.take(name)?)?) };
        let (sets, filters) = (outer(names::RULE_SETS)?, outer(names::FILTERS)?);
        let (tables, candidates, clients) =
            (outer(names::TABLES)?, outer(names::CANDIDATES)?, outer(names::CLIENTS)?);
        let hits = PerCpuArray::try_from(object.take(names::HITS)?)?;
        let state = MappedArray::of(array_data(object.take(names::STATE)?)?, size_of::<State>())?;
        let enforcer = Self { state, sets, filters, tables, candidates, clients, hits, inner: None };
        enforcer.active().store(NO_RULES, Ordering::Release);
        Ok(enforcer)
    }

    /// Memory for the next set of rules.
    pub fn room(&self) -> KernelRoom {
        KernelRoom::default()
    }

    /// Puts a set of rules in force, whose table was built in `room`. Returns when no packet is judged by the old one any
    /// more.
    ///
    /// # Errors
    /// [`KernelError::Map`]; then the old rules stay in force.
    pub fn install(&mut self, room: KernelRoom, rules: &Compiled<'_>) -> Result<(), KernelError> {
        let inner = Arc::new(Inner::create(room, rules)?);
        let active = self.active().load(Ordering::Acquire);
        let next = if active == 0 { 1 } else { 0 };
        self.place(next, &inner)?;
        self.active().store(next, Ordering::Release);
        // Writing a map of maps waits until no program that ran before runs any more: the first time for those that
        // still read the old place's number, and only then does the old place lose its maps.
        self.place(next, &inner)?;
        self.place(PLACES as u32 - 1 - next, &inner)?;
        self.inner = Some(inner);
        Ok(())
    }

    fn place(&mut self, place: u32, inner: &Inner) -> Result<(), MapError> {
        self.sets.set(place, inner.set.map(), 0)?;
        self.filters.set(place, inner.filter.map(), 0)?;
        self.tables.set(place, inner.table.map(), 0)?;
        self.candidates.set(place, inner.candidates.map(), 0)?;
        self.clients.set(place, &inner.clients, 0)
    }

    /// Writes a candidate that nothing refers to yet, into the rules in force.
    pub fn write_candidate(&self, index: u16, candidate: &Candidate) {
        if let Some(inner) = &self.inner {
            inner.candidates.write(usize::from(index), candidate);
        }
    }

    /// What applies to every name from now on; 0: nothing.
    pub fn is_enforcing(&self) -> bool {
        self.active().load(Ordering::Acquire) != NO_RULES
    }

    /// Says that the agent lives.
    pub fn beat(&self) {
        self.word(offset_of!(State, heartbeat)).store(clock::monotonic(), Ordering::Release);
    }

    /// After how long a silence nothing is blocked any more; `None`: never.
    pub fn set_watchdog(&self, silence: Option<Duration>) {
        self.beat();
        let silence = silence.map_or(0, |silence| u64::try_from(silence.as_nanos()).unwrap_or(u64::MAX));
        self.word(offset_of!(State, watchdog)).store(silence, Ordering::Release);
    }

    /// How often each list or rule has decided, by its number.
    ///
    /// # Errors
    /// [`KernelError::Map`].
    pub fn hits(&self, origins: usize) -> Result<Vec<u64>, KernelError> {
        let count =
            |origin: usize| Ok(self.hits.get(&u32::try_from(origin).unwrap_or(u32::MAX), 0)?.iter().sum());
        (0..origins).map(count).collect()
    }

    fn word(&self, offset: usize) -> &AtomicU64 {
        // SAFETY: a field of the mapped state, aligned, written atomically by us and read by the programs.
        unsafe { AtomicU64::from_ptr(self.state.start().as_ptr().byte_add(offset)) }
    }

    fn active(&self) -> &AtomicU32 {
        let offset = offset_of!(State, active);
        // SAFETY: as above.
        unsafe { AtomicU32::from_ptr(self.state.start().as_ptr().byte_add(offset).cast()) }
    }
}

impl Inner {
    fn create(room: KernelRoom, rules: &Compiled<'_>) -> Result<Self, KernelError> {
        let (filter, table) = room.into_parts()?;
        let set = MappedArray::create("dns_rule_set", size_of::<RuleSet>() as u32, 1)?;
        set.write(0, rules.set);
        let room = (rules.candidates.len() + rules.spare).min(dns_monitor_common::rule::MAX_CANDIDATES);
        let candidates =
            MappedArray::create("dns_candidates", size_of::<Candidate>() as u32, room.max(1) as u32)?;
        for (index, candidate) in rules.candidates.iter().enumerate() {
            candidates.write(index, candidate);
        }
        Ok(Self { set, filter, table, candidates, clients: trie(rules.prefixes)? })
    }
}

fn array_data(map: Map) -> Result<MapData, KernelError> {
    match map {
        Map::Array(data) => Ok(data),
        _ => Err(KernelError::Missing(names::STATE)),
    }
}

fn trie(prefixes: &[([u8; 16], u32, u64)]) -> Result<MapData, KernelError> {
    let (key, value, most) = (4 + ADDRESS, size_of::<u64>() as u32, MAX_PREFIXES as u32);
    let description = aya_obj::Map::new_from_params(LPM_TRIE, key, value, most, BPF_F_NO_PREALLOC);
    let mut map = Map::from_map_data(MapData::create(description, "dns_clients", None)?)?;
    let mut trie: LpmTrie<_, [u8; 16], u64> = LpmTrie::try_from(&mut map)?;
    for (address, bits, sets) in prefixes {
        trie.insert(&Key::new(*bits, *address), sets, 0)?;
    }
    match map {
        Map::LpmTrie(data) => Ok(data),
        _ => Err(KernelError::Missing(names::CLIENTS)),
    }
}

impl From<io::Error> for KernelError {
    fn from(error: io::Error) -> Self {
        Self::Map(MapError::IoError(error))
    }
}
