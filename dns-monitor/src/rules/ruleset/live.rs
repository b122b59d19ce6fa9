//! Changes to a set of rules that is in force: names that were learned, and commands of the operator.
//!
//! Every name that was changed remembers what the lists say of it, so that what is taken away leaves just that.

use std::{
    collections::HashMap,
    io,
    sync::{PoisonError, RwLockWriteGuard, atomic::Ordering},
};

use dns_monitor_common::rule::{Candidate, Hash, RuleSet, candidate, candidate_of, line_of};
use foldhash::fast::RandomState;

use super::Ruleset;
use crate::rules::{
    action::Effect,
    compile::{
        chains::{Chains, Placed, arrange},
        lower,
    },
    entry::Scope,
    table::{hash, live::Full},
};

/// Where changes go beside the table, before the table names them.
pub trait Publish {
    /// A new candidate.
    ///
    /// # Errors
    /// It cannot be written.
    fn candidate(&mut self, index: u16, candidate: &Candidate) -> io::Result<()>;

    /// The set of rules has other depths now.
    ///
    /// # Errors
    /// It cannot be written.
    fn set(&mut self, set: &RuleSet) -> io::Result<()>;
}

/// Nobody else looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unpublished;

impl Publish for Unpublished {
    fn candidate(&mut self, _: u16, _: &Candidate) -> io::Result<()> {
        Ok(())
    }

    fn set(&mut self, _: &RuleSet) -> io::Result<()> {
        Ok(())
    }
}

/// Why a change was not made; all is as it was.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// See [`Full`].
    #[error(transparent)]
    Full(#[from] Full),
    /// 65,535 candidates are in use.
    #[error("no room for another kind of rule until the rules are reloaded")]
    Candidates,
    /// The root is in no table.
    #[error("the root has no place in the table of names")]
    Root,
    /// The kernel's maps cannot be written.
    #[error("the kernel's map cannot be written: {0}")]
    Publish(#[from] io::Error),
}

/// A change, to be taken back by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    hash: Hash,
    number: u64,
}

/// One name's changes, and what the lists say of it.
#[derive(Debug, Default)]
struct Changed {
    /// Candidate and line; `None`: it is not listed.
    listed: Option<(u16, u32)>,
    /// The latest first.
    layers: Vec<Layer>,
    /// Lines of the candidates in force.
    lines: Vec<(u16, u32)>,
}

#[derive(Clone, Copy, Debug)]
struct Layer {
    number: u64,
    candidate: Candidate,
    line: u32,
    /// `CLOCK_MONOTONIC`, s.
    expires: Option<u32>,
}

/// All changes.
#[derive(Debug)]
pub(super) struct Live {
    pub chains: Chains,
    changed: HashMap<Hash, Changed, RandomState>,
    /// Candidates that were published.
    published: usize,
    last: u64,
}

impl Live {
    pub(super) fn new(mut chains: Chains) -> Self {
        chains.use_spare();
        let published = chains.all().len();
        Self { chains, changed: HashMap::default(), published, last: 0 }
    }
}

/// What is put in force for a name.
#[derive(Clone, Copy, Debug)]
pub struct Change<'n> {
    /// Canonical; not the root.
    pub name: &'n [u8],
    /// What it does; `next` and the flag for a time are of no account.
    pub candidate: Candidate,
    /// Line of its origin; 0: unknown.
    pub line: u32,
    /// `CLOCK_MONOTONIC` s from which on it does not apply; `None`: until it is taken back. Take back what has expired: of
    /// several changes of one name the kernel knows the latest time only, and none behind a rule that stays.
    pub expires: Option<u32>,
}

/// A candidate without conditions.
#[must_use]
pub fn unconditional(origin: u16, effect: &Effect, scope: Scope) -> Candidate {
    lower::plain(origin, effect, scope)
}

impl Ruleset {
    /// Puts a candidate in force for a name, beside those that it has.
    ///
    /// # Errors
    /// [`LiveError`].
    pub fn insert(&self, change: &Change<'_>, publish: &mut dyn Publish) -> Result<Token, LiveError> {
        if change.name.is_empty() {
            return Err(LiveError::Root);
        }
        let hash = hash::hash(change.name, self.table.keys());
        let mut live = self.write();
        live.last += 1;
        let number = live.last;
        let flag = if change.expires.is_some() { candidate::EXPIRES } else { 0 };
        let flags = change.candidate.flags & !candidate::EXPIRES | flag;
        let candidate = Candidate { next: 0, flags, ..change.candidate };
        let layer = Layer { number, candidate, line: change.line, expires: change.expires };
        let listed = self.table.find(hash).map(|rest| (candidate_of(rest), line_of(rest)));
        let changed = live.changed.entry(hash).or_insert_with(|| Changed { listed, ..Changed::default() });
        changed.layers.insert(0, layer);
        let placed = self.add_depth(change.name, publish).and_then(|()| self.place(&mut live, hash, publish));
        if let Err(error) = placed {
            self.forget(&mut live, hash, number);
            return Err(error);
        }
        Ok(Token { hash, number })
    }

    /// Takes a change back; whether it was there.
    ///
    /// # Errors
    /// [`LiveError::Candidates`] or [`LiveError::Publish`]: it is still in force.
    pub fn remove(&self, token: Token, publish: &mut dyn Publish) -> Result<bool, LiveError> {
        let mut live = self.write();
        let Some(changed) = live.changed.get_mut(&token.hash) else { return Ok(false) };
        let Some(at) = changed.layers.iter().position(|layer| layer.number == token.number) else {
            return Ok(false);
        };
        let layer = changed.layers.remove(at);
        if let Err(error) = self.place(&mut live, token.hash, publish) {
            if let Some(changed) = live.changed.get_mut(&token.hash) {
                changed.layers.insert(at, layer);
            }
            return Err(error);
        }
        self.forget(&mut live, token.hash, token.number);
        Ok(true)
    }

    /// Makes the table say of a name what its changes and the lists say together.
    fn place(&self, live: &mut Live, hash: Hash, publish: &mut dyn Publish) -> Result<(), LiveError> {
        let Live { chains, changed, published, .. } = live;
        let Some(changed) = changed.get_mut(&hash) else { return Ok(()) };
        if changed.layers.is_empty() {
            match changed.listed {
                Some((candidate, line)) => self.table.set(hash, candidate, line)?,
                None => self.table.clear(hash),
            }
            return Ok(());
        }
        let mut list = self.chain(chains, hash, changed);
        let expires = list.first().is_some_and(|(first, _)| first.flags & candidate::EXPIRES != 0);
        if !expires {
            // The slot has the line of the first: the kernel cannot know a time, and whoever set it takes it back.
            list.iter_mut().for_each(|(candidate, _)| candidate.flags &= !candidate::EXPIRES);
        }
        let head = chains.chain(list.iter().map(|(candidate, _)| candidate)).ok_or(LiveError::Candidates)?;
        while let Some(candidate) = chains.all().get(*published) {
            publish.candidate(*published as u16, candidate)?;
            *published += 1;
        }
        let last = changed.layers.iter().filter_map(|layer| layer.expires).max().unwrap_or(0);
        let line = if expires { last } else { list.first().map_or(0, |(_, line)| *line) };
        self.table.set(hash, head, line)?;
        changed.lines = numbered(chains, head, &list);
        Ok(())
    }

    /// Candidates of a name, strongest first; those that were put in force later come before equals.
    fn chain(&self, chains: &Chains, hash: Hash, changed: &Changed) -> Vec<Placed> {
        let mut list: Vec<Placed> =
            changed.layers.iter().map(|layer| (layer.candidate, layer.line)).collect();
        let (mut index, line) = changed.listed.unwrap_or_default();
        while let Some(candidate) = chains.all().get(usize::from(index)).filter(|_| index != 0) {
            let line = self.lines.of(hash.check, index).unwrap_or(line);
            list.push((Candidate { next: 0, ..*candidate }, line));
            index = candidate.next;
        }
        // What is beyond the longest chain is the weakest, and comes back when a change is taken back.
        arrange(&mut list, false);
        list
    }

    fn add_depth(&self, name: &[u8], publish: &mut dyn Publish) -> Result<(), LiveError> {
        let depth = hash::depth(name);
        let bit = 1 << (depth & 63);
        if self.depths[depth >> 6 & 1].fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            let set = publish.set(&self.set());
            return set.map_err(|error| {
                self.depths[depth >> 6 & 1].fetch_and(!bit, Ordering::Relaxed);
                error.into()
            });
        }
        Ok(())
    }

    fn forget(&self, live: &mut Live, hash: Hash, number: u64) {
        let Some(changed) = live.changed.get_mut(&hash) else { return };
        changed.layers.retain(|layer| layer.number != number);
        if changed.layers.is_empty() {
            live.changed.remove(&hash);
        }
    }

    /// The line of a candidate of a name that was changed.
    pub(super) fn live_line(&self, hash: Hash, candidate: u16) -> Option<u32> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        let lines = &live.changed.get(&hash)?.lines;
        lines.iter().find(|(index, _)| *index == candidate).map(|(_, line)| *line)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lines of a chain that begins with `head`, by candidate.
fn numbered(chains: &Chains, head: u16, list: &[Placed]) -> Vec<(u16, u32)> {
    let next = |index: &u16| chains.all().get(usize::from(*index)).map(|candidate| candidate.next);
    std::iter::successors(Some(head), next).zip(list).map(|(index, (_, line))| (index, *line)).collect()
}
