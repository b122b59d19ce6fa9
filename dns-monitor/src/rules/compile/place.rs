//! Where an entry goes: its name into the table, or the whole of it to the agent.

use dns_monitor_common::rule::Candidate;

use super::{
    super::{
        condition::Prefix,
        entry::{Entry, Scope},
        ruleset::rest::{Rule, Test},
        table::hash,
    },
    builder::{Builder, From, OfEvery},
    lower,
    origin::rank,
    parts::Parts,
    records::Record,
};

impl Builder {
    /// A name without conditions: nearly every entry of every list.
    pub(super) fn add_plain(&mut self, from: &From, entry: &Entry<'_>, name: &[u8], scope: Scope) {
        if self.plain.0 != from.origin {
            self.plain = (from.origin, [[None; 3]; 2]);
        }
        let known = &mut self.plain.1[usize::from(entry.important)][scope as usize];
        let spec = match known.filter(|_| entry.effect.is_none()) {
            Some(spec) => spec,
            None => self.specs.intern(&[lower::plain(from.origin, &from.effect, scope)]),
        };
        if entry.effect.is_none() {
            *known = Some(spec);
        }
        self.add_name(name, spec, from.line);
    }

    fn add_name(&mut self, name: &[u8], spec: u32, line: u32) {
        let depth = hash::depth(name);
        self.depths[depth >> 6 & 1] |= 1 << (depth & 63);
        self.records.push(Record::new(hash::hash(name, &self.settings.keys), spec, line));
    }

    pub(super) fn lower(&mut self, from: &From, parts: &Parts<'_>) {
        if parts.is_never() {
            self.report.never += 1;
            return;
        }
        match &parts.names {
            Some(names) => self.lower_names(from, parts, names),
            None => self.lower_every(from, parts),
        }
    }

    fn lower_names(&mut self, from: &From, parts: &Parts<'_>, names: &[(&[u8], Scope)]) {
        let is_root_alone = |(name, scope): &(&[u8], Scope)| name.is_empty() && *scope == Scope::Exact;
        let plain = lower::plain(from.origin, &from.effect, Scope::Suffix);
        let candidates = lower::candidates(parts, plain, &mut self.sets);
        let Some(candidates) = candidates.filter(|_| !names.iter().any(is_root_alone)) else {
            let rule = self.add_agent_only(from, parts, None);
            for (name, scope) in names {
                let hash = hash::hash(name, &self.settings.keys);
                self.rest.bind(rule, hash, hash::depth(name), lower::scope_flags(*scope));
            }
            return;
        };
        let mut last = None;
        for (name, scope) in names {
            if name.is_empty() {
                self.add_every(&scoped(&candidates, *scope), from.line);
                continue;
            }
            let spec = match last.filter(|(known, _)| known == scope) {
                Some((_, spec)) => spec,
                None => self.specs.intern(&scoped(&candidates, *scope)),
            };
            last = Some((*scope, spec));
            self.add_name(name, spec, from.line);
        }
    }

    fn lower_every(&mut self, from: &From, parts: &Parts<'_>) {
        let plain = lower::plain(from.origin, &from.effect, Scope::Suffix);
        if let Some(networks) = parts.clients.filter(|_| parts.is_client_only()) {
            return self.add_clients(plain, from.line, networks);
        }
        match lower::candidates(parts, plain, &mut self.sets) {
            Some(candidates) => self.add_every(&candidates, from.line),
            None => {
                let rule = self.add_agent_only(from, parts, None);
                self.rest.scanned.push(rule);
            }
        }
    }

    fn add_every(&mut self, candidates: &[Candidate], line: u32) {
        let of = |candidate: &Candidate| OfEvery { candidate: *candidate, line, networks: None };
        self.root.extend(candidates.iter().map(of));
    }

    /// Entries that only ask for a client share a candidate where nothing stands between them; it has no line then.
    fn add_clients(&mut self, candidate: Candidate, line: u32, networks: &[Prefix]) {
        if let Some(OfEvery { networks: Some(known), candidate: same, line: first }) = self.root.last_mut()
            && *same == candidate
        {
            known.extend(networks);
            *first = if *first == line { line } else { 0 };
            return;
        }
        self.root.push(OfEvery { candidate, line, networks: Some(networks.to_vec()) });
    }

    pub(super) fn add_agent_only(&mut self, from: &From, parts: &Parts<'_>, regex: Option<&str>) -> u32 {
        self.report.agent_only += 1;
        let learn = lower::learnable(parts, &mut self.sets);
        self.rest.push(Rule {
            origin: from.origin,
            rank: rank(from.origin, &from.effect),
            line: from.line,
            regex: regex.map(Into::into),
            test: Test::Conditions { when: parts.conditions(), effect: from.effect, learn },
        })
    }
}

/// The same for other names.
fn scoped(candidates: &[Candidate], scope: Scope) -> Vec<Candidate> {
    let both = lower::scope_flags(Scope::Suffix);
    let set = |candidate: &Candidate| {
        let flags = candidate.flags & !both | lower::scope_flags(scope);
        Candidate { flags, ..*candidate }
    };
    candidates.iter().map(set).collect()
}
