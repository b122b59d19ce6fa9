//! Takes entries and rules in, in the order of the configuration.

use dns_monitor_common::rule::{Candidate, Keys, MAX_ORIGINS};

use super::{
    super::{
        action::{Action, Effect},
        condition::{Condition, Prefix},
        entry::{Entry, Pattern, Scope},
        name::NameBuf,
        ruleset::rest::Rest,
    },
    clients::Sets,
    error::{CompileError, Danger, Rejected, Report, Why},
    origin::Origin,
    parts::Parts,
    records::Records,
    refuse::Guard,
    specs::Specs,
};

/// What holds for a set of rules as a whole.
pub struct Settings {
    /// Keys of the hash, see [`keys`](super::super::table::keys).
    pub keys: Box<Keys>,
    /// Which set it is, modulo 256.
    pub generation: u16,
    /// Clients that no rule applies to.
    pub exempt: Vec<Prefix>,
    /// Zones that the resolver itself serves.
    pub own_zones: Vec<NameBuf>,
    /// Keep entries that a stronger one of the same name hides, so that `explain` can name them.
    pub keep_hidden: bool,
}

/// A set of rules in the making.
pub struct Builder {
    pub(super) settings: Settings,
    pub(super) origins: Vec<Origin>,
    pub(super) sets: Sets,
    pub(super) specs: Specs,
    pub(super) records: Records,
    pub(super) depths: [u64; 2],
    /// What applies to every name.
    pub(super) root: Vec<OfEvery>,
    pub(super) rest: Rest,
    pub(super) regexes: Vec<u32>,
    pub(super) report: Report,
    guard: Guard,
    /// What a plain name of the origin at hand means, by importance and scope.
    pub(super) plain: (u16, [[Option<u32>; 3]; 2]),
}

/// An entry's origin, line and effect.
#[derive(Clone, Copy)]
pub(super) struct From {
    pub origin: u16,
    pub line: u32,
    pub effect: Effect,
}

/// An entry without a name.
pub(super) struct OfEvery {
    pub candidate: Candidate,
    pub line: u32,
    /// Where it asks for a client and nothing else: its networks, and those of the entries behind it that do the same.
    pub networks: Option<Vec<Prefix>>,
}

impl Builder {
    /// An empty set. Origin 0 is there: the operator's commands.
    ///
    /// # Errors
    /// [`CompileError::TooManyPrefixes`].
    pub fn new(settings: Settings) -> Result<Self, CompileError> {
        let sets = Sets::new(&settings.exempt).ok_or(CompileError::TooManyPrefixes)?;
        let guard = Guard::new(&settings.own_zones);
        Ok(Self {
            settings,
            origins: vec![Origin::manual()],
            sets,
            specs: Specs::default(),
            records: Records::new(),
            depths: [0; 2],
            root: Vec::new(),
            rest: Rest::default(),
            regexes: Vec::new(),
            report: Report::default(),
            guard,
            plain: (0, [[None; 3]; 2]),
        })
    }

    /// The next list or rule of the configuration; what is returned stands for it.
    ///
    /// # Errors
    /// [`CompileError::TooManyOrigins`].
    pub fn origin(&mut self, origin: Origin) -> Result<u16, CompileError> {
        if self.origins.len() == MAX_ORIGINS {
            return Err(CompileError::TooManyOrigins);
        }
        self.origins.push(origin);
        Ok((self.origins.len() - 1) as u16)
    }

    /// Changes an origin that was added: its files are known once they are read.
    pub fn origin_mut(&mut self, origin: u16) -> Option<&mut Origin> {
        self.origins.get_mut(usize::from(origin))
    }

    /// Adds an entry of a list. `line` counts on over all files of its origin, see [`Origin::files`]; an origin that is
    /// not there is that of the operator's commands.
    ///
    /// # Errors
    /// [`Rejected`]: it is not part of the set; the report counts it.
    pub fn add(&mut self, origin: u16, line: u32, entry: &Entry<'_>) -> Result<(), Rejected> {
        self.report.entries += 1;
        let from = self.from(origin, line, entry);
        match entry.pattern {
            Pattern::Name(name, scope) => {
                self.guard(&from, [(name, scope)].into_iter(), false)?;
                if entry.when.is_empty() && !name.is_empty() {
                    self.add_plain(&from, entry, name, scope);
                } else {
                    self.lower(&from, &Parts::of_entry(Some((name, scope)), entry.when));
                }
            }
            Pattern::Regex(text) => {
                let parts = Parts::of_entry(None, entry.when);
                if parts.is_never() {
                    self.report.never += 1;
                } else {
                    let rule = self.add_agent_only(&from, &parts, Some(text));
                    self.regexes.push(rule);
                }
            }
            Pattern::Every => {
                let parts = Parts::of(entry.when);
                self.guard_parts(&from, &parts, false)?;
                self.lower(&from, &parts);
            }
        }
        Ok(())
    }

    /// Adds a rule of the configuration: it does what its origin does. It may block a TLD, which in a list is more likely
    /// a mistake; for those that everybody needs the operator must mean it.
    ///
    /// # Errors
    /// [`Rejected`]: no part of it is in the set.
    pub fn add_rule(&mut self, origin: u16, line: u32, condition: &Condition) -> Result<(), Rejected> {
        self.report.entries += 1;
        let from = self.from(origin, line, &Entry::listed(&[], Scope::Suffix));
        // One of several: as many rules as there are.
        let parts: Vec<_> = match condition {
            Condition::Any(any) if !any.is_empty() => {
                any.iter().map(|one| Parts::of(std::slice::from_ref(one))).collect()
            }
            _ => vec![Parts::of(std::slice::from_ref(condition))],
        };
        parts.iter().try_for_each(|parts| self.guard_parts(&from, parts, true))?;
        parts.iter().for_each(|parts| self.lower(&from, parts));
        Ok(())
    }

    fn from(&self, origin: u16, line: u32, entry: &Entry<'_>) -> From {
        let known = self.origins.get(usize::from(origin));
        let origin = if known.is_some() { origin } else { 0 };
        let list = self.origins[usize::from(origin)].effect;
        let own = entry.effect.unwrap_or(list);
        let important = own.important || list.important || entry.important;
        let effect = Effect { would: own.would || list.would, ede: own.ede.or(list.ede), important, ..own };
        From { origin, line, effect }
    }

    fn guard_parts(&mut self, from: &From, parts: &Parts<'_>, is_rule: bool) -> Result<(), Rejected> {
        if parts.is_everything() {
            self.guard(from, [(&[][..], Scope::Suffix)].into_iter(), is_rule)?;
        }
        let names = parts.names.iter().flatten().copied();
        self.guard(from, names, is_rule)
    }

    /// Refuses what would block more than anybody wants.
    #[inline]
    fn guard<'n>(
        &mut self,
        from: &From,
        mut names: impl Iterator<Item = (&'n [u8], Scope)>,
        is_rule: bool,
    ) -> Result<(), Rejected> {
        if !matches!(from.effect.action, Action::Block(_)) {
            return Ok(());
        }
        let danger = names.find_map(|(name, scope)| self.guard.danger(name, scope, is_rule));
        match danger {
            Some(danger) if !self.origins[usize::from(from.origin)].i_mean_it => {
                Err(self.refuse(from, danger))
            }
            _ => Ok(()),
        }
    }

    #[cold]
    fn refuse(&mut self, from: &From, danger: Danger) -> Rejected {
        let name = self.origins[usize::from(from.origin)].name.clone();
        self.reject(from.origin, from.line, Why::Refused(danger, name))
    }

    pub(super) fn reject(&mut self, origin: u16, line: u32, why: Why) -> Rejected {
        let origin = &self.origins[usize::from(origin)];
        let rejected = Rejected { origin: origin.name.clone(), place: origin.place(line), why };
        self.report.reject(&rejected);
        rejected
    }
}
