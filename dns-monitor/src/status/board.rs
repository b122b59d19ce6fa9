//! Where the pipeline's thread leaves its figures, without waiting for anybody.

use std::{
    collections::VecDeque,
    sync::Mutex,
    time::{Duration, Instant},
};

use dns_monitor_common::counter::Kind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    ledger::{Reason, Tally},
    pipeline::Ledger,
    source::kernel::watched::Watched,
    track::cause::told::Certainty,
};

/// How often figures are left.
pub const PERIOD: Duration = Duration::from_secs(1);
/// Over how many periods rates are taken.
const RATE: usize = 10;
/// Losses are recent for so many periods: five minutes.
const RECENT: usize = 300;

/// An interface that is to be watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// How what comes in is seen, `native XDP`; `None`: it is away.
    pub ingress: Option<String>,
    /// How often it was attached to, beyond the first time.
    pub reattached: u64,
    /// Why nothing can be seen on it: `interface-away`, `interface-down`.
    pub unseen: Option<String>,
    /// Since when.
    pub unseen_since: Option<Timestamp>,
}

/// The books of one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// `packets`, `datagrams` … as the ledger names it.
    pub name: String,
    /// What came.
    pub seen: u64,
    /// What went on.
    pub emitted: u64,
    /// What was left out by design.
    pub filtered: u64,
    /// What should have gone on and did not.
    pub lost: u64,
    /// What has no fate yet.
    pub held: u64,
    /// Why, and how many.
    pub reasons: Vec<Count>,
}

/// How many came to their fate for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// `emitted`, `filtered`, `lost`, or `aside`: in no sum.
    pub column: String,
    /// As the ledger names it.
    pub reason: String,
    /// How many.
    pub count: u64,
}

/// What comes and goes, a second, over the last ten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Packets on the interfaces.
    pub packets: f64,
    /// Events.
    pub events: f64,
    /// What was lost at any stage.
    pub lost: f64,
    /// What was lost in the last five minutes, not a second.
    pub lost_recently: u64,
}

/// Sums since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Packets seen.
    pub packets: u64,
    /// Events written.
    pub events: u64,
    /// What was lost at any stage.
    pub lost: u64,
}

/// What the pipeline's thread says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// When, by the wall clock.
    pub time: Timestamp,
    /// What is watched.
    pub interfaces: Vec<Interface>,
    /// The ledger.
    pub stages: Vec<Stage>,
    /// How the resolver's lookups were explained.
    pub causes: Vec<(String, u64)>,
    /// The books of each output, by its name.
    pub outputs: Vec<Stage>,
    /// What comes and goes.
    pub rates: Rates,
}

/// The last figures, for whoever asks.
#[derive(Debug, Default)]
pub struct Board(Mutex<Option<Figures>>);

/// The pipeline's side.
#[derive(Debug, Default)]
pub struct Pen {
    left: Option<Instant>,
    history: VecDeque<(Instant, Totals)>,
}

impl From<Watched> for Interface {
    fn from(watched: Watched) -> Self {
        let Watched { name, ingress, reattached, unseen } = watched;
        Self {
            name,
            ingress: ingress.map(|ingress| ingress.name().to_owned()),
            reattached,
            unseen: unseen.map(|(why, _)| why.name().to_owned()),
            unseen_since: unseen.and_then(|(_, since)| Timestamp::from_nanosecond(since.into()).ok()),
        }
    }
}

impl Board {
    /// The last figures; `None`: there are none yet.
    #[must_use]
    pub fn read(&self) -> Option<Figures> {
        self.0.lock().map_or_else(|poisoned| poisoned.into_inner().clone(), |figures| figures.clone())
    }

    fn write(&self, figures: Figures) {
        // Whoever reads at this moment gets those of a second ago.
        if let Ok(mut place) = self.0.try_lock() {
            *place = Some(figures);
        }
    }
}

impl Pen {
    /// Whether it is time.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.left.is_none_or(|left| left.elapsed() >= PERIOD)
    }

    /// Leaves the figures.
    pub fn leave<R: Reason>(&mut self, board: &Board, watched: Vec<Watched>, ledger: &Ledger<R>) {
        let now = Instant::now();
        self.left = Some(now);
        let stages = stages(ledger);
        let rates = self.rates(now, ledger.totals());
        let causes = Certainty::ALL.iter().map(|how| (how.name().to_owned(), ledger.causes.of(*how)));
        let causes = causes.chain([("forgotten".to_owned(), ledger.causes.forgotten)]).collect();
        let interfaces = watched.into_iter().map(Interface::from).collect();
        let outputs = ledger.outputs.iter().map(|books| stage(&books.name, &books.tally)).collect();
        board.write(Figures { time: Timestamp::now(), interfaces, stages, causes, outputs, rates });
    }

    fn rates(&mut self, now: Instant, totals: Totals) -> Rates {
        self.history.push_back((now, totals));
        if self.history.len() > RECENT {
            self.history.pop_front();
        }
        let first = self.history.front().map_or(totals, |(_, totals)| *totals);
        let at = self.history.len().saturating_sub(RATE.saturating_add(1));
        let (since, before) = self.history.get(at).copied().unwrap_or((now, totals));
        let seconds = now.duration_since(since).as_secs_f64();
        let rate = |now: u64, before: u64| {
            if seconds > 0.0 { now.saturating_sub(before) as f64 / seconds } else { 0.0 }
        };
        Rates {
            packets: rate(totals.packets, before.packets),
            events: rate(totals.events, before.events),
            lost: rate(totals.lost, before.lost),
            lost_recently: totals.lost.saturating_sub(first.lost),
        }
    }
}

fn stages<R: Reason>(ledger: &Ledger<R>) -> Vec<Stage> {
    let mut stages = vec![
        stage("packets", &ledger.packets),
        stage("datagrams", &ledger.decoder.datagrams),
        stage("fragments", &ledger.decoder.fragments),
        stage("segments", &ledger.decoder.segments),
        stage("messages", &ledger.tracker),
    ];
    // As the ledger has it.
    match ledger.outputs.as_slice() {
        [only] => stages.push(stage("events", &only.tally)),
        outputs => stages
            .extend(outputs.iter().map(|books| stage(&format!("events of {}", books.name), &books.tally))),
    }
    stages
}

fn stage<R: Reason>(name: &str, tally: &Tally<R>) -> Stage {
    let count = |(reason, count): (R, u64)| Count {
        column: column(reason.kind()).to_owned(),
        reason: reason.name().to_owned(),
        count,
    };
    Stage {
        name: name.to_owned(),
        seen: tally.seen(),
        emitted: tally.emitted(),
        filtered: tally.filtered(),
        lost: tally.lost(),
        held: tally.held(),
        reasons: tally.reasons().map(count).collect(),
    }
}

const fn column(kind: Kind) -> &'static str {
    match kind {
        Kind::Emitted => "emitted",
        Kind::Filtered => "filtered",
        Kind::Lost => "lost",
        Kind::Aside => "aside",
    }
}
