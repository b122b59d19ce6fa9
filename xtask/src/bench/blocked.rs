//! Lookups of blocked names: answered by the kernel programs, and by `named` with the same names in a response policy zone.
//!
//! What is counted is the CPU time of the processes at work. `dnsperf` is one of them: the packets it sends are handled by
//! the kernel before its system call returns, our programs included, and on its account. What it would take in any case is
//! measured with a program that turns every query around, looks nothing up, and tells nobody: that is the floor.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use dns_monitor_tests::{Lab, LabOptions, named::Recursion, namespace::succeed, rules::take_returned, wait};

use super::{
    Options,
    contender::{Contender, Recorder},
    cpu, load,
    resolver::{Memory, median},
};
use crate::process::{say, target};

/// Names that are blocked, with all that is below them.
const NAMES: usize = 100_000;
/// Every so many-th of them is asked for.
const ASKED: usize = 10;
/// Queries a second.
const RATE: u32 = 20_000;

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answerer {
    /// A program that only turns queries around.
    Floor,
    /// `named` with a response policy zone.
    Rpz,
    /// The kernel programs, with `dns-monitor run` writing JSON; on XDP, and on TC.
    Xdp,
    Tc,
}

impl Answerer {
    const ALL: [Self; 4] = [Self::Floor, Self::Rpz, Self::Xdp, Self::Tc];

    fn name(self) -> &'static str {
        match self {
            Self::Floor => "nobody: queries turned around",
            Self::Rpz => "named, response policy zone",
            Self::Xdp => "dns-monitor (XDP)",
            Self::Tc => "dns-monitor (TC)",
        }
    }

    fn recorder(self) -> Contender {
        match self {
            Self::Floor | Self::Rpz => Contender::Bare,
            Self::Xdp => Contender::DnsMonitor,
            Self::Tc => Contender::DnsMonitorTc,
        }
    }
}

/// One answerer in one round: CPU time, seconds a million lookups, of each process.
#[derive(Clone, Copy, Debug)]
struct Round {
    answerer: Answerer,
    load: f64,
    named: f64,
    agent: f64,
    /// Lookups that were recorded, of a hundred.
    recorded: f64,
}

impl Round {
    fn all(&self) -> f64 {
        self.load + self.named + self.agent
    }
}

/// All rounds, as a Markdown table.
pub fn measure(options: &Options) -> Result<String> {
    let memory = Memory::new()?;
    let files = Files::write(&memory.0)?;
    let mut rounds = Vec::new();
    for number in 1..=options.rounds {
        for answerer in Answerer::ALL {
            let round = round(answerer, options.seconds, &memory.0, &files)?;
            say(format!("round {number}, {}: {:.2} s a million lookups", answerer.name(), round.all()));
            rounds.push(round);
        }
    }
    table(&rounds, options)
}

/// The names, as each of them wants to have them.
struct Files {
    questions: PathBuf,
    zone: PathBuf,
    config: PathBuf,
}

impl Files {
    fn write(folder: &Path) -> Result<Self> {
        let files = Self {
            questions: folder.join("questions"),
            zone: folder.join("policy.zone"),
            config: folder.join("dns-monitor.toml"),
        };
        let name = |number: usize| format!("host{number}.blocked{}.w.lab.example", number % 977);
        let mut zone =
            "$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n@ NS localhost.\n".to_owned();
        let (mut list, mut questions) = (String::new(), String::new());
        for number in 0..NAMES {
            let name = name(number);
            writeln!(zone, "{name} CNAME .\n*.{name} CNAME .")?;
            writeln!(list, "{name}")?;
            if number % ASKED == 0 {
                writeln!(questions, "{name} A")?;
            }
        }
        let path = folder.join("blocked.txt");
        let config = format!(
            "[rules]\nstate_dir = {:?}\n[control]\nsocket = \"off\"\n[[list]]\nname = \"blocked\"\npath = {path:?}\n",
            folder.join("state")
        );
        for (file, text) in
            [(&path, list), (&files.questions, questions), (&files.zone, zone), (&files.config, config)]
        {
            fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
        }
        Ok(files)
    }
}

fn round(answerer: Answerer, seconds: u32, memory: &Path, files: &Files) -> Result<Round> {
    let policy = (answerer == Answerer::Rpz).then(|| files.zone.clone());
    let recursion = Recursion { query_log: false, policy, ..Recursion::default() };
    let lab = Lab::with(&LabOptions { recursion })?;
    let named = lab.resolver_named().pid();
    succeed(Command::new("taskset").args(["--all-tasks", "--cpu-list", "--pid", "0", &named.to_string()]))?;
    let folder = memory.join("round");
    fs::create_dir_all(&folder)?;
    let recorder = Recorder::start(answerer.recorder(), &lab, &folder, Some(&files.config))?;
    if matches!(answerer, Answerer::Floor | Answerer::Xdp) {
        take_returned(&lab)?;
    }
    let mut asked = 0;
    if answerer == Answerer::Floor {
        turn_around(&lab)?;
    } else {
        wait::until("the name is blocked", || {
            asked += 1;
            let answer = lab.ask(0, &["host0.blocked0.w.lab.example", "A"])?; // else it has an address
            Ok(answer.contains("status: NXDOMAIN").then_some(()))
        })?;
    }
    asked += load::warm(&lab, &files.questions)?.sent;
    let mut watched = vec![named];
    watched.extend(recorder.pid());
    let before = cpu::of_each(&watched)?;
    let load_before = cpu::of_children()?;
    let served = load::steady(&lab, &files.questions, seconds, RATE)?.0;
    let spent: Vec<Duration> =
        cpu::of_each(&watched)?.iter().zip(&before).map(|(now, before)| *now - *before).collect();
    let load = cpu::of_children()? - load_before;
    let answered = if answerer == Answerer::Floor { served.sent } else { served.nxdomain };
    ensure!(
        served.lost * 1000 < served.sent && answered + served.lost == served.sent,
        "{}: {served:?}",
        answerer.name()
    );
    let recorded = recorder.stop()?;
    fs::remove_dir_all(&folder)?;
    let a_million = |time: Duration| time.as_secs_f64() * 1e6 / served.sent as f64;
    let of = |number: usize| spent.get(number).copied().map_or(0.0, a_million);
    Ok(Round {
        answerer,
        load: a_million(load),
        named: of(0),
        agent: of(1),
        recorded: recorded as f64 * 100.0 / (served.sent + asked) as f64,
    })
}

/// Puts the program on the resolver's interface that turns queries around.
fn turn_around(lab: &Lab) -> Result<()> {
    let mut command = lab.resolver().command("ip");
    command.args(["link", "set", "dev", "eth0", "xdp", "obj"]).arg(target("bpf/reflect"));
    succeed(command.args(["program", "reflect"])).map(drop)
}

fn table(rounds: &[Round], options: &Options) -> Result<String> {
    let of = |answerer| rounds.iter().filter(move |round| round.answerer == answerer);
    let figure = |answerer, figure: fn(&Round) -> f64| median(of(answerer).map(figure).collect());
    // Pair by pair: what stands beside each other ran within a minute.
    let above = |answerer| -> Vec<f64> {
        of(answerer).zip(of(Answerer::Floor)).map(|(with, floor)| with.all() - floor.all()).collect()
    };
    let mut text = format!(
        "{NAMES} names are blocked, {} of them asked for by `dnsperf`, {RATE} times a second: {} interleaved rounds of \
         {} s, medians of CPU seconds a million lookups. `dnsperf`'s own are in both: what the kernel does with a packet \
         that arrives counts as its sender's. What they would be in any case shows the first row, a program that looks \
         nothing up and writes nothing; the last two columns are without it. `named` need not wait for recursion \
         (`qname-wait-recurse no`) and logs nothing; dns-monitor writes every lookup as JSON.\n\n\
         | answered by | dnsperf | named | agent | all | over the first row | of what named takes | recorded |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|\n",
        NAMES / ASKED,
        options.rounds,
        options.seconds
    );
    for answerer in Answerer::ALL {
        let over = above(answerer);
        let ratio = over.iter().zip(above(Answerer::Rpz)).map(|(ours, named)| ours / named).collect();
        let recorded = match answerer.recorder() {
            Contender::Bare => "–".to_owned(),
            _ => format!("{:.2} %", figure(answerer, |round| round.recorded)?),
        };
        writeln!(
            text,
            "| {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.3} | {recorded} |",
            answerer.name(),
            figure(answerer, |round| round.load)?,
            figure(answerer, |round| round.named)?,
            figure(answerer, |round| round.agent)?,
            figure(answerer, Round::all)?,
            median(over)?,
            median(ratio)?
        )?;
    }
    Ok(text)
}
