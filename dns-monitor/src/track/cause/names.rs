//! The names that matter now, as a tree of labels: what is below a name can be found, and a name is stored once.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use smallvec::SmallVec;

use super::{
    facts::Facts,
    goals::GoalId,
    list::{Id, Link, Linked, List, NONE, Slab},
    path::Path,
};
use crate::decode::name::MAX_WIRE_LENGTH;

/// A name in the tree.
pub type NodeId = Id;

/// The root, which is always there.
pub const ROOT: NodeId = 0;

/// Labels of ordinary length are kept in place.
type Label = SmallVec<[u8; 20]>;

/// Types of one name whose fetch is remembered: A, AAAA and HTTPS are what is asked for most.
const FILLS: usize = 3;

/// A name.
pub struct Node {
    parent: NodeId,
    link: Link,
    /// The names one label below, the one that was last of use first.
    children: List,
    /// When it, or a name below it, was last of use: ns since the Unix epoch.
    touched: u64,
    label: Label,
    /// What keeps it: lookups, facts that lead to it, names below it.
    uses: u32,
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
    fn new(parent: NodeId, label: &[u8]) -> Self {
        Self {
            parent,
            link: Link::ALONE,
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

/// All names.
pub struct Names {
    nodes: Slab<Node>,
    index: HashTable<NodeId>,
    hasher: RandomState,
}

impl Default for Names {
    fn default() -> Self {
        let mut nodes = Slab::default();
        nodes.insert(Node::new(NONE, b""));
        nodes[ROOT].uses = 1;
        Self { nodes, index: HashTable::new(), hasher: RandomState::default() }
    }
}

impl Names {
    /// How many names there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A name.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// A name, to be changed.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id]
    }

    fn hash(&self, parent: NodeId, label: &[u8]) -> u64 {
        self.hasher.hash_one((parent, label))
    }

    fn child(&self, parent: NodeId, label: &[u8]) -> Option<NodeId> {
        let fits = |id: &NodeId| {
            let node = &self.nodes[*id];
            node.parent == parent && node.label.as_slice() == label
        };
        self.index.find(self.hash(parent, label), fits).copied()
    }

    /// The name without its first `skip` labels, if it is here.
    pub fn find(&self, path: &Path, skip: usize) -> Option<NodeId> {
        self.find_below(ROOT, path, skip..path.count())
    }

    /// The name made of some labels of a path in front of a name, if it is here.
    pub fn find_below(&self, top: NodeId, path: &Path, labels: std::ops::Range<usize>) -> Option<NodeId> {
        labels.rev().try_fold(top, |node, at| self.child(node, path.label(at)))
    }

    /// The names above this one that are here, from the root down, and how many labels of the path each leaves out.
    pub fn above(&self, path: &Path) -> impl Iterator<Item = (NodeId, usize)> {
        let mut at = Some((ROOT, path.count()));
        std::iter::from_fn(move || {
            let (node, left) = at?;
            at = left.checked_sub(1).and_then(|left| Some((self.child(node, path.label(left))?, left)));
            Some((node, left))
        })
    }

    /// The name, which is put here if it is not; [`Names::release`] ends the use.
    pub fn hold(&mut self, path: &Path) -> NodeId {
        let mut node = ROOT;
        for at in (0..path.count()).rev() {
            node = match self.child(node, path.label(at)) {
                Some(child) => child,
                None => self.grow(node, path.label(at)),
            };
        }
        self.nodes[node].uses += 1;
        node
    }

    /// One use more of a name that is here.
    pub fn hold_again(&mut self, id: NodeId) {
        self.nodes[id].uses += 1;
    }

    fn grow(&mut self, parent: NodeId, label: &[u8]) -> NodeId {
        let hash = self.hash(parent, label);
        let id = self.nodes.insert(Node::new(parent, label));
        self.nodes[parent].uses += 1;
        let mut children = self.nodes[parent].children;
        children.push(&mut self.nodes, id);
        self.nodes[parent].children = children;
        let Self { nodes, index, hasher } = self;
        index.insert_unique(hash, id, |id| {
            let node = &nodes[*id];
            hasher.hash_one((node.parent, node.label.as_slice()))
        });
        id
    }

    /// Ends a use. What nobody uses any more goes, and so do the names above it.
    pub fn release(&mut self, id: NodeId) {
        let mut id = id;
        loop {
            let node = &mut self.nodes[id];
            node.uses -= 1;
            if node.uses > 0 {
                return;
            }
            let parent = node.parent;
            let hash = self.hasher.hash_one((parent, node.label.as_slice()));
            if let Ok(entry) = self.index.find_entry(hash, |found| *found == id) {
                entry.remove();
            }
            let mut children = self.nodes[parent].children;
            children.remove(&mut self.nodes, id);
            self.nodes[parent].children = children;
            self.nodes[id].label = Label::new();
            self.nodes.remove(id);
            id = parent;
        }
    }

    /// The name is of use now, and so are those above it: each becomes the first of its siblings.
    pub fn touch(&mut self, id: NodeId, time: u64) {
        let mut id = id;
        while id != ROOT {
            let node = &mut self.nodes[id];
            node.touched = node.touched.max(time);
            let parent = node.parent;
            let mut siblings = self.nodes[parent].children;
            if !siblings.starts_with(id) {
                siblings.remove(&mut self.nodes, id);
                siblings.push(&mut self.nodes, id);
                self.nodes[parent].children = siblings;
            }
            id = parent;
        }
    }

    /// A name and those above it, up to one that is not among them.
    pub fn up_to(&self, id: NodeId, top: NodeId) -> impl Iterator<Item = &Node> {
        let next = move |id: NodeId| (id != top && id != ROOT).then_some(id);
        std::iter::successors(next(id), move |id| next(self.nodes[*id].parent)).map(|id| &self.nodes[id])
    }

    /// Calls `each` with the names below this one that were of use since `since`, until it says no.
    pub fn below(&self, top: NodeId, since: u64, mut each: impl FnMut(NodeId) -> bool) {
        let mut stack = vec![self.nodes[top].children.iter(&self.nodes)];
        while let Some(siblings) = stack.last_mut() {
            // They are in the order of their use.
            match siblings.next().filter(|id| self.nodes[*id].touched >= since) {
                None => drop(stack.pop()),
                Some(id) if each(id) => stack.push(self.nodes[id].children.iter(&self.nodes)),
                Some(_) => return,
            }
        }
    }

    /// Appends labels as they are on the wire, in lower case, without that of the root.
    pub fn write_wire(&self, id: NodeId, wire: &mut Wire) {
        let mut id = id;
        while id != ROOT {
            let node = &self.nodes[id];
            wire.push(node.label.len() as u8);
            wire.extend_from_slice(&node.label);
            id = node.parent;
        }
    }
}

/// A name as it is on the wire.
pub type Wire = SmallVec<[u8; MAX_WIRE_LENGTH]>;
