//! `cargo xtask demo`: what the agent says, for someone who has no resolver at hand.

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use clap::Args;
use dns_monitor_tests::{
    Agent, Lab,
    address::{self, Family, Network},
};

use crate::{build::build, packages, privileges::may_load, process::say};

/// What `demo` takes.
#[derive(Args)]
pub struct Options {
    /// Show the JSON events instead of one aligned line each
    #[arg(long)]
    json: bool,
}

/// A lookup to show: what is special, which client makes it, with which options of dig.
struct Lookup(&'static str, usize, Family, &'static [&'static str]);

const LOOKUPS: &[Lookup] = &[
    Lookup("an address: the resolver asks root, TLD and authority", 0, Family::V4, &["www.lab.example", "A"]),
    Lookup("the same, by another client: from the cache", 1, Family::V4, &["www.lab.example", "A"]),
    Lookup("over IPv6", 2, Family::V6, &["www.lab.example", "AAAA"]),
    Lookup("over TCP", 0, Family::V4, &["+tcp", "mx.lab.example", "MX"]),
    Lookup("over TCP and IPv6", 1, Family::V6, &["+tcp", "caa.lab.example", "CAA"]),
    Lookup("a name that does not exist", 2, Family::V4, &["no-such-name.lab.example", "A"]),
    Lookup("a chain of CNAMEs", 0, Family::V6, &["alias.lab.example", "A"]),
    Lookup(
        "an answer too large for UDP: truncated, then TCP",
        1,
        Family::V4,
        &["txt3500.lab.example", "TXT"],
    ),
    Lookup("a zone whose server has no glue", 2, Family::V6, &["www.glueless.example", "A"]),
    Lookup("a zone that its server refuses", 0, Family::V4, &["www.lame.example", "A"]),
];

/// Builds the lab, watches its resolver, makes lookups, and removes everything.
pub fn demo(options: &Options) -> Result<()> {
    if !may_load()? {
        bail!("the demo makes network namespaces and loads programs: run it as root");
    }
    packages::ensure(&[packages::LAB])?;
    build()?;
    catch_signals();
    say("lab: three clients, a recursive BIND, and BIND as root, TLD and authority");
    let lab = Lab::new()?;
    let format = if options.json { "json" } else { "text" };
    let color = if std::io::stdout().is_terminal() { "always" } else { "never" };
    let arguments = ["--interface", "eth0", "--format", format, "--color", color];
    say(format!("agent on the resolver: dns-monitor run {}", arguments.join(" ")));
    let mut agent = Agent::start_shown(lab.resolver(), &arguments)?;
    for lookup in LOOKUPS {
        let shown = show(&lab, &mut agent, lookup);
        // A signal ends dig, too: then there is nothing wrong.
        if interrupted() {
            say("interrupted");
            break;
        }
        shown?;
    }
    let ended = agent.stop()?;
    say("the agent ended; its standard error with the ledger:");
    eprintln!("{}", ended.stderr);
    drop(lab);
    say("lab: removed");
    if !ended.status.success() {
        bail!("the agent failed: {}", ended.status);
    }
    Ok(())
}

/// Makes one lookup and waits until its event was shown.
fn show(lab: &Lab, agent: &mut Agent, lookup: &Lookup) -> Result<()> {
    let Lookup(what, client, family, arguments) = *lookup;
    let server = format!("@{}", address::resolver(Network::Plain).of(family));
    say(format!("{what}: client {client} runs dig {server} {}", arguments.join(" ")));
    let before = agent.lines().len();
    lab.ask(client, &[&[server.as_str()], arguments].concat())?;
    let address = address::client(u8::try_from(client)?, Network::Plain).of(family).to_string();
    let deadline = Instant::now() + Duration::from_secs(3);
    while !agent.lines().iter().skip(before).any(|line| line.contains(&address)) {
        if interrupted() || Instant::now() > deadline {
            bail!("no event of {address} was shown");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// From here on a signal ends the loop of lookups, not the process: the lab must be removed.
fn catch_signals() {
    extern "C" fn note(_signal: libc::c_int) {
        INTERRUPTED.store(true, Ordering::Relaxed);
    }
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: the handler only stores to an atomic, which is async-signal-safe.
        unsafe { libc::signal(signal, note as *const () as libc::sighandler_t) };
    }
}
