//! Lookups of clients that wait, or did a short while ago, or had something fetched that is remembered: oldest out.
//!
//! [`goal`]: one of them.

mod goal;

use std::collections::VecDeque;

pub use self::goal::{Goal, GoalId};
use super::{
    list::{Id, List, Slab},
    names::Names,
};

/// How long a lookup may be the reason of what the resolver asks: BIND gives a lookup 10 s, and what it asks last for it
/// is an event `response_timeout` later. ns.
pub const WINDOW: u64 = 15_000_000_000;
/// How long a client may wait: what goes before may have been a reason still. ns.
pub const PATIENCE: u64 = 10_000_000_000;

/// Lookups of a name that are looked at for one of the same type: few, because one is found at once but in an attack.
const MAX_ELDERS: usize = 16;

/// So many lookups before its time has come a lookup is brought near, and then its name, and then what is around that.
const AHEAD: [usize; 3] = [24, 16, 8];

/// Lookups of one name that are told at once that it is asked for; the others are when it is answered.
const MAX_SEEKERS: usize = 64;

/// All of them.
pub struct Goals {
    slab: Slab<Goal>,
    /// In the order in which they came.
    young: VecDeque<Id>,
    /// Older than [`WINDOW`]: only what they had fetched is of interest.
    fillers: VecDeque<Id>,
    max: usize,
    generation: u32,
    /// Places in a list, while what is there is changed.
    seekers: Vec<Id>,
    /// When the youngest of those was asked that had to go too early.
    forgotten_until: u64,
    forgotten: u64,
}

impl Goals {
    /// Room for so many.
    pub fn new(max: usize) -> Self {
        Self {
            slab: Slab::default(),
            young: VecDeque::new(),
            fillers: VecDeque::new(),
            max,
            generation: 0,
            seekers: Vec::new(),
            forgotten_until: 0,
            forgotten: 0,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.slab.len()
    }

    /// How many had to go before their time.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// Whether a lookup that waited at `time` may be among those that had to go.
    pub fn may_have_forgotten(&self, time: u64) -> bool {
        self.forgotten_until > time.saturating_sub(PATIENCE)
    }

    /// The lookup, if it is still here.
    pub fn get(&self, id: GoalId) -> Option<&Goal> {
        if id.is_nobody() {
            return None;
        }
        Some(&self.slab[id.slot]).filter(|goal| goal.generation == id.generation && !goal.gone)
    }

    /// The lookup, to be changed, if it is still here.
    pub fn get_mut(&mut self, id: GoalId) -> Option<&mut Goal> {
        self.get(id)?;
        Some(&mut self.slab[id.slot])
    }

    /// The lookups of a list.
    pub fn list(&self, list: List) -> impl Iterator<Item = (GoalId, &Goal)> {
        list.iter(&self.slab).map(|slot| {
            let goal = &self.slab[slot];
            (GoalId { slot, generation: goal.generation }, goal)
        })
    }

    /// Puts a lookup among those that wait for its name. Its use of the name is already counted.
    pub fn insert(&mut self, names: &mut Names, goal: Goal) -> GoalId {
        let node = goal.node;
        let mut elders = self.list(names.node(node).waiting).take(MAX_ELDERS);
        let has_elder = elders.any(|(_, other)| other.qtype == goal.qtype);
        drop(elders);
        self.generation = self.generation.wrapping_add(1);
        let generation = self.generation;
        let slot = self.slab.insert(Goal { generation, has_elder, ..goal });
        names.node_mut(node).waiting.push(&mut self.slab, slot);
        self.young.push_back(slot);
        GoalId { slot, generation }
    }

    /// The resolver asks for this type of a name because of the lookups in its list, unless they come later than `time`.
    pub fn seek(&mut self, list: List, qtype: u16, time: u64) {
        self.each(list, |goal| goal.is_miss |= goal.qtype == qtype && goal.asked <= time);
    }

    /// The first lookups of a list, to be changed.
    fn each(&mut self, list: List, mut change: impl FnMut(&mut Goal)) {
        let Self { slab, seekers, .. } = self;
        seekers.clear();
        seekers.extend(list.iter(slab).take(MAX_SEEKERS));
        seekers.iter().for_each(|slot| change(&mut slab[*slot]));
    }

    /// The lookup does not wait any more.
    pub fn answer(&mut self, names: &mut Names, id: GoalId, time: u64) {
        let GoalId { slot, .. } = id;
        let Some(goal) = self.get_mut(id).filter(|goal| goal.answered == 0) else { return };
        goal.answered = time;
        let answered = *goal;
        let node = names.node_mut(goal.node);
        node.waiting.remove(&mut self.slab, slot);
        node.answered.push(&mut self.slab, slot);
        let waiting = node.waiting;
        self.overtake(waiting, &answered);
    }

    /// Who asked for the same before, and has no answer, will hardly have one.
    fn overtake(&mut self, waiting: List, answered: &Goal) {
        self.each(waiting, |goal| {
            if goal.qtype == answered.qtype && goal.asked < answered.asked && goal.overtaken == 0 {
                goal.overtaken = answered.answered;
            }
        });
    }

    /// Lets go of what is too old at `now`, and of the oldest where there are too many.
    pub fn expire(&mut self, names: &mut Names, now: u64, max_names: usize) {
        while let Some(slot) = self.young.front().copied()
            && self.slab[slot].asked.saturating_add(WINDOW) < now
        {
            self.young.pop_front();
            self.retire(names, slot);
            self.prefetch(names);
        }
        while self.len() > self.max || names.len() > max_names {
            let Some(slot) = self.fillers.pop_front() else { break };
            self.remove(names, slot);
        }
        while self.len() > self.max || names.len() > max_names {
            let Some(slot) = self.young.pop_front() else { break };
            self.forget(names, slot, now);
        }
    }

    /// What the next lookups need that go: they are old, and far away.
    fn prefetch(&self, names: &Names) {
        let [far, near, next] = AHEAD.map(|ahead| self.young.get(ahead).copied());
        far.inspect(|slot| self.slab.prefetch(*slot));
        near.inspect(|slot| names.prefetch(self.slab[*slot].node));
        next.inspect(|slot| names.prefetch_around(self.slab[*slot].node));
    }

    fn retire(&mut self, names: &mut Names, slot: Id) {
        match self.slab[slot].fills {
            true => self.fillers.push_back(slot),
            false => self.remove(names, slot),
        }
    }

    fn forget(&mut self, names: &mut Names, slot: Id, now: u64) {
        let goal = &self.slab[slot];
        // One that has long been answered explains nothing any more.
        if goal.answered == 0 || goal.answered.saturating_add(PATIENCE / 2) > now {
            self.forgotten += 1;
            self.forgotten_until = self.forgotten_until.max(goal.asked);
        }
        self.remove(names, slot);
    }

    fn remove(&mut self, names: &mut Names, slot: Id) {
        let goal = &mut self.slab[slot];
        goal.gone = true;
        let (node, answered) = (goal.node, goal.answered != 0);
        let lists = names.node_mut(node);
        let list = if answered { &mut lists.answered } else { &mut lists.waiting };
        list.remove(&mut self.slab, slot);
        names.release(node);
        self.slab.remove(slot);
    }
}
