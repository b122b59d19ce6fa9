//! What the rules say of themselves: totals, hits, and why a name is treated as it is.

use std::{iter, net::IpAddr, time::Duration};

use jiff::Timestamp;

use super::{force::Force, load::State};
use crate::{
    config::{
        Config,
        rules::{Mode, OnExit},
    },
    control::protocol::{Enforcer, Explanation, Learned, Match, OriginStats, Provenance, Response, Stats},
    decode::class,
    rules::{
        action::Action,
        compile::Report,
        explain::{self, Decides},
        manual::read_name,
        name::NameBuf,
        ruleset::Ruleset,
        subject::Subject,
        verdict::Verdict,
    },
};

/// A client that no rule names: the unspecified address.
const NOBODY: IpAddr = IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED);

/// The last set of rules that was loaded.
#[derive(Default)]
pub struct Last {
    /// When it came into force.
    pub at: Option<Timestamp>,
    /// How long it took.
    pub took: Duration,
    /// What became of the entries.
    pub report: Report,
    /// Lists and rules.
    pub origins: Vec<State>,
}

impl Last {
    /// One that is not in force, or from now on.
    #[must_use]
    pub fn of(report: Report, origins: Vec<State>, took: Duration) -> Self {
        Self { at: Some(Timestamp::now()), took, report, origins }
    }

    /// One line about it.
    pub fn line(&self) -> String {
        let Report { names, agent_only, rejected, table_bytes, .. } = self.report;
        let unreadable: u64 = self.origins.iter().map(|origin| origin.totals.unreadable).sum();
        let old = self.origins.iter().filter(|origin| origin.from == Provenance::LastGood).count();
        let mut line = format!(
            "{names} names from {} lists and rules, {:.1} MiB, in {:.2} s",
            self.origins.len(),
            table_bytes as f64 / f64::from(1 << 20),
            self.took.as_secs_f64()
        );
        for (count, what) in [
            (agent_only as u64, "rules for the agent alone"),
            (unreadable, "lines unreadable"),
            (rejected as u64, "entries refused"),
            (old as u64, "not up to date"),
        ] {
            if count > 0 {
                line += &format!(", {count} {what}");
            }
        }
        line
    }
}

/// Everything there is to count.
pub fn stats(generation: u64, config: &Config, force: &Force, last: &Last) -> Response {
    let (learned, refused) = force.learned();
    Response::Stats(Box::new(Stats {
        generation,
        mode: mode(config.rules.mode).into(),
        on_exit: on_exit(config.rules.on_exit).into(),
        watchdog_seconds: config
            .rules
            .watchdog
            .filter(|_| config.rules.on_exit == OnExit::Detach)
            .map(|watchdog| watchdog.as_secs()),
        enforcing: force.enforcer().is_enforcing() && config.rules.mode == Mode::Enforce,
        names: last.report.names as u64,
        kernel_bytes: last.report.table_bytes as u64,
        agent_bytes: resident(),
        loaded_at: last.at,
        load_seconds: last.took.as_secs_f64(),
        origins: origins(force, last),
        learned: Learned {
            now: learned.len() as u64,
            max: config.rules.learn_max as u64,
            evicted: learned.evicted(),
            refused,
        },
        manual: force.manual().len() as u64,
    }))
}

/// What is changed by command, then every list and rule.
fn origins(force: &Force, last: &Last) -> Vec<OriginStats> {
    let mut hits = force.hits();
    let mut taken = |name: &str| hits.remove(name).unwrap_or_default();
    let manual = OriginStats {
        name: "manual".into(),
        kind: "manual".into(),
        action: "-".into(),
        entries: force.manual().len() as u64,
        unreadable: 0,
        ignored: 0,
        hits: taken("manual"),
        changed_at: None,
        error: None,
        from: Provenance::File,
    };
    let configured = last.origins.iter().map(|state| OriginStats {
        name: state.name.clone(),
        kind: state.kind.into(),
        action: state.action.into(),
        entries: state.totals.entries,
        unreadable: state.totals.unreadable,
        ignored: state.ignored,
        hits: taken(&state.name),
        changed_at: state.changed_at,
        error: state.error.clone(),
        from: state.from,
    });
    iter::once(manual).chain(configured).collect()
}

const fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::WouldBlock => "would-block",
    }
}

const fn on_exit(on_exit: OnExit) -> &'static str {
    match on_exit {
        OnExit::Detach => "detach",
        OnExit::Keep => "keep",
    }
}

/// What the agent has resident that is its own, bytes; 0 where the kernel does not say.
fn resident() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return 0 };
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or_default() << 10
}

/// Why a name is treated as it is, by the rules in force.
pub fn explain(force: &Force, name: &str, qtype: u16, client: Option<IpAddr>) -> Response {
    match (read_name(name), force.rules()) {
        (Err(error), _) => Response::error(format!("{name:?} is no name: {error}")),
        (Ok(_), None) => Response::error("there are no rules"),
        (Ok(name), Some(rules)) => Response::Explanation(explanation(rules, &name, qtype, client)),
    }
}

/// Why a name is treated as it is, by a set of rules.
pub fn explanation(rules: &Ruleset, name: &NameBuf, qtype: u16, client: Option<IpAddr>) -> Explanation {
    let time = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default();
    let subject = Subject {
        name: name.as_bytes(),
        qtype,
        qclass: class::IN,
        client: client.unwrap_or(NOBODY),
        mac: None,
        vlan: None,
        time,
    };
    let found = explain::explain(rules, &subject);
    let winner = found.iter().find(|found| found.outcome == explain::Outcome::Wins);
    let verdict = match winner.map(|winner| (winner.action, winner.would)) {
        Some((Action::Block(block), true)) => Verdict::Would(block),
        Some((Action::Block(block), false)) => Verdict::Blocked(block),
        _ => Verdict::Pass,
    };
    let reason = match winner {
        Some(winner) => {
            format!("{} {} by {} ({})", winner.action.name(), winner.pattern, winner.origin, winner.place)
        }
        None if rules.is_exempt(&subject) => "the client is exempt: no rule applies to it".to_owned(),
        None => "no rule matches".to_owned(),
    };
    Explanation {
        name: name.to_string(),
        qtype,
        client,
        matches: found.into_iter().zip(1..).map(matched).collect(),
        verdict: verdict.name().to_owned(),
        reason,
    }
}

fn matched((found, rank): (explain::Match, u64)) -> Match {
    Match {
        wins: found.outcome == explain::Outcome::Wins,
        why: found.outcome.to_string(),
        origin: found.origin,
        id: found.place,
        what: found.pattern,
        action: if found.would {
            format!("would-{}", found.action.name())
        } else {
            found.action.name().to_owned()
        },
        important: found.important,
        rank,
        enforced_by: match found.decides {
            Decides::Kernel => Enforcer::Kernel,
            Decides::Agent => Enforcer::Agent,
        },
    }
}
