//! What `named` did, as a graph: what it asked servers for, and who needed that.

use std::collections::{BTreeSet, HashMap};

use super::{
    oracle::{Answered, Query},
    probe::{Fetch, Key, Line},
};

/// What an fctx is asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
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
pub struct Edge {
    /// When, ns since 1970.
    pub at: u64,
    /// By whom.
    pub asker: Asker,
    /// The asker is certain to need it.
    pub certain: bool,
}

/// An fctx.
#[derive(Debug)]
pub struct Node {
    /// When the first asked, ns since 1970.
    pub start: u64,
    /// When the last had what it asked for.
    pub end: u64,
    /// Who asked, in the order of time.
    pub edges: Vec<Edge>,
}

/// Everything `named` did, in one run.
#[derive(Debug, Default)]
pub struct Graph {
    /// By their places.
    pub nodes: Vec<Node>,
    /// Places by what is asked for, in the order of time.
    pub by_key: HashMap<Key, Vec<usize>>,
    /// Clients' queries that waited for a fetch.
    pub waited: HashMap<Query, Answered>,
    /// Those of views.
    pub resolvers: BTreeSet<u64>,
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

/// Where clients have the fetch that they wait for: the first of their places, and in every run one waits.
fn waited(lines: &[Line]) -> Option<u64> {
    let slot = |line: &Line| match line {
        Line::Fetch(fetch) => fetch.slot,
        _ => None,
    };
    lines.iter().filter_map(slot).min()
}

impl Graph {
    /// From the lines of a probe. `answered` says when a client had its answer.
    pub fn new(lines: &[Line], answered: impl Fn(&Query) -> Option<u64>) -> Self {
        let (mut graph, mut building) =
            (Self::default(), Building { waited: waited(lines), ..Building::default() });
        for line in lines {
            match line {
                Line::Fetch(fetch) => graph.fetch(&mut building, fetch),
                Line::Done { at, fctx } => graph.done(&mut building, *at, *fctx),
                Line::Sent { at, client } => graph.sent(&mut building, *at, *client, &answered),
                Line::Wants { at, fctx, name } => graph.wants(&building, *at, *fctx, name),
            }
        }
        graph.tell_answers();
        graph
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
                let before = self.waited.entry(query).or_insert(Answered::Shared);
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
}
