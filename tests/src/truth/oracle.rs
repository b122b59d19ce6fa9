//! Who truly made the resolver ask, and where it had its answers from: by what `named` did, not by what it sent.
//!
//! `named` asks servers for an *fctx*. Clients' queries and other fctxs start one or join it: that is a graph, and the
//! causes of an outgoing query are the clients from which its fctx can be reached at the time it is sent. Where the
//! probe cannot tell the very fctx that needed another, the causes are bounded from both sides: by those that are
//! certain, and by those that are possible.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    net::SocketAddr,
};

use super::probe::{Fetch, Key, Line};

/// A client's query: its address, port and id. No id comes twice in a run.
pub type Query = (SocketAddr, u16);

/// What an fctx is asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    /// A client waits.
    Client(Query),
    /// A client had been answered: from what is in the cache, before its end or after.
    Prefetch(Query),
    /// A client of which nothing is known.
    Stranger,
    /// Another fctx, by its place.
    Node(usize),
    /// `named` itself.
    Nobody,
}

/// One start or join of an fctx.
#[derive(Clone, Copy, Debug)]
struct Edge {
    at: u64,
    asker: Asker,
    /// The asker is certain to need it.
    certain: bool,
}

/// An fctx.
#[derive(Debug)]
struct Node {
    start: u64,
    end: u64,
    edges: Vec<Edge>,
}

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
#[derive(Debug, Default)]
pub struct Oracle {
    nodes: Vec<Node>,
    by_key: HashMap<Key, Vec<usize>>,
    asked: HashMap<Query, Answered>,
    resolvers: BTreeSet<u64>,
}

/// While the lines are read.
#[derive(Debug, Default)]
struct Building {
    /// Living fctxs by their address in memory: place and number of fetches.
    living: HashMap<u64, (usize, usize)>,
    /// Who a counter was made for.
    owners: HashMap<u64, usize>,
    /// What clients' queries have fetched since they were answered: places of fctxs and of edges there.
    waits: HashMap<u64, Vec<(usize, usize)>>,
    /// Where clients have the fetch that they wait for.
    waited: Option<u64>,
    /// Who has it.
    holders: HashMap<u64, Vec<usize>>,
}

/// The clocks of `named` and of events may differ by so much, ns.
const SLACK: u64 = 2_000_000;

/// Where clients have the fetch that they wait for: the first of their places, and in every run one waits.
fn waited(lines: &[Line]) -> Option<u64> {
    let slot = |line: &Line| match line {
        Line::Fetch(fetch) => fetch.slot,
        _ => None,
    };
    lines.iter().filter_map(slot).min()
}

impl Oracle {
    /// From the lines of a probe. `answered` says when a client had its answer.
    pub fn new(lines: &[Line], answered: impl Fn(&Query) -> Option<u64>) -> Self {
        let (mut oracle, mut building) =
            (Self::default(), Building { waited: waited(lines), ..Building::default() });
        for line in lines {
            match line {
                Line::Fetch(fetch) => oracle.fetch(&mut building, fetch),
                Line::Done { at, fctx } => oracle.done(&mut building, *at, *fctx),
                Line::Sent { at, client } => oracle.sent(&mut building, *at, *client, &answered),
                Line::Wants { at, fctx, name } => oracle.wants(&building, *at, *fctx, name),
            }
        }
        oracle.tell_answers();
        oracle
    }

    fn fetch(&mut self, building: &mut Building, fetch: &Fetch) {
        let edges = Self::edges(building, fetch);
        let known = building.living.get(&fetch.fctx).copied();
        let (place, fetches) = known.unwrap_or_else(|| (self.start(building, fetch), 0));
        building.living.insert(fetch.fctx, (place, fetches + 1));
        let Some(node) = self.nodes.get_mut(place) else { return };
        if fetch.slot.is_some() {
            building.waits.entry(fetch.up).or_default().push((place, node.edges.len()));
        }
        node.edges.extend(edges);
    }

    /// A client is answered, unless it had an answer earlier: then it was given what is stale, and that is renewed.
    fn sent(
        &mut self,
        building: &mut Building,
        at: u64,
        client: u64,
        answered: &impl Fn(&Query) -> Option<u64>,
    ) {
        for (place, edge) in building.waits.remove(&client).unwrap_or_default() {
            let edge = self.nodes.get_mut(place).and_then(|node| node.edges.get_mut(edge));
            if let Some(edge) = edge
                && let Asker::Client(query) = edge.asker
                && answered(&query).is_some_and(|answered| answered < at)
            {
                edge.asker = Asker::Prefetch(query);
            }
        }
    }

    fn tell_answers(&mut self) {
        for node in &self.nodes {
            for (number, edge) in node.edges.iter().enumerate() {
                let Asker::Client(query) = edge.asker else { continue };
                let before = self.asked.entry(query).or_insert(Answered::Shared);
                if number == 0 {
                    *before = Answered::Miss;
                }
            }
        }
    }

    fn start(&mut self, building: &mut Building, fetch: &Fetch) -> usize {
        let place = self.nodes.len();
        self.resolvers.insert(fetch.resolver);
        self.nodes.push(Node { start: fetch.at, end: u64::MAX, edges: Vec::new() });
        self.by_key.entry(fetch.key.clone()).or_default().push(place);
        if fetch.new_counter != 0 {
            building.owners.insert(fetch.new_counter, place);
            building.holders.insert(fetch.new_counter, Vec::new());
        }
        let counter = if fetch.counter != 0 { fetch.counter } else { fetch.new_counter };
        building.holders.entry(counter).or_default().push(place);
        place
    }

    /// Who needs what is fetched.
    fn edges(building: &Building, fetch: &Fetch) -> Vec<Edge> {
        let certain = |asker| vec![Edge { at: fetch.at, asker, certain: true }];
        if fetch.slot.is_some() {
            let query = fetch.client.map(|client| (client, fetch.id));
            return certain(match query {
                Some(query) if fetch.slot != building.waited => Asker::Prefetch(query),
                Some(query) => Asker::Client(query),
                None => Asker::Stranger,
            });
        }
        // An fctx hands its counter to whatever it needs: without one `named` fetches for itself.
        if fetch.counter == 0 {
            return certain(Asker::Nobody);
        }
        if let Some((place, _)) = building.living.get(&fetch.up) {
            return certain(Asker::Node(*place));
        }
        let Some(owner) = building.owners.get(&fetch.counter) else { return certain(Asker::Nobody) };
        let holders = building.holders.get(&fetch.counter).into_iter().flatten();
        let possible = holders.map(|place| Edge { at: fetch.at, asker: Asker::Node(*place), certain: false });
        certain(Asker::Node(*owner)).into_iter().chain(possible).collect()
    }

    fn done(&mut self, building: &mut Building, at: u64, fctx: u64) {
        let Some((place, fetches)) = building.living.get_mut(&fctx) else { return };
        *fetches -= 1;
        if *fetches > 0 {
            return;
        }
        if let Some(node) = self.nodes.get_mut(*place) {
            node.end = at;
        }
        building.living.remove(&fctx);
    }

    /// It waits for what is being fetched for others, if it is: the probe does not tell.
    fn wants(&mut self, building: &Building, at: u64, fctx: u64, name: &str) {
        const A: u16 = 1;
        const AAAA: u16 = 28;
        let Some((waits, _)) = building.living.get(&fctx).copied() else { return };
        for rr_type in [A, AAAA] {
            let Some(places) = self.by_key.get(&(name.to_owned(), rr_type)) else { continue };
            for place in places.iter().rev().take(2) {
                let Some(node) = self.nodes.get_mut(*place).filter(|node| node.end >= at) else { continue };
                node.edges.push(Edge { at, asker: Asker::Node(waits), certain: false });
            }
        }
    }

    /// Who made the resolver ask for `key` at this time, ns since 1970; `None` if it cannot be said.
    pub fn causes(&self, key: &Key, at: u64, question: impl Fn(&Query) -> Option<Key>) -> Option<Causes> {
        Some(self.causes_of(self.asking(key, at)?, key, at, question))
    }

    /// Who made the resolver fetch what it has in its cache at this time; `None` if it cannot be said.
    pub fn filled_by(&self, key: &Key, at: u64, question: impl Fn(&Query) -> Option<Key>) -> Option<Causes> {
        let places = self.by_key.get(key)?.iter().filter(|_| self.views() == 1);
        let over = |place: &usize| {
            self.nodes.get(*place).map(|node| (node.end, *place)).filter(|(end, _)| *end <= at)
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
        let places = self.by_key.get(key)?;
        for slack in [0, SLACK] {
            let lives = |place: &&usize| {
                self.nodes
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
            let edges = self.nodes.get(place).map(|node| node.edges.as_slice()).unwrap_or_default();
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
            for edge in self.nodes.get(place).map(|node| node.edges.as_slice()).unwrap_or_default() {
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
        self.asked.get(query).copied().unwrap_or(Answered::Hit)
    }

    /// How many views asked.
    fn views(&self) -> usize {
        self.resolvers.len()
    }
}
