//! Why the resolver asks: its lookups tied to those of its clients.
//!
//! What clients wait for is remembered, and what responses say of names. When a lookup of the resolver is over, the way
//! back is searched: from what it asked to the clients that waited for that, or for something that needs it.
//!
//! 1. [`goals`]: lookups of clients;
//! 2. [`names`]: what they, and responses, are about, as a tree; [`path`] is a name on its way into it;
//! 3. [`learn`] and [`facts`]: what leads from one name to another;
//! 4. [`search`]: from the resolver's question back to the clients, and [`own`]: what no client asked for;
//! 5. [`told`]: what is told of it.

mod facts;
mod goals;
mod learn;
mod list;
mod names;
mod own;
mod path;
mod search;
pub mod told;

use std::fmt;

use self::{
    facts::Library,
    goals::{Goal, GoalId, Goals},
    learn::Learner,
    names::{Names, NodeId},
    path::Path,
    search::{Asked, SKEW, Search},
    told::{Asker, Because, Cache, Cause, Certainty, Explained},
};
use super::{
    lookup::{Lookup, Seen},
    role::Role,
};
use crate::decode::{class, message::Message, name::Name, opcode, rcode};

pub use self::{own::Reason, search::Via};

/// Aliases that follow one another; BIND gives up after 16, and few names have more than two.
const MAX_ALIASES: usize = 8;

/// A client's lookup, as the tracker keeps it with the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token(GoalId);

impl Token {
    /// Of a lookup that explains nothing.
    pub const NONE: Self = Self(GoalId::NOBODY);
}

/// How often the resolver's lookups were explained in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    by_certainty: [u64; Certainty::ALL.len()],
    /// Lookups of clients that had to go before their time.
    pub forgotten: u64,
}

impl Counts {
    /// How often in this way.
    pub fn of(&self, certainty: Certainty) -> u64 {
        self.by_certainty[certainty as usize]
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for certainty in Certainty::ALL {
            write!(f, "{} {}, ", certainty.name(), self.of(certainty))?;
        }
        write!(f, "forgotten {}", self.forgotten)
    }
}

/// All that is remembered.
pub struct Causes {
    goals: Goals,
    names: Names,
    library: Library,
    search: Search,
    /// A buffer: see [`Path`].
    path: Option<Box<Path>>,
    max_names: usize,
    counts: Counts,
}

impl Causes {
    /// Remembers so many lookups of clients; with 0 nothing is ever explained.
    pub fn new(max: usize) -> Self {
        Self {
            goals: Goals::new(max),
            names: Names::default(),
            library: Library::new(max / 4),
            search: Search::default(),
            path: None,
            // An ordinary lookup has one name of its own, and shares the others.
            max_names: max.saturating_mul(3),
            counts: Counts::default(),
        }
    }

    /// How the resolver's lookups were explained so far.
    pub fn counts(&self) -> Counts {
        Counts { forgotten: self.goals.forgotten(), ..self.counts }
    }

    /// A client asks.
    pub fn asked(&mut self, query: &Seen<'_>) -> Token {
        let Some(goal) = self.goal(query) else { return Token::NONE };
        let (node, now) = (goal.node, goal.asked);
        self.names.touch(node, now);
        self.touch_aliases(node, now);
        let id = self.goals.insert(&mut self.names, goal);
        self.goals.expire(&mut self.names, now, self.max_names);
        self.library.shrink(&mut self.names, self.max_names);
        Token(id)
    }

    /// The resolver asks.
    pub fn seeks(&mut self, query: &Seen<'_>) {
        let question =
            query.message.as_ref().ok().filter(|_| self.max_names > 0).and_then(|message| message.question);
        let Some(question) = question else { return };
        let path = self.names.path(&question.name, self.path.get_or_insert_default());
        let Some(node) = self.names.find(path) else { return };
        let sought = self.names.node_mut(node);
        sought.sought = query.time();
        self.goals.seek(sought.waiting, question.qtype, query.time().saturating_add(SKEW));
    }

    fn goal(&mut self, query: &Seen<'_>) -> Option<Goal> {
        let message = query.message.as_ref().ok().filter(|_| self.max_names > 0)?;
        let question = message.question.filter(|question| question.qclass == class::IN)?;
        // Without RD a resolver answers from what it has.
        if message.header.opcode() != opcode::QUERY || !message.header.rd() {
            return None;
        }
        let path = self.names.path(&question.name, self.path.get_or_insert_default());
        let node = self.names.hold(path);
        Some(Goal::new(query.sender(), message.header.id, question.qtype, node, query.time()))
    }

    /// What is below the target of a known alias may be asked for as well.
    fn touch_aliases(&mut self, node: NodeId, now: u64) {
        let mut at = node;
        for _ in 0..MAX_ALIASES {
            let alias = self.names.node(at).facts.as_ref().and_then(|facts| facts.alias());
            let Some(target) = alias else { return };
            self.names.touch(target, now);
            at = target;
        }
    }

    /// A lookup is over. `token` is what [`Causes::asked`] gave for its query, `now` the time at which one without a
    /// response was given up, ns since the Unix epoch.
    pub fn ended<'c>(&'c mut self, lookup: &Lookup<'c>, token: Token, now: u64) -> Cause<'c> {
        match lookup.role {
            _ if self.max_names == 0 => Cause::Untold,
            Role::Client => self.client(lookup, token),
            Role::Resolver => self.resolver(lookup, now),
        }
    }

    fn client(&mut self, lookup: &Lookup<'_>, Token(id): Token) -> Cause<'_> {
        let Some(goal) = self.goals.get(id) else { return Cause::Untold };
        let Some(response) = &lookup.response else { return unanswered(goal) };
        let (node, qtype) = (goal.node, goal.qtype);
        let cache = response.message.as_ref().ok().and_then(|message| cache(goal, message));
        self.goals.answer(&mut self.names, id, response.time());
        let Some(cache) = cache else { return Cause::Untold };
        let filled_by = match cache {
            Cache::Hit => {
                self.names.node(node).filled(qtype).and_then(|by| self.goals.get(by)).map(Asker::of)
            }
            Cache::Miss | Cache::Shared => None,
        };
        Cause::Client { cache, filled_by }
    }

    fn resolver<'c>(&'c mut self, lookup: &Lookup<'c>, now: u64) -> Cause<'c> {
        let question = lookup.query.as_ref().and_then(|seen| {
            let message = seen.message.as_ref().ok()?;
            Some((seen.time(), message.header.opcode(), message.question?))
        });
        let Some((from, op_code, question)) = question else { return self.because(Explained::Not, None, 0) };
        let mut path = self.path.take().unwrap_or_default();
        self.names.path(&question.name, &mut path);
        let until = lookup.response.as_ref().map_or(now, Seen::time);
        let trail = self.names.trail(&path);
        let asked = Asked { path: &path, trail: &trail, qtype: question.qtype, from, until };
        let explained = self.explain(op_code, &asked);
        let response = lookup.response.as_ref().and_then(|response| response.message.as_ref().ok());
        let usable =
            response.filter(|message| matches!(message.header.rcode(), rcode::NOERROR | rcode::NXDOMAIN));
        match explained {
            Explained::Clients => self.mark(&asked, usable.is_some()),
            Explained::Prefetch => self.mark_renewing(&asked),
            Explained::Own(_) | Explained::Not => {}
        }
        if let Some(message) = usable {
            let Self { names, library, goals, search, .. } = self;
            let by = search.found().first().map_or(GoalId::NOBODY, |found| found.goal);
            let mut learner = Learner { names, library, goals, path: &mut path, time: until, by };
            learner.take(message, trail.without(0), question.qtype);
        }
        self.path = Some(path);
        self.because(explained, Some(question.name), from)
    }

    fn explain(&mut self, op_code: u8, asked: &Asked<'_>) -> Explained {
        let Self { search, names, goals, .. } = self;
        search.clear();
        search.data(names, goals, asked);
        if search.has_found() {
            return Explained::Clients;
        }
        if let Some(reason) = own::always(op_code, asked.path, asked.qtype) {
            return Explained::Own(reason);
        }
        if search.find_renewed() {
            return Explained::Prefetch;
        }
        search.below(names, goals, asked);
        if search.prefer_renewed(goals, asked) {
            return Explained::Prefetch;
        }
        if search.has_found() {
            return Explained::Clients;
        }
        if search.find_lingering(names, goals, asked) {
            return if search.renews(goals) { Explained::Prefetch } else { Explained::Clients };
        }
        if let Some(reason) = own::otherwise(asked, search, names) {
            return Explained::Own(reason);
        }
        search.targets(names, goals, asked);
        if search.has_found() { Explained::Clients } else { Explained::Not }
    }

    /// The clients that were found have waited for this.
    fn mark(&mut self, asked: &Asked<'_>, is_usable: bool) {
        for found in self.search.found() {
            let Some(goal) = self.goals.get_mut(found.goal) else { continue };
            let waits = goal.answered == 0 || goal.answered.saturating_add(SKEW) >= asked.until;
            goal.is_miss |= asked.follows(goal);
            if !is_usable || !waits {
                continue;
            }
            goal.fetched = first(goal.fetched, asked.until);
            goal.last = goal.last.max(asked.until);
            if self.search.is_data(found) {
                goal.told = first(goal.told, asked.until);
            }
        }
    }

    /// What the clients that were found had from the cache is renewed.
    fn mark_renewing(&mut self, asked: &Asked<'_>) {
        for found in self.search.found() {
            if let Some(goal) = self.goals.get_mut(found.goal) {
                goal.renews = true;
                goal.last = goal.last.max(asked.until);
            }
        }
    }

    fn because<'c>(&'c mut self, explained: Explained, name: Option<Name<'c>>, from: u64) -> Cause<'c> {
        let is_forgetful = self.goals.may_have_forgotten(from);
        let certainty = Because { causes: self, name, explained, is_forgetful }.certainty();
        self.counts.by_certainty[certainty as usize] += 1;
        Cause::Resolver(Because { causes: self, name, explained, is_forgetful })
    }
}

/// The earlier of two times of which the first may not have come yet.
fn first(before: u64, now: u64) -> u64 {
    if before == 0 { now } else { before }
}

/// Where the answer came from; `None`: nobody knows, as of one that is neither from the cache nor from another server.
fn cache(goal: &Goal, message: &Message<'_>) -> Option<Cache> {
    let is_answer = matches!(message.header.rcode(), rcode::NOERROR | rcode::NXDOMAIN);
    match (is_answer, goal.fetched != 0) {
        (true, false) => (!message.header.aa()).then_some(Cache::Hit),
        (true, true) => Some(asked_for(goal)),
        (false, _) if message.header.rcode() == rcode::SERVFAIL && goal.is_miss => Some(Cache::Miss),
        (false, _) => None,
    }
}

/// What is told of a lookup that nobody answered: only that the resolver asked. Not of one that somebody has overtaken:
/// it may never have reached the resolver.
fn unanswered(goal: &Goal) -> Cause<'static> {
    let made_it_ask = goal.is_miss || goal.fetched != 0;
    if !made_it_ask || goal.overtaken != 0 {
        return Cause::Untold;
    }
    Cause::Client { cache: asked_for(goal), filled_by: None }
}

/// Why the resolver asked for what a client wanted.
fn asked_for(goal: &Goal) -> Cache {
    if goal.has_elder || !goal.is_miss { Cache::Shared } else { Cache::Miss }
}

#[cfg(test)]
mod tests;
