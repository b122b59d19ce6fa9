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
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aya::maps::{ArrayOfMaps, LpmTrie, Map, MapData, MapError, PerCpuArray, lpm_trie::Key};
use aya_obj::generated::BPF_F_NO_PREALLOC;
use dns_monitor_common::{
    names,
    rule::{Candidate, MAX_ORIGINS, MAX_PREFIXES, NO_RULES, PLACES, RuleSet, State},
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
    /// What the programs look at, and how many lists and rules it has.
    inner: Option<(Arc<Inner>, usize)>,
    /// The place of that.
    at: u32,
    /// What the counters of each place stood at when its rules came into force.
    before: [Vec<u64>; PLACES],
}

/// A set of rules in maps of its own, not in force yet.
pub struct Prepared {
    inner: Arc<Inner>,
    origins: usize,
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
    /// How many lists and rules there are, the operator's own commands among them.
    pub origins: usize,
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
        let enforcer = Self {
            state,
            sets,
            filters,
            tables,
            candidates,
            clients,
            hits,
            inner: None,
            at: 0,
            before: Default::default(),
        };
        enforcer.active().store(NO_RULES, Ordering::Release);
        Ok(enforcer)
    }

    /// Memory for the next set of rules.
    pub fn room(&self) -> KernelRoom {
        KernelRoom::default()
    }

    /// Puts a set of rules, whose table was built in `room`, into maps.
    ///
    /// # Errors
    /// [`KernelError::Map`].
    pub fn prepare(&self, room: KernelRoom, rules: &Compiled<'_>) -> Result<Prepared, KernelError> {
        Ok(Prepared { inner: Arc::new(Inner::create(room, rules)?), origins: rules.origins })
    }

    /// Puts them in force. Returns when no packet is judged by the old ones any more, with how often each list and rule
    /// of those has decided.
    ///
    /// # Errors
    /// [`KernelError::Map`]; then the old rules stay in force.
    pub fn install(&mut self, prepared: Prepared) -> Result<Vec<u64>, KernelError> {
        let Prepared { inner, origins } = prepared;
        let active = self.active().load(Ordering::Acquire);
        let next = if active == 0 { 1 } else { 0 };
        self.place(next, &inner)?;
        let before = self.counted(next, origins)?;
        self.active().store(next, Ordering::Release);
        // Writing a map of maps waits until no program that ran before runs any more: here for those that still read the
        // old place's number, and only then does the old place lose its maps.
        self.sets.set(next, inner.set.map(), 0)?;
        let hits = if active == NO_RULES { Vec::new() } else { self.hits()? };
        self.place(PLACES as u32 - 1 - next, &inner)?;
        if let Some(slot) = self.before.get_mut(next as usize) {
            *slot = before;
        }
        (self.inner, self.at) = (Some((inner, origins)), next);
        Ok(hits)
    }

    fn place(&mut self, place: u32, inner: &Inner) -> Result<(), MapError> {
        self.sets.set(place, inner.set.map(), 0)?;
        self.filters.set(place, inner.filter.map(), 0)?;
        self.tables.set(place, inner.table.map(), 0)?;
        self.candidates.set(place, inner.candidates.map(), 0)?;
        self.clients.set(place, &inner.clients, 0)
    }

    /// Writes a candidate that nothing refers to yet, into the rules in force.
    ///
    /// # Errors
    /// There is no more room.
    pub fn write_candidate(&self, index: u16, candidate: &Candidate) -> io::Result<()> {
        let written = self
            .inner
            .as_ref()
            .is_some_and(|(inner, _)| inner.candidates.write(usize::from(index), candidate));
        if written { Ok(()) } else { Err(io::Error::other("no room for another candidate")) }
    }

    /// Says which numbers of labels there are, in the rules in force.
    pub fn write_depths(&self, depths: [u64; 2]) {
        let Some((inner, _)) = &self.inner else { return };
        for (at, bits) in depths.into_iter().enumerate() {
            let offset = offset_of!(RuleSet, depths) + at * size_of::<u64>();
            inner.set.word(offset).store(bits, Ordering::Release);
        }
    }

    /// Whether there are rules.
    pub fn is_enforcing(&self) -> bool {
        self.active().load(Ordering::Acquire) != NO_RULES
    }

    /// Says that the agent lives.
    pub fn beat(&self) {
        self.state.word(offset_of!(State, heartbeat)).store(clock::monotonic(), Ordering::Release);
    }

    /// After how long a silence nothing is blocked any more; `None`: never.
    pub fn set_watchdog(&self, silence: Option<Duration>) {
        self.beat();
        let silence = silence.map_or(0, |silence| u64::try_from(silence.as_nanos()).unwrap_or(u64::MAX));
        self.state.word(offset_of!(State, watchdog)).store(silence, Ordering::Release);
    }

    /// How often each list or rule of the rules in force has decided, by its number.
    ///
    /// # Errors
    /// [`KernelError::Map`].
    pub fn hits(&self) -> Result<Vec<u64>, KernelError> {
        let Some((_, origins)) = &self.inner else { return Ok(Vec::new()) };
        let counted = self.counted(self.at, *origins)?;
        let before = self.before.get(self.at as usize).map(Vec::as_slice).unwrap_or_default();
        Ok(counted.iter().zip(before).map(|(now, before)| now.wrapping_sub(*before)).collect())
    }

    /// The counters of a place, as they stand.
    fn counted(&self, place: u32, origins: usize) -> Result<Vec<u64>, KernelError> {
        let first = place * MAX_ORIGINS as u32;
        let count = |slot: u32| Ok(self.hits.get(&(first + slot), 0)?.iter().sum());
        (0..origins.min(MAX_ORIGINS) as u32).map(count).collect()
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
