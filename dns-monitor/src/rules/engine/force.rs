//! The rules in force: in the kernel, and on their way to the pipeline. One thread changes them.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, mpsc::Sender},
};

use dns_monitor_common::rule::{Candidate, RuleSet};
use jiff::Timestamp;

use crate::{
    config::rules::Mode,
    rules::{
        action::Effect,
        entry::Scope,
        manual::{Manual, Rule},
        name::NameBuf,
        ruleset::{
            Ruleset,
            learned::{Learn, Learned},
            live::{Change, LiveError, Publish, Token, unconditional},
            now,
        },
    },
    source::kernel::{
        KernelError,
        enforce::{Compiled, Enforcer, KernelRoom},
    },
};

/// Candidates that may be added while a set of rules is in force.
const SPARE: usize = 8192;

/// The rules in force.
pub struct Force {
    enforcer: Enforcer,
    rules: Option<Arc<Ruleset>>,
    /// Whoever judges lookups; gone when the agent stops.
    judges: Sender<Arc<Ruleset>>,
    learned: Learned,
    /// Learned names that were not taken.
    refused: u64,
    manual: Manual,
    tokens: HashMap<NameBuf, Token>,
    /// Judge, report, and touch nothing: the operator's rules as well.
    would: bool,
    /// Hits of sets of rules that are gone, by the name of the list or rule.
    hits: HashMap<String, u64>,
}

impl Force {
    /// No rules yet.
    pub fn new(enforcer: Enforcer, judges: Sender<Arc<Ruleset>>, manual: Manual, learn_max: usize) -> Self {
        Self {
            enforcer,
            rules: None,
            judges,
            learned: Learned::new(learn_max),
            refused: 0,
            manual,
            tokens: HashMap::new(),
            would: false,
            hits: HashMap::new(),
        }
    }

    /// Puts a set of rules in force, with the operator's own and the learned names in it from the start.
    ///
    /// # Errors
    /// [`KernelError`]: the old ones stay in force.
    pub fn install(&mut self, ruleset: Ruleset, room: KernelRoom, mode: Mode) -> Result<(), KernelError> {
        self.would = mode == Mode::WouldBlock;
        let rules = Arc::new(ruleset);
        let mut added = Added(rules.candidates().to_vec());
        let tokens = self.manual.iter().filter_map(|rule| {
            let token = rules.insert(&change(rule, self.would, Timestamp::now())?, &mut added).ok()?;
            Some((rule.name.clone(), token))
        });
        self.tokens = tokens.collect();
        self.learned.move_to(&rules, &mut added);
        let prefixes: Vec<_> = rules.prefixes().collect();
        let compiled = Compiled {
            set: &rules.set(),
            candidates: &added.0,
            spare: SPARE,
            origins: rules.origins().len(),
            prefixes: &prefixes,
        };
        let prepared = self.enforcer.prepare(room, &compiled)?;
        // Before the kernel: a sample must never be of rules that its judge has not heard of.
        let _stopping = self.judges.send(rules.clone());
        let before = self.enforcer.install(prepared)?;
        self.keep_hits(&before);
        self.rules = Some(rules);
        Ok(())
    }

    /// Adds up what the old rules have counted; no program counts for them any more.
    fn keep_hits(&mut self, kernel: &[u64]) {
        let Some(rules) = &self.rules else { return };
        for ((origin, agent), kernel) in rules.origins().iter().zip(rules.agent_hits()).zip(kernel) {
            *self.hits.entry(origin.name.clone()).or_default() += agent + kernel;
        }
    }

    /// How often each list or rule has decided since the agent started, by its name.
    #[must_use]
    pub fn hits(&self) -> HashMap<String, u64> {
        let mut hits = self.hits.clone();
        let Some(rules) = &self.rules else { return hits };
        let kernel = self.enforcer.hits().unwrap_or_default();
        for ((origin, agent), kernel) in rules.origins().iter().zip(rules.agent_hits()).zip(kernel) {
            *hits.entry(origin.name.clone()).or_default() += agent + kernel;
        }
        hits
    }

    /// Lets the kernel know a name.
    pub fn learn(&mut self, learn: Learn) {
        let Some(rules) = &self.rules else { return };
        if self.learned.learn(rules, learn, now(), &mut InForce(&self.enforcer)).is_err() {
            self.refused += 1;
        }
    }

    /// Puts a rule of the operator's in force, in place of the one of the same name.
    ///
    /// # Errors
    /// [`LiveError`]: it is not in force.
    pub fn add(&mut self, rule: &Rule) -> Result<(), LiveError> {
        self.remove(&rule.name)?;
        let (Some(rules), Some(change)) = (&self.rules, change(rule, self.would, Timestamp::now())) else {
            return Ok(());
        };
        let token = rules.insert(&change, &mut InForce(&self.enforcer))?;
        self.tokens.insert(rule.name.clone(), token);
        Ok(())
    }

    /// Takes a rule of the operator's back.
    ///
    /// # Errors
    /// [`LiveError`]: it is still in force.
    pub fn remove(&mut self, name: &NameBuf) -> Result<(), LiveError> {
        let (Some(rules), Some(token)) = (&self.rules, self.tokens.get(name)) else { return Ok(()) };
        rules.remove(*token, &mut InForce(&self.enforcer))?;
        self.tokens.remove(name);
        Ok(())
    }

    /// Takes out what is over; the kernel has stopped to look at it by itself.
    ///
    /// # Errors
    /// [`LiveError`]: the kernel's maps cannot be written.
    pub fn expire(&mut self) -> Result<(), LiveError> {
        for rule in self.manual.expire(Timestamp::now()) {
            self.remove(&rule.name)?;
        }
        let Some(rules) = &self.rules else { return Ok(()) };
        self.learned.expire(rules, now(), &mut InForce(&self.enforcer))
    }

    /// The rules, as long as there are any.
    pub const fn rules(&self) -> Option<&Arc<Ruleset>> {
        self.rules.as_ref()
    }

    /// The operator's own.
    pub const fn manual(&self) -> &Manual {
        &self.manual
    }

    /// The operator's own, to be changed.
    pub const fn manual_mut(&mut self) -> &mut Manual {
        &mut self.manual
    }

    /// What the agent has told the kernel, and how much of it was not taken.
    pub const fn learned(&self) -> (&Learned, u64) {
        (&self.learned, self.refused)
    }

    /// The kernel's side.
    pub const fn enforcer(&self) -> &Enforcer {
        &self.enforcer
    }
}

/// A rule of the operator's as a change of the rules; `None`: it is over.
fn change(rule: &Rule, would: bool, at: Timestamp) -> Option<Change<'_>> {
    let expires = match rule.until {
        None => None,
        Some(until) => {
            let left = u32::try_from(until.duration_since(at).as_secs()).ok().filter(|left| *left > 0)?;
            Some(now().saturating_add(left))
        }
    };
    let candidate = unconditional(0, &Effect { would, ..Effect::of(rule.what.action()) }, Scope::Suffix);
    Some(Change { name: rule.name.as_bytes(), candidate, line: 0, expires })
}

/// Candidates of rules that are not in force yet.
struct Added(Vec<Candidate>);

impl Publish for Added {
    fn candidate(&mut self, index: u16, candidate: &Candidate) -> io::Result<()> {
        let index = usize::from(index);
        if index != self.0.len() {
            return Err(io::Error::other("candidates come one after the other"));
        }
        self.0.push(*candidate);
        Ok(())
    }

    /// The set is read when all is there.
    fn set(&mut self, _: &RuleSet) -> io::Result<()> {
        Ok(())
    }
}

/// The rules that the kernel programs read now.
struct InForce<'e>(&'e Enforcer);

impl Publish for InForce<'_> {
    fn candidate(&mut self, index: u16, candidate: &Candidate) -> io::Result<()> {
        self.0.write_candidate(index, candidate)
    }

    fn set(&mut self, set: &RuleSet) -> io::Result<()> {
        self.0.write_depths(set.depths);
        Ok(())
    }
}
