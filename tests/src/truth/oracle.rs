//! Who truly made the resolver ask, and where it had its answers from: by what `named` did, not by what it sent.
//!
//! `named` asks servers for an *fctx*. Clients' queries and other fctxs start one or join it: that is a graph, and the
//! causes of an outgoing query are the clients from which its fctx can be reached at the time it is sent. Where the
//! probe cannot tell the very fctx that needed another, the causes are bounded from both sides: by those that are
//! certain, and by those that are possible.

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
};

use super::{
    graph::{Asker, Edge, Graph},
    probe::{Key, Line},
};

/// A client's query: its address, port and id. No id comes twice in a run.
pub type Query = (SocketAddr, u16);

/// What a client has to do with an outgoing query. The nearest counts: the order is by nearness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// It asked for this name and type.
    Asked,
    /// It asked for a name that is an alias of it.
    Alias,
    /// Something it asked for needs it: an ancestor, a name server's address, a key.
    Inner,
    /// It was answered, and this renews the answer.
    Prefetch,
}

/// The truth about an outgoing query.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    /// Clients that certainly are its cause, and how.
    pub certain: HashMap<Query, How>,
    /// Clients that may be: those that came later, too.
    pub possible: HashSet<Query>,
    /// The resolver's own need is among the causes.
    pub own: bool,
    /// A client of which nothing is known is among them.
    pub stranger: bool,
}

impl Causes {
    /// Whether a client asked for this very name and type, or for an alias of it.
    pub fn is_of_names(&self) -> bool {
        self.certain.values().any(|how| *how <= How::Alias)
    }
}

/// The truth about a client's lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Nothing was fetched.
    Hit,
    /// It started a fetch.
    Miss,
    /// It joined others' only.
    Shared,
}

/// Everything `named` did, in one run.
#[derive(Debug)]
pub struct Oracle(Graph);

/// The clocks of `named` and of events may differ by so much, ns.
const SLACK: u64 = 2_000_000;

impl Oracle {
    /// From the lines of a probe. `answered` says when a client had its answer.
    pub fn new(lines: &[Line], answered: impl Fn(&Query) -> Option<u64>) -> Self {
        Self(Graph::new(lines, answered))
    }

    /// Who made the resolver ask for `key` at this time, ns since 1970; `None` if it cannot be said.
    pub fn causes(&self, key: &Key, at: u64, question: impl Fn(&Query) -> Option<Key>) -> Option<Causes> {
        Some(self.causes_of(self.asking(key, at)?, key, at, question))
    }

    /// Who made the resolver fetch what it has in its cache at this time; `None` if it cannot be said.
    pub fn filled_by(&self, key: &Key, at: u64, question: impl Fn(&Query) -> Option<Key>) -> Option<Causes> {
        let places = self.0.by_key.get(key)?.iter().filter(|_| self.views() == 1);
        let over = |place: &usize| {
            self.0.nodes.get(*place).map(|node| (node.end, *place)).filter(|(end, _)| *end <= at)
        };
        let (end, place) = places.filter_map(over).max()?;
        Some(self.causes_of(place, key, end, question))
    }

    fn causes_of(
        &self,
        place: usize,
        key: &Key,
        at: u64,
        question: impl Fn(&Query) -> Option<Key>,
    ) -> Causes {
        let mut causes = Causes::default();
        self.certain(place, at, &mut |edge, depth| match edge.asker {
            Asker::Client(query) => {
                let how = match depth {
                    0 if question(&query).as_ref() == Some(key) => How::Asked,
                    0 => How::Alias,
                    _ => How::Inner,
                };
                let nearest = causes.certain.entry(query).or_insert(how);
                *nearest = how.min(*nearest);
            }
            Asker::Prefetch(query) => _ = causes.certain.entry(query).or_insert(How::Prefetch),
            Asker::Stranger => causes.stranger = true,
            Asker::Nobody => causes.own = true,
            Asker::Node(_) => {}
        });
        causes.possible = self.possible(place);
        causes
    }

    /// The one fctx of this key that lives at this time.
    fn asking(&self, key: &Key, at: u64) -> Option<usize> {
        let places = self.0.by_key.get(key)?;
        for slack in [0, SLACK] {
            let lives = |place: &&usize| {
                self.0
                    .nodes
                    .get(**place)
                    .is_some_and(|node| node.start <= at + slack && at <= node.end.saturating_add(slack))
            };
            let mut living = places.iter().filter(lives);
            match (living.next(), living.next()) {
                (Some(place), None) => return Some(*place),
                (Some(_), Some(_)) => return None,
                (None, _) => {}
            }
        }
        None
    }

    fn certain(&self, place: usize, at: u64, visit: &mut impl FnMut(&Edge, usize)) {
        let (mut seen, mut next) = (HashSet::from([place]), vec![(place, 0)]);
        while let Some((place, depth)) = next.pop() {
            let edges = self.0.nodes.get(place).map(|node| node.edges.as_slice()).unwrap_or_default();
            for edge in edges.iter().filter(|edge| edge.certain && edge.at <= at) {
                visit(edge, depth);
                if let Asker::Node(up) = edge.asker
                    && seen.insert(up)
                {
                    next.push((up, depth + 1));
                }
            }
        }
    }

    fn possible(&self, place: usize) -> HashSet<Query> {
        let (mut seen, mut next, mut found) = (HashSet::from([place]), vec![place], HashSet::new());
        while let Some(place) = next.pop() {
            for edge in self.0.nodes.get(place).map(|node| node.edges.as_slice()).unwrap_or_default() {
                match edge.asker {
                    Asker::Client(query) | Asker::Prefetch(query) => _ = found.insert(query),
                    Asker::Node(up) if seen.insert(up) => next.push(up),
                    _ => {}
                }
            }
        }
        found
    }

    /// Where the answer to a client's query came from.
    pub fn answered(&self, query: &Query) -> Answered {
        self.0.waited.get(query).copied().unwrap_or(Answered::Hit)
    }

    /// How many views asked.
    fn views(&self) -> usize {
        self.0.resolvers.len()
    }
}

#[cfg(test)]
mod tests;
