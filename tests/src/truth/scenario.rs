//! What is tried: how the resolver is configured, and what it is asked.

use std::{
    collections::{BTreeMap, HashMap},
    net::IpAddr,
    path::Path,
};

use anyhow::Result;

use super::{
    ask::{Ask, Mix},
    crowd::{Load, Lookup, Over},
    judge::judge,
    oracle::Oracle,
    plan, probe,
    resolver::{Variant, Version},
    site::Site,
    told,
    verdict::Verdict,
    world::Kind,
};

/// One configuration and one load.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// In a word or two.
    pub name: &'static str,
    /// The resolver.
    pub variant: Variant,
    /// How many of the zones are signed.
    pub signed: usize,
    /// The clients.
    pub load: Load,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// What was tried.
    pub scenario: Scenario,
    /// Lookups a second that were really made.
    pub rate: f64,
    /// How many.
    pub lookups: usize,
    /// Of them those that were answered, by response code.
    pub answered: BTreeMap<u16, usize>,
    /// Right and wrong.
    pub verdict: Verdict,
    /// What the agent wrote to standard error.
    pub ledger: String,
}

impl Scenario {
    /// Builds a laboratory, runs the load in it, and judges what the agent said.
    pub fn run(&self, arguments: &[&str]) -> Result<Outcome> {
        let mut site = Site::new(&self.variant, self.signed)?;
        let run = site.run(&self.load, arguments)?;
        let verdict = verdict(&run.events, &run.probe, &run.lookups)?;
        let mut answered = BTreeMap::new();
        for (_, rcode) in run.lookups.iter().filter_map(|lookup| lookup.answered) {
            *answered.entry(rcode).or_default() += 1;
        }
        let ledger = std::fs::read_to_string(&run.ledger)?;
        Ok(Outcome { scenario: *self, rate: run.rate, lookups: run.lookups.len(), answered, verdict, ledger })
    }
}

/// Judges events by what a probe wrote and by the clients' account.
pub fn verdict(events: &Path, probe: &Path, lookups: &[Lookup]) -> Result<Verdict> {
    let answers: HashMap<_, _> =
        lookups.iter().filter_map(|lookup| Some(((lookup.client, lookup.id), lookup.answered?.0))).collect();
    let oracle = Oracle::new(&probe::read(probe)?, |query| answers.get(query).copied());
    Ok(judge(&told::read(events)?, &oracle, lookups))
}

const USUAL: &[Kind] = &[Kind::Glue, Kind::Glueless, Kind::Deep];
const ALL: &[Kind] = &[Kind::Glue, Kind::Glueless, Kind::Deep, Kind::Lame, Kind::HalfSilent, Kind::Slow];

/// Names with the mark of their client, in all zones.
pub const MARKED: Mix = Mix {
    asks: &[(4, Ask::Plain), (1, Ask::Aaaa), (1, Ask::Mx), (2, Ask::Alias), (1, Ask::Far), (1, Ask::Deep)],
    kinds: USUAL,
    zones: 1000,
};
/// One question each to a server that is known: as many as a resolver on one core can ask.
const BUSY: Mix = Mix { asks: &[(3, Ask::Plain), (7, Ask::Ten)], kinds: &[Kind::Glue], zones: 100 };
const SHARED: Mix = Mix {
    asks: &[(8, Ask::Www), (2, Ask::Two), (1, Ask::Srv), (1, Ask::Https), (2, Ask::Same), (1, Ask::Plain)],
    kinds: &[Kind::Glue],
    zones: 20,
};
const TROUBLE: Mix = Mix {
    asks: &[(6, Ask::Plain), (2, Ask::Alias), (1, Ask::Large), (2, Ask::Same), (2, Ask::Www), (1, Ask::Dead)],
    kinds: ALL,
    zones: 1000,
};
const RENEWED: Mix = Mix { asks: &[(8, Ask::Ten), (1, Ask::Plain)], kinds: &[Kind::Glue], zones: 10 };
const LARGE: Mix =
    Mix { asks: &[(3, Ask::Large), (1, Ask::Plain), (1, Ask::Alias)], kinds: USUAL, zones: 100 };
const EVERYTHING: Mix = Mix {
    asks: &[
        (8, Ask::Plain),
        (2, Ask::Aaaa),
        (1, Ask::Mx),
        (2, Ask::Deep),
        (3, Ask::Alias),
        (1, Ask::Far),
        (2, Ask::Same),
        (4, Ask::Www),
        (1, Ask::Srv),
        (1, Ask::Https),
        (1, Ask::Two),
        (1, Ask::Ten),
    ],
    kinds: USUAL,
    zones: 1000,
};
const SIGNED: Mix = Mix { zones: 60, ..EVERYTHING };

const fn load(rate: u32, seconds: u32, mix: &'static Mix) -> Load {
    Load { rate, seconds, rise: if rate > 100 { 5 } else { 0 }, dual_stack: false, over: Over::Udp, mix }
}

/// What is not said is BIND's default.
const PLAIN: Variant = Variant {
    version: Version::V9_18,
    minimization: "relaxed",
    validates: false,
    forwarder: None,
    views: false,
    more: "",
};

/// Everything.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { name: "marked-1", variant: PLAIN, signed: 0, load: load(1, 60, &MARKED) },
    Scenario { name: "marked-100", variant: PLAIN, signed: 0, load: load(100, 20, &MARKED) },
    Scenario { name: "marked-1000", variant: PLAIN, signed: 0, load: load(1000, 20, &MARKED) },
    Scenario { name: "busy-10000", variant: PLAIN, signed: 0, load: load(10_000, 20, &BUSY) },
    Scenario { name: "shared-100", variant: PLAIN, signed: 0, load: load(100, 20, &SHARED) },
    Scenario { name: "shared-10000", variant: PLAIN, signed: 0, load: load(10_000, 20, &SHARED) },
    Scenario { name: "everything-100", variant: PLAIN, signed: 0, load: load(100, 20, &EVERYTHING) },
    Scenario { name: "everything-10000", variant: PLAIN, signed: 0, load: load(10_000, 20, &EVERYTHING) },
    Scenario { name: "trouble-100", variant: PLAIN, signed: 0, load: load(100, 20, &TROUBLE) },
    Scenario { name: "tcp-100", variant: PLAIN, signed: 0, load: load(100, 20, &LARGE) },
    Scenario {
        name: "tcp-clients-100",
        variant: PLAIN,
        signed: 0,
        load: Load { over: Over::Tcp, ..load(100, 20, &EVERYTHING) },
    },
    Scenario { name: "prefetch-100", variant: PLAIN, signed: 0, load: load(100, 30, &RENEWED) },
    Scenario {
        name: "no-minimisation-100",
        variant: Variant { minimization: "off", ..PLAIN },
        signed: 0,
        load: load(100, 20, &EVERYTHING),
    },
    Scenario {
        name: "dual-stack-100",
        variant: PLAIN,
        signed: 0,
        load: Load { dual_stack: true, ..load(100, 20, &EVERYTHING) },
    },
    Scenario {
        name: "dnssec-100",
        variant: Variant { validates: true, ..PLAIN },
        signed: 80,
        load: load(100, 20, &SIGNED),
    },
    Scenario {
        name: "dnssec-1000",
        variant: Variant { validates: true, ..PLAIN },
        signed: 80,
        load: load(1000, 15, &SIGNED),
    },
    Scenario {
        name: "forward-only-100",
        variant: Variant { forwarder: Some(IpAddr::V4(plan::UPSTREAM.v4)), ..PLAIN },
        signed: 0,
        load: load(100, 20, &EVERYTHING),
    },
    Scenario {
        name: "serve-stale-100",
        variant: Variant {
            more: "stale-cache-enable yes; stale-answer-enable yes; stale-answer-client-timeout 0;",
            ..PLAIN
        },
        signed: 0,
        load: load(100, 20, &SHARED),
    },
    Scenario {
        name: "two-views-100",
        variant: Variant { views: true, ..PLAIN },
        signed: 0,
        load: load(100, 20, &EVERYTHING),
    },
    Scenario {
        name: "9.20-everything-100",
        variant: Variant { version: Version::V9_20, ..PLAIN },
        signed: 0,
        load: load(100, 20, &EVERYTHING),
    },
    Scenario {
        name: "9.20-everything-10000",
        variant: Variant { version: Version::V9_20, ..PLAIN },
        signed: 0,
        load: load(10_000, 20, &EVERYTHING),
    },
    Scenario {
        name: "9.20-dnssec-100",
        variant: Variant { version: Version::V9_20, validates: true, ..PLAIN },
        signed: 80,
        load: load(100, 20, &SIGNED),
    },
    Scenario {
        name: "9.20-trouble-100",
        variant: Variant { version: Version::V9_20, ..PLAIN },
        signed: 0,
        load: load(100, 20, &TROUBLE),
    },
];

/// By its name.
pub fn find(name: &str) -> Option<Scenario> {
    SCENARIOS.iter().find(|scenario| scenario.name == name).copied()
}
