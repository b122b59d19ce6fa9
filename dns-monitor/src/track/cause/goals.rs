//! Lookups of clients that wait, or did a short while ago, or had something fetched that is remembered: oldest out.

use std::collections::VecDeque;

use super::{
    list::{Id, Link, Linked, List, NONE, Slab},
    names::{Names, NodeId},
};
use crate::track::lookup::Peer;

/// How long a lookup may be the reason of what the resolver asks: BIND gives a lookup 10 s, and what it asks last for it
/// is an event `response_timeout` later. ns.
pub const WINDOW: u64 = 15_000_000_000;
/// How long a client may wait: what goes before may have been a reason still. ns.
pub const PATIENCE: u64 = 10_000_000_000;

/// A resolver that has found something answers all that wait for it within so many ns.
const TOGETHER: u64 = 20_000_000;
/// Lookups of a name that are looked at for one of the same type: few, because one is found at once but in an attack.
const MAX_ELDERS: usize = 16;

/// Lookups of one name that are told at once that it is asked for; the others are when it is answered.
const MAX_SEEKERS: usize = 64;

/// A lookup, until its place is used for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoalId {
    slot: Id,
    generation: u32,
}

impl GoalId {
    /// No lookup.
    pub const NOBODY: Self = Self { slot: NONE, generation: 0 };

    /// Whether this is [`GoalId::NOBODY`].
    pub fn is_nobody(self) -> bool {
        self == Self::NOBODY
    }
}

/// A client's lookup.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    generation: u32,
    link: Link,
    /// Who asked.
    pub client: Peer,
    /// The message's id.
    pub id: u16,
    /// What was asked for.
    pub qtype: u16,
    /// The name.
    pub node: NodeId,
    /// When, ns since the Unix epoch.
    pub asked: u64,
    /// When its response was seen; 0: not yet.
    pub answered: u64,
    /// When the resolver was first told something that this lookup needed, while it waited; 0: not yet.
    pub fetched: u64,
    /// When the resolver was last told such a thing; 0: not yet.
    pub last: u64,
    /// When it was first told the very data that was asked for, or that of its alias; 0: not yet.
    pub told: u64,
    /// When a later lookup of the same was answered while this one waited: a resolver answers all that wait for one thing
    /// together, so this one never reached it, or its answer is on the way. 0: not.
    pub overtaken: u64,
    /// What it was given is renewed.
    pub renews: bool,
    /// The resolver asked for it after it came.
    pub is_miss: bool,
    /// Another client waited for the same when it came.
    pub has_elder: bool,
    /// What it had fetched may be remembered.
    pub fills: bool,
    /// Its place is free.
    gone: bool,
}

impl Goal {
    /// A lookup that nothing was seen of yet but its query.
    pub fn new(client: Peer, id: u16, qtype: u16, node: NodeId, asked: u64) -> Self {
        Self {
            generation: 0,
            link: Link::ALONE,
            client,
            id,
            qtype,
            node,
            asked,
            answered: 0,
            fetched: 0,
            last: 0,
            told: 0,
            overtaken: 0,
            renews: false,
            is_miss: false,
            has_elder: false,
            fills: false,
            gone: false,
        }
    }

    /// Whether it waited at `time`, or would have if it had come.
    pub fn waits(&self, time: u64) -> bool {
        match (self.answered, self.overtaken) {
            (0, 0) => true,
            (0, overtaken) => overtaken.saturating_add(TOGETHER) >= time,
            (answered, _) => answered >= time,
        }
    }

    /// When, before `time`, something happened that made the resolver do the next thing for it.
    pub fn cue(&self, time: u64) -> u64 {
        if self.last <= time { self.asked.max(self.last) } else { self.asked }
    }
}

impl Linked for Goal {
    fn link(&self) -> Link {
        self.link
    }

    fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }
}

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
