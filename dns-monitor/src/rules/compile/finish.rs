//! All that was taken in becomes one set of rules.

use dns_monitor_common::rule::{Candidate, Keys};

use super::{
    super::{
        condition::{Condition, Prefix},
        ruleset::{
            Compiled, Ruleset, effect_of,
            lines::Lines,
            rest::{Rest, Rule, Test},
        },
        table::{
            Table,
            fill::{Listed, Size},
            memory::Room,
        },
    },
    builder::{Builder, OfEvery},
    chains::{Chains, Placed, arrange},
    error::{CompileError, Report, Why},
    records::Records,
    regexes,
    specs::Merged,
};

impl Builder {
    /// Lays out the table in the memory that `room` gives, with place for `spare` more names.
    ///
    /// # Errors
    /// [`CompileError`]: there is no set of rules.
    pub fn finish(mut self, room: &mut dyn Room, spare: usize) -> Result<(Ruleset, Report), CompileError> {
        self.compile_regexes();
        let mut chains = Chains::new();
        let mut lines = Lines::default();
        let root = self.finish_root(&mut chains, &mut lines);
        self.merge(&mut chains, &mut lines);
        lines.sort();
        let Self { settings, origins, sets, records, depths, rest, mut report, .. } = self;
        let generation = settings.generation;
        let (table, rebuilt) = lay_out(settings.keys, &records, spare, room)?;
        let clients = sets.build();
        report.names = records.len();
        report.candidates = chains.all().len() - 1;
        report.prefixes = clients.len();
        report.table_bytes = table.bytes();
        report.rebuilt = rebuilt;
        drop(records);
        give_back();
        let compiled = Compiled { generation, origins, table, depths, root, chains, lines, clients, rest };
        let ruleset = Ruleset::new(compiled);
        Ok((ruleset, report))
    }

    fn compile_regexes(&mut self) {
        let rules = std::mem::take(&mut self.regexes);
        for (rule, why) in regexes::compile(&mut self.rest, rules) {
            let Rule { origin, line, regex, .. } = &self.rest.rules[rule as usize];
            let (origin, line) = (*origin, *line);
            let pattern = regex.as_deref().unwrap_or_default().to_owned();
            self.report.agent_only -= 1;
            self.reject(origin, line, Why::BadRegex { pattern, why });
        }
    }

    /// The chain that applies to every name.
    fn finish_root(&mut self, chains: &mut Chains, lines: &mut Lines) -> u16 {
        let mut root = Vec::new();
        for OfEvery { candidate, line, networks } in std::mem::take(&mut self.root) {
            match networks.as_ref().map_or(Some(0), |networks| self.sets.bit(networks)) {
                Some(clients) => {
                    root.push((Candidate { clients: candidate.clients | clients, ..candidate }, line))
                }
                None => self.too_many_clients(candidate, networks.unwrap_or_default(), line),
            }
        }
        let mut overflow = arrange(&mut root, self.settings.keep_hidden);
        let head = chains.chain(root.iter().map(|(candidate, _)| candidate));
        match head {
            Some(head) => lines.add(0, chains.all(), head, &root),
            None => overflow.append(&mut root),
        }
        for placed in &overflow {
            let rule = overflowed(&mut self.rest, &mut self.report, placed);
            self.rest.scanned.push(rule);
        }
        head.unwrap_or(0)
    }

    fn too_many_clients(&mut self, plain: Candidate, networks: Vec<Prefix>, line: u32) {
        let effect = effect_of(&plain);
        let when = Box::new([Condition::Client(networks)]);
        self.report.agent_only += 1;
        let rule = self.rest.push(Rule {
            origin: plain.origin,
            rank: plain.rank,
            line,
            regex: None,
            test: Test::Conditions { when, effect, learn: None },
        });
        self.rest.scanned.push(rule);
    }

    /// One record of each name, with the first candidate of its chain.
    fn merge(&mut self, chains: &mut Chains, lines: &mut Lines) {
        let Self { records, specs, rest, report, settings, .. } = self;
        let mut heads: Vec<Option<Option<u16>>> = Vec::new();
        records.merge(|group| {
            let alone = specs.winner(group).filter(|_| !settings.keep_hidden || group.len() == 1);
            if let Some(record) = alone {
                let head = head_of(&mut heads, record.spec, || specs.merge(&[record], chains, false).head);
                if let Some(head) = head {
                    report.hidden += group.len() - 1;
                    return Some(record.with(u32::from(head), record.line));
                }
            }
            let Merged { head, chain, overflow } = specs.merge(group, chains, settings.keep_hidden);
            report.hidden += group.len().saturating_sub(chain.len() + overflow.len());
            let unplaced = if head.is_none() { &chain[..] } else { &[] };
            for placed in overflow.iter().chain(unplaced) {
                let rule = overflowed(rest, report, placed);
                // How many labels the name has is no longer known.
                rest.depths = [u64::MAX; 2];
                rest.named.entry(group.first()?.hash()).or_default().push((rule, placed.0.flags));
            }
            let (head, (_, line)) = head.zip(chain.first())?;
            lines.add(group.first()?.hash().check, chains.all(), head, &chain);
            Some(group.first()?.with(u32::from(head), *line))
        });
    }
}

fn head_of(
    heads: &mut Vec<Option<Option<u16>>>,
    spec: u32,
    find: impl FnOnce() -> Option<u16>,
) -> Option<u16> {
    let spec = spec as usize;
    if heads.len() <= spec {
        heads.resize(spec + 1, None);
    }
    *heads[spec].get_or_insert_with(find)
}

/// What the kernel's table has no room for is the agent's.
fn overflowed(rest: &mut Rest, report: &mut Report, (candidate, line): &Placed) -> u32 {
    report.agent_only += 1;
    report.overflowed += 1;
    let test = Test::Candidate(*candidate);
    rest.push(Rule { origin: candidate.origin, rank: candidate.rank, line: *line, regex: None, test })
}

/// The table, and how often it had to be laid out anew.
fn lay_out(
    keys: Box<Keys>,
    records: &Records,
    spare: usize,
    room: &mut dyn Room,
) -> Result<(Table, usize), CompileError> {
    let names = records.len().saturating_add(spare);
    let too_many = || CompileError::TooManyNames(names);
    let mut size = Size::for_names(names).ok_or_else(too_many)?;
    let no_room = |source| CompileError::Room { names, source };
    for rebuilt in 0.. {
        let filter = room.filter(size.filter_words).map_err(no_room)?;
        let buckets = room.buckets(size.buckets).map_err(no_room)?;
        let table = Table::new(keys.clone(), filter, buckets).ok_or_else(too_many)?;
        let listed = records.iter().map(|record| Listed {
            hash: record.hash(),
            candidate: record.spec as u16,
            line: record.line,
        });
        if table.fill(listed).is_ok() {
            return Ok((table, rebuilt));
        }
        drop(table);
        size = size.larger().ok_or_else(too_many)?;
    }
    Err(too_many())
}

/// Gives what was freed back to the system: building takes as much memory again as the table.
fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: the call has no conditions.
    unsafe {
        libc::malloc_trim(0);
    }
}
