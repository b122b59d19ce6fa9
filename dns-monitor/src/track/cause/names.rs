//! The names that matter now, as a tree of labels: what is below a name can be found, and a name is stored once.
//!
//! [`node`]: a name, and what leads to it.

mod node;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

pub use self::node::{Node, Trail};
use self::node::{Place, tag};
use super::{
    list::{Id, NONE, Slab},
    path::{self, Path, ROOT_HASH},
};
use crate::{
    decode::name::{MAX_WIRE_LENGTH, Name},
    memory::table::Table,
};

/// A name in the tree.
pub type NodeId = Id;

/// The root, which is always there.
pub const ROOT: NodeId = 0;

/// Names are in the order of their use to so many ns: those in use are not moved each time.
const COARSE: u64 = 100_000_000;

/// Labels of an ordinary name, and the root.
const USUAL_DEPTH: usize = 8;

/// All names.
pub struct Names {
    nodes: Slab<Node>,
    index: Table<Place>,
    hasher: RandomState,
}

impl Default for Names {
    fn default() -> Self {
        let mut nodes = Slab::default();
        nodes.insert(Node::new(NONE, b"", ROOT_HASH));
        nodes[ROOT].uses = 1;
        Self { nodes, index: Table::default(), hasher: RandomState::default() }
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

    /// Takes a name apart, into `path`; what is read first to look it up is brought near.
    #[inline]
    pub fn path<'p>(&self, name: &Name<'_>, path: &'p mut Path) -> &'p Path {
        path.set(name, &self.hasher);
        self.index.prefetch(path.hash());
        path
    }

    /// The name of this hash, of 64 bits with a seed that nobody knows, and first label.
    #[inline]
    fn look_up(&self, (label, hash): (&[u8], u64)) -> Option<NodeId> {
        let is_it = |node: &Node| node.hash == hash && node.label.as_slice() == label;
        let fits = |place: &Place| place.tag == tag(hash) && is_it(&self.nodes[place.node()]);
        self.index.get(hash, fits).map(Place::node)
    }

    /// The name, if it is here.
    pub fn find(&self, path: &Path) -> Option<NodeId> {
        path.step(path.count()).map_or(Some(ROOT), |step| self.look_up(step))
    }

    /// The name made of the first labels of a path in front of a name, if it is here.
    pub fn find_below(&self, top: NodeId, path: &Path, labels: usize) -> Option<NodeId> {
        (0..labels).rev().try_fold(top, |node, at| {
            let label = path.label(at);
            self.look_up((label, path::hash(&self.hasher, self.nodes[node].hash, label)))
        })
    }

    /// The longest name that is here of those that a name ends with, and how many labels that has.
    fn nearest(&self, path: &Path) -> (NodeId, usize) {
        let found =
            (1..=path.count()).rev().find_map(|depth| Some((self.look_up(path.step(depth)?)?, depth)));
        found.unwrap_or((ROOT, 0))
    }

    /// The way to a name, as far as it is here.
    pub fn trail(&self, path: &Path) -> Trail {
        let (mut at, depth) = self.nearest(path);
        let mut nodes = SmallVec::from_elem(ROOT, depth + 1);
        for node in nodes.iter_mut().rev() {
            *node = at;
            at = self.nodes[at].parent;
        }
        Trail::new(nodes, path.count())
    }

    /// Has a name brought near.
    pub fn prefetch(&self, id: NodeId) {
        self.nodes.prefetch(id);
    }

    /// Has that brought near which changes when a name goes.
    pub fn prefetch_around(&self, id: NodeId) {
        let node = &self.nodes[id];
        self.index.prefetch(node.hash);
        node.link.neighbours().into_iter().for_each(|id| self.nodes.prefetch(id));
    }

    /// The name, which is put here if it is not; [`Names::release`] ends the use.
    pub fn hold(&mut self, path: &Path) -> NodeId {
        let (mut node, depth) = self.nearest(path);
        for depth in depth + 1..=path.count() {
            if let Some(step) = path.step(depth) {
                node = self.grow(node, step);
            }
        }
        self.nodes[node].uses += 1;
        node
    }

    /// One use more of a name that is here.
    pub fn hold_again(&mut self, id: NodeId) {
        self.nodes[id].uses += 1;
    }

    fn grow(&mut self, parent: NodeId, (label, hash): (&[u8], u64)) -> NodeId {
        let id = self.nodes.insert(Node::new(parent, label, hash));
        self.nodes[parent].uses += 1;
        let mut children = self.nodes[parent].children;
        children.push(&mut self.nodes, id);
        self.nodes[parent].children = children;
        if let Some(place) = Place::new(hash, id) {
            self.index.insert(place, &());
        }
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
            let (parent, hash) = (node.parent, node.hash);
            self.index.remove(hash, |place| place.node() == id, &());
            let mut children = self.nodes[parent].children;
            children.remove(&mut self.nodes, id);
            self.nodes[parent].children = children;
            self.nodes[id].forget_label();
            self.nodes.remove(id);
            id = parent;
        }
    }

    /// The name is of use now, and so are those above it: each becomes the first of its siblings.
    pub fn touch(&mut self, id: NodeId, time: u64) {
        let mut id = id;
        while id != ROOT {
            let node = &mut self.nodes[id];
            // Those above it are hardly older: they were touched with it.
            if node.touched != 0 && node.touched.saturating_add(COARSE) > time {
                return;
            }
            node.touched = time;
            let parent = node.parent;
            self.raise(id, parent);
            id = parent;
        }
    }

    fn raise(&mut self, id: NodeId, parent: NodeId) {
        let mut siblings = self.nodes[parent].children;
        if !siblings.starts_with(id) {
            siblings.remove(&mut self.nodes, id);
            siblings.push(&mut self.nodes, id);
            self.nodes[parent].children = siblings;
        }
    }

    /// A name and those above it, up to one that is not among them.
    pub fn up_to(&self, id: NodeId, top: NodeId) -> impl Iterator<Item = &Node> {
        let next = move |id: NodeId| (id != top && id != ROOT).then_some(id);
        std::iter::successors(next(id), move |id| next(self.nodes[*id].parent)).map(|id| &self.nodes[id])
    }

    /// Calls `each` with the names below this one that were of use since `since`, until it says no.
    pub fn below(&self, top: NodeId, since: u64, mut each: impl FnMut(NodeId) -> bool) {
        // A name may be less young than one below it, by so much for each label between them.
        let since = since.saturating_sub(COARSE * USUAL_DEPTH as u64);
        let mut stack = SmallVec::<[_; USUAL_DEPTH]>::new();
        stack.push(self.nodes[top].children.iter(&self.nodes));
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
