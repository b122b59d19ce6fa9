//! Items in one vector, and doubly linked lists through them: an item leaves its list without a search.

use std::ops::{Index, IndexMut};

use crate::memory;

/// Where an item is in its [`Slab`].
pub type Id = u32;

/// No item.
pub const NONE: Id = Id::MAX;

/// Items that stay where they are; the places of those that went are used again.
pub struct Slab<T> {
    items: Vec<T>,
    free: Vec<Id>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { items: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.items.len() - self.free.len()
    }

    /// Puts an item somewhere.
    pub fn insert(&mut self, item: T) -> Id {
        if let Some(id) = self.free.pop() {
            self[id] = item;
            return id;
        }
        if self.items.len() == self.items.capacity() {
            self.items.reserve(1);
            memory::use_huge_pages(&self.items);
        }
        self.items.push(item);
        (self.items.len() - 1) as Id
    }

    /// Has an item brought near that will soon be needed.
    pub fn prefetch(&self, id: Id) {
        if let Some(item) = self.items.get(id as usize) {
            memory::prefetch(item);
        }
    }

    /// Gives a place back. What is there stays until the place is used again: drop what it owns before.
    pub fn remove(&mut self, id: Id) {
        self.free.push(id);
    }
}

impl<T> Index<Id> for Slab<T> {
    type Output = T;

    fn index(&self, id: Id) -> &T {
        &self.items[id as usize]
    }
}

impl<T> IndexMut<Id> for Slab<T> {
    fn index_mut(&mut self, id: Id) -> &mut T {
        &mut self.items[id as usize]
    }
}

/// An item's place in the list that it is in.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    previous: Id,
    next: Id,
}

impl Link {
    /// In no list.
    pub const ALONE: Self = Self { previous: NONE, next: NONE };

    /// The items before and behind it, or [`NONE`].
    pub const fn neighbours(self) -> [Id; 2] {
        [self.previous, self.next]
    }
}

/// What can be in a list, in one at a time.
pub trait Linked {
    /// Its place.
    fn link(&self) -> Link;
    /// Its place, to be changed.
    fn link_mut(&mut self) -> &mut Link;
}

/// The first of some items of a [`Slab`].
#[derive(Clone, Copy, Debug)]
pub struct List {
    first: Id,
}

impl List {
    /// Without items.
    pub const EMPTY: Self = Self { first: NONE };

    /// Whether the item is the first.
    pub const fn starts_with(self, id: Id) -> bool {
        self.first == id
    }

    /// Puts an item that is in no list before all others.
    pub fn push<T: Linked>(&mut self, items: &mut Slab<T>, id: Id) {
        let next = self.first;
        *items[id].link_mut() = Link { previous: NONE, next };
        if next != NONE {
            items[next].link_mut().previous = id;
        }
        self.first = id;
    }

    /// Takes an item of this list out of it.
    pub fn remove<T: Linked>(&mut self, items: &mut Slab<T>, id: Id) {
        let Link { previous, next } = std::mem::replace(items[id].link_mut(), Link::ALONE);
        match previous {
            NONE => self.first = next,
            previous => items[previous].link_mut().next = next,
        }
        if next != NONE {
            items[next].link_mut().previous = previous;
        }
    }

    /// The items, the last that was put in first.
    pub fn iter<T: Linked>(self, items: &Slab<T>) -> impl Iterator<Item = Id> {
        let some = |id: Id| (id != NONE).then_some(id);
        std::iter::successors(some(self.first), move |id| some(items[*id].link().next))
    }
}
