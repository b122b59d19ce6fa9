//! A name in the tree, and what leads there: a place in the index, the way from the root.

use std::num::NonZero;

use smallvec::SmallVec;

use super::{
    super::{
        facts::Facts,
        goals::GoalId,
        list::{Link, Linked, List},
    },
    NodeId, USUAL_DEPTH,
};
use crate::memory::table::Hashed;

/// Labels of ordinary length are kept in place.
type Label = SmallVec<[u8; 20]>;

/// Types of one name whose fetch is remembered: A, AAAA and HTTPS are what is asked for most.
const FILLS: usize = 3;

/// A name.
#[repr(align(64))]
pub struct Node {
    pub(super) parent: NodeId,
    pub(super) link: Link,
    pub(super) hash: u64,
    /// The names one label below, the one that was last of use first.
    pub(super) children: List,
    /// When it, or a name below it, was last of use, to [`COARSE`]: ns since the Unix epoch.
    pub(super) touched: u64,
    pub(super) label: Label,
    /// What keeps it: lookups, facts that lead to it, names below it.
    pub(super) uses: u32,
    /// Lookups of clients that wait for an answer, newest first.
    pub waiting: List,
    /// Lookups of clients that have one, the last answered first.
    pub answered: List,
    /// When the resolver last asked for it, whatever type; 0: never. ns since the Unix epoch.
    pub sought: u64,
    /// What responses said of it.
    pub facts: Option<Box<Facts>>,
    filled: [(u16, GoalId); FILLS],
}

impl Node {
    pub(super) fn new(parent: NodeId, label: &[u8], hash: u64) -> Self {
        Self {
            parent,
            link: Link::ALONE,
            hash,
            children: List::EMPTY,
            touched: 0,
            label: Label::from_slice(label),
            uses: 0,
            waiting: List::EMPTY,
            answered: List::EMPTY,
            sought: 0,
            facts: None,
            filled: [(0, GoalId::NOBODY); FILLS],
        }
    }

    /// A name that is gone keeps no memory.
    pub(super) fn forget_label(&mut self) {
        self.label = Label::new();
    }

    /// The lookup that had this type of it fetched.
    pub fn filled(&self, qtype: u16) -> Option<GoalId> {
        let fill = self.filled.iter().find(|(of, by)| *of == qtype && *by != GoalId::NOBODY)?;
        Some(fill.1)
    }

    /// Notes who had a type of it fetched; the oldest note goes.
    pub fn fill(&mut self, qtype: u16, by: GoalId) {
        let same = self.filled.iter().position(|(of, _)| *of == qtype);
        self.filled[..=same.unwrap_or(FILLS - 1)].rotate_right(1);
        self.filled[0] = (qtype, by);
    }
}

impl Linked for Node {
    fn link(&self) -> Link {
        self.link
    }

    fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }
}

/// The names above a name, and it, as far as they are here: from the root down.
#[derive(Default)]
pub struct Trail {
    nodes: SmallVec<[NodeId; USUAL_DEPTH]>,
    count: usize,
}

impl Trail {
    /// Of a name with so many labels.
    pub(super) fn new(nodes: SmallVec<[NodeId; USUAL_DEPTH]>, count: usize) -> Self {
        Self { nodes, count }
    }

    /// The name without its first `skip` labels, if it is here.
    pub fn without(&self, skip: usize) -> Option<NodeId> {
        self.nodes.get(self.count.checked_sub(skip)?).copied()
    }

    /// The names above, from the root down, and how many labels of the name each leaves out. The name itself is not among
    /// them.
    pub fn above(&self) -> impl Iterator<Item = (NodeId, usize)> {
        self.nodes.iter().take(self.count).enumerate().map(|(depth, node)| (*node, self.count - depth))
    }
}

/// Where a name is, and half of its hash: most others need not be looked at.
pub(super) struct Place {
    pub(super) tag: u32,
    /// One more than its number.
    node: NonZero<u32>,
}

const _: () = assert!(size_of::<Option<Place>>() == 8);

impl Place {
    pub(super) fn new(hash: u64, node: NodeId) -> Option<Self> {
        Some(Self { tag: tag(hash), node: NonZero::new(node.wrapping_add(1))? })
    }

    pub(super) fn node(&self) -> NodeId {
        self.node.get() - 1
    }
}

impl Hashed for Place {
    type Hasher = ();

    fn hash(&self, (): &()) -> u64 {
        u64::from(self.tag) << 32
    }
}

/// The half of a hash that [`Table`] looks at.
pub(super) const fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}
