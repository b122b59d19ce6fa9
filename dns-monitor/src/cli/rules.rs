//! `dns-monitor rules`: what was typed becomes work on files, or a request to the running agent.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use clap::{
    Args, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser as _},
};

use crate::{
    config::{Format, error::Expected, value},
    control::{
        SOCKET,
        protocol::{Request, rr_type},
    },
    rules::{
        action::Block,
        manual::{BLOCKS, read_name},
        name::NameBuf,
    },
};

/// The longest a manual rule lasts that is not there until it is forgotten: ten years.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

/// `dns-monitor rules`.
#[derive(Args, Clone, Debug)]
pub struct RulesArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: RulesCommand,
}

/// What to do about rules.
#[derive(Clone, Debug, Subcommand)]
pub enum RulesCommand {
    /// Read all lists and rules of a configuration; print totals, and every bad line with its place.
    ///
    /// Needs no running agent and changes nothing. Exit status 1 if anything is wrong.
    Check(CheckArgs),
    /// Tell which rules match a name, which one wins and why, and who enforces it.
    ///
    /// Asks the running agent; with --config, reads the lists of that configuration instead.
    Explain(ExplainArgs),
    /// Print what is in force: lists and rules with their entries and hits, names, memory, mode.
    Stats(AgentArgs),
    /// Read lists and rules again, as SIGHUP does; the old ones stay in force until the new ones are ready.
    Reload(AgentArgs),
    /// Let a name and everything below it pass, at once and across restarts.
    ///
    /// Beats every list and rule, important ones too. Noted in the audit log.
    Allow(AllowArgs),
    /// Block a name and everything below it, at once and across restarts.
    ///
    /// Beats every list and rule, but for exempt clients. Noted in the audit log.
    Block(BlockArgs),
    /// Remove the rule that `allow` or `block` gave for a name. Noted in the audit log.
    Forget(ForgetArgs),
    /// List the rules that `allow` and `block` gave.
    Manual(AgentArgs),
}

/// Which agent to ask, and how to print what it says.
#[derive(Args, Clone, Debug)]
pub struct AgentArgs {
    /// Control socket of the running agent.
    #[arg(long, value_name = "PATH", default_value = SOCKET)]
    pub socket: PathBuf,
    /// `text` for people, or `json`: the whole answer on one line.
    #[arg(long, value_enum, default_value = "text", hide_possible_values = true)]
    pub format: Format,
}

/// `dns-monitor rules check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// `dns-monitor rules explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    #[command(flatten)]
    question: Question,
    /// Read this configuration and its lists, rather than ask the running agent.
    #[arg(long, value_name = "FILE", conflicts_with = "socket")]
    config: Option<PathBuf>,
    #[command(flatten)]
    agent: AgentArgs,
}

/// The lookup to be explained.
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Name that is looked up.
    #[arg(value_parser = read_name)]
    pub name: NameBuf,
    /// Type that is asked for: a name such as AAAA, or TYPE65280.
    #[arg(long = "type", value_name = "TYPE", value_parser = query_type, default_value = "A")]
    pub qtype: u16,
    /// Address of the machine that asks [default: one that no rule names].
    #[arg(long, value_name = "IP", value_parser = value::address)]
    pub client: Option<IpAddr>,
}

/// `dns-monitor rules allow`.
#[derive(Args, Clone, Debug)]
pub struct AllowArgs {
    #[command(flatten)]
    order: OrderArgs,
    #[command(flatten)]
    agent: AgentArgs,
}

/// `dns-monitor rules block`.
#[derive(Args, Clone, Debug)]
pub struct BlockArgs {
    #[command(flatten)]
    order: OrderArgs,
    /// What a client gets instead of an answer.
    #[arg(long, default_value = "nxdomain", value_parser = block_parser())]
    action: Block,
    /// Block even a top-level domain, or a zone of the resolver itself.
    #[arg(long)]
    i_mean_it: bool,
    #[command(flatten)]
    agent: AgentArgs,
}

/// `dns-monitor rules forget`.
#[derive(Args, Clone, Debug)]
pub struct ForgetArgs {
    /// Name that the rule was given for.
    #[arg(value_parser = read_name)]
    name: NameBuf,
    #[command(flatten)]
    agent: AgentArgs,
}

#[derive(Args, Clone, Debug)]
struct OrderArgs {
    /// Name that is meant, with everything below it.
    #[arg(value_parser = read_name)]
    name: NameBuf,
    /// How long, such as 2h, 30m or 1d [default: until it is forgotten].
    #[arg(long = "for", value_name = "DURATION", value_parser = lifetime)]
    lasts: Option<Duration>,
}

/// What a command comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Read everything that a configuration names, and say what is wrong.
    Check {
        /// The configuration.
        config: PathBuf,
    },
    /// Explain a lookup by the lists of a configuration.
    Explain {
        /// The configuration.
        config: PathBuf,
        /// The lookup.
        question: Question,
        /// How to print it.
        format: Format,
    },
    /// Ask the running agent.
    Ask {
        /// Where it listens.
        socket: PathBuf,
        /// What to ask.
        request: Request,
        /// How to print the answer.
        format: Format,
    },
}

impl RulesCommand {
    /// What it comes to.
    #[must_use]
    pub fn task(self) -> Task {
        match self {
            Self::Check(CheckArgs { config }) => Task::Check { config },
            Self::Explain(args) => args.task(),
            Self::Stats(agent) => agent.ask(Request::Stats {}),
            Self::Reload(agent) => agent.ask(Request::Reload {}),
            Self::Allow(AllowArgs { order, agent }) => {
                let (name, for_seconds) = order.parts();
                agent.ask(Request::Allow { name, for_seconds })
            }
            Self::Block(BlockArgs { order, action, i_mean_it, agent }) => {
                let (name, for_seconds) = order.parts();
                agent.ask(Request::Block { name, for_seconds, action, i_mean_it })
            }
            Self::Forget(ForgetArgs { name, agent }) => agent.ask(Request::Forget { name: name.to_string() }),
            Self::Manual(agent) => agent.ask(Request::Manual {}),
        }
    }
}

impl AgentArgs {
    fn ask(self, request: Request) -> Task {
        Task::Ask { socket: self.socket, request, format: self.format }
    }
}

impl ExplainArgs {
    fn task(self) -> Task {
        let Self { question, config, agent } = self;
        if let Some(config) = config {
            return Task::Explain { config, question, format: agent.format };
        }
        let Question { name, qtype, client } = question;
        agent.ask(Request::Explain { name: name.to_string(), qtype, client })
    }
}

impl OrderArgs {
    fn parts(self) -> (String, Option<u64>) {
        (self.name.to_string(), self.lasts.map(|lasts| lasts.as_secs()))
    }
}

fn query_type(text: &str) -> Result<u16, Expected> {
    rr_type::parse(text).ok_or_else(|| Expected("a query type, such as AAAA or TYPE65280".into()))
}

/// A duration as the configuration has them, or days, which are 24 hours here.
fn lifetime(text: &str) -> Result<Duration, Expected> {
    let days = text.strip_suffix('d').and_then(|days| days.trim_end().parse::<u32>().ok());
    let hours = days.map(|days| format!("{}h", u64::from(days) * 24));
    let read = value::duration(hours.as_deref().unwrap_or(text), Duration::from_secs(1)..=LONGEST);
    read.map_err(|_| Expected("a duration from 1s to 3650d, such as 2h, 30m or 1d".into()))
}

fn block_parser() -> impl clap::builder::TypedValueParser<Value = Block> {
    PossibleValuesParser::new(BLOCKS.map(Block::name)).try_map(|text| value::choice(&text))
}

#[cfg(test)]
mod tests;
