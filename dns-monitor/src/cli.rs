//! The command line. It beats the configuration file, which beats the defaults.

pub mod rules;
pub mod trace;

use std::{net::IpAddr, num::NonZeroU32, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand};
use dns_monitor_common::names::MAX_PORTS;

use crate::{
    config::{Attach, Color, Config, ConfigError, Format, Reread, Schema, output::Kind, value},
    control::SOCKET,
};

/// How the program ends, in one place; clap itself ends with 2 where it cannot read the
/// command line, and with 0 after `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Success = 0,
    /// Something failed while working: a file, an interface, the kernel.
    Failure = 1,
    /// The command line or the configuration is wrong.
    Usage = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Ties every DNS lookup on a resolver to the machine that made it.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Events go to standard output, or where the configuration says; everything else to standard error.\n\
    Exit status: 0 success, 1 failure at work, 2 wrong command line or configuration;\n\
    of status as of monitoring plugins, of trace and who as of grep, see their help."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch interfaces and write an event for every lookup, until Ctrl-C or SIGTERM.
    Run(RunArgs),
    /// Enter the sandbox as `run` does, then try to get out: one line of JSON for each attempt. 0: all are refused.
    #[command(hide = true)]
    DebugEscape(RunArgs),
    /// Write manual pages and shell completions below a folder such as /usr/share, for packages.
    #[command(hide = true)]
    Generate {
        /// The folder.
        folder: PathBuf,
    },
    /// Write the same events from capture files (pcap, pcapng).
    Replay(ReplayArgs),
    /// Check a configuration file and print every setting as it would be used.
    Check(CheckArgs),
    /// Say who had an address, by the files of leases that the configuration names.
    Identity(IdentityArgs),
    /// Tell how the running agent is: interfaces, rates, ledger, rules, and what somebody should look at.
    ///
    /// Exit status, as of monitoring plugins: 0 ok, 1 warning, 2 critical, or no agent to ask.
    Status(StatusArgs),
    /// Check and explain domain rules; look into those of the running agent and change them.
    Rules(rules::RulesArgs),
    /// From alerts that name the resolver to the machines behind them, by what `run` has recorded.
    ///
    /// Exit status, as of grep: 0 every alert has its lookup, 1 some have none or cannot be read, 2 wrong command
    /// line or a file that cannot be read.
    Trace(trace::TraceArgs),
    /// Tell which machines looked a name up, or one below it, by what `run` has recorded.
    ///
    /// Exit status, as of grep: 0 somebody did, 1 nobody, 2 wrong command line or a file that cannot be read.
    Who(trace::WhoArgs),
}

/// Settings that `run` and `replay` share.
#[derive(Args, Clone, Debug, Default)]
pub struct CommonArgs {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How events on standard output are written, and their fields are named [default: ecs].
    #[arg(long, value_enum)]
    pub schema: Option<Schema>,
    /// Of standard output: JSON for programs, or aligned text for people [default: json].
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Colour of text on standard output [default: auto].
    #[arg(long, value_enum)]
    pub color: Option<Color>,
    /// Port that means DNS, UDP and TCP; up to 4 times [default: 53].
    #[arg(long = "port", value_name = "N", value_parser = value::port)]
    pub ports: Vec<u16>,
    /// How long a lookup waits for its response [default: 5s].
    #[arg(long, value_name = "DURATION", value_parser = value::response_timeout)]
    pub response_timeout: Option<Duration>,
}

/// `dns-monitor run`.
#[derive(Args, Clone, Debug, Default)]
pub struct RunArgs {
    /// Interface to watch; again for more [default: those of the file].
    #[arg(long = "interface", short, value_name = "IF", value_parser = value::interface)]
    pub interfaces: Vec<String>,
    /// Where to watch ingress: XDP (generic if the driver has none), or TC beside a foreign
    /// XDP program [default: auto].
    #[arg(long, value_enum)]
    pub attach: Option<Attach>,
    /// Ring buffer of each CPU, a power of two [default: 4MiB].
    #[arg(long, value_name = "SIZE", value_parser = value::ring_size)]
    pub ring_size: Option<u32>,
    /// Message bytes taken of each packet [default: 4096].
    #[arg(long, value_name = "BYTES", value_parser = value::capture_length)]
    pub capture_length: Option<u16>,
    /// Keep all rights that the agent was started with: for a kernel or a container where giving them up fails.
    #[arg(long)]
    pub no_sandbox: bool,
    /// Settings shared with `replay`.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `dns-monitor replay`.
#[derive(Args, Clone, Debug, Default)]
pub struct ReplayArgs {
    /// Capture files, read in this order; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Address of the resolver, where the capture was taken elsewhere; again for more.
    #[arg(long = "resolver", value_name = "IP", value_parser = value::address)]
    pub resolvers: Vec<IpAddr>,
    /// For tests: so many packets a second, and outputs as with `run`: nothing waits for them, and they have spools.
    #[arg(long, value_name = "N", hide = true)]
    pub live: Option<NonZeroU32>,
    /// Settings shared with `run`.
    #[command(flatten)]
    pub common: CommonArgs,
}

/// `dns-monitor check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// `dns-monitor identity`.
#[derive(Args, Clone, Debug)]
pub struct IdentityArgs {
    /// Address that somebody had.
    #[arg(value_parser = value::address)]
    pub address: IpAddr,
    /// When, RFC 3339, such as 2026-11-24T12:00:00Z [default: now].
    #[arg(long, value_name = "TIME", value_parser = value::time)]
    pub at: Option<u64>,
    /// Configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

/// `dns-monitor status`.
#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    /// Control socket of the running agent.
    #[arg(long, value_name = "PATH", default_value = SOCKET)]
    pub socket: PathBuf,
    /// Text for people, or JSON for programs.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
}

impl RunArgs {
    /// The settings to run with.
    ///
    /// # Errors
    /// The file's ([`Config::load`]), more than [`MAX_PORTS`] ports, or no interface anywhere.
    pub fn resolve(self) -> Result<Config, ConfigError> {
        let mut config = self.common.resolve()?;
        overlay_list(&mut config.capture.interfaces, self.interfaces);
        overlay(&mut config.capture.attach, self.attach);
        overlay(&mut config.capture.ring_size, self.ring_size);
        overlay(&mut config.capture.capture_length, self.capture_length);
        config.sandbox.enabled &= !self.no_sandbox;
        if config.capture.interfaces.is_empty() {
            return Err(ConfigError::NoInterface);
        }
        Ok(config)
    }
}

impl ReplayArgs {
    /// The settings to replay with.
    ///
    /// # Errors
    /// The file's ([`Config::load`]), or more than [`MAX_PORTS`] ports.
    pub fn resolve(&self) -> Result<Config, ConfigError> {
        let mut config = self.common.clone().resolve()?;
        overlay_list(&mut config.replay.resolvers, self.resolvers.clone());
        Ok(config)
    }
}

impl CheckArgs {
    /// The settings of the file.
    ///
    /// # Errors
    /// The file's ([`Config::load`]).
    pub fn resolve(&self) -> Result<Config, ConfigError> {
        Config::load(&self.config)
    }
}

impl CommonArgs {
    fn resolve(self) -> Result<Config, ConfigError> {
        let mut config = self.config.as_deref().map_or_else(|| Ok(Config::default()), Config::load)?;
        self.overlay_stdout(&mut config)?;
        overlay_list(&mut config.capture.ports, self.ports);
        overlay(&mut config.track.response_timeout, self.response_timeout);
        let ports = config.capture.ports.len();
        if ports > MAX_PORTS { Err(ConfigError::TooManyPorts(ports)) } else { Ok(config) }
    }
}

impl CommonArgs {
    /// The file once more, with what was said of standard output; `None`: there is no file.
    #[must_use]
    pub fn reread(&self) -> Option<Result<Reread, ConfigError>> {
        let mut reread = match Reread::load(self.config.as_deref()?) {
            Ok(reread) => reread,
            Err(error) => return Some(Err(error)),
        };
        match self.overlay_stdout(&mut reread.config) {
            // It may be gone by now.
            Ok(()) | Err(ConfigError::NoStdout(_)) => Some(Ok(reread)),
            Err(error) => Some(Err(error)),
        }
    }

    /// Schema, format and colour are about standard output.
    fn overlay_stdout(&self, config: &mut Config) -> Result<(), ConfigError> {
        let given = [
            ("--schema", self.schema.is_some()),
            ("--format", self.format.is_some()),
            ("--color", self.color.is_some()),
        ];
        let Some(option) = given.into_iter().find_map(|(name, given)| given.then_some(name)) else {
            return Ok(());
        };
        for output in &mut config.outputs {
            let Kind::Stdout(stdout) = &mut output.kind else { continue };
            overlay(&mut stdout.color, self.color);
            output.schema = self.schema.or(output.schema);
            match self.format {
                Some(Format::Text) => output.schema = Some(Schema::Text),
                Some(Format::Json) if output.schema == Some(Schema::Text) => {
                    output.schema = Some(Schema::default());
                }
                Some(Format::Json) | None => {}
            }
            return Ok(());
        }
        Err(ConfigError::NoStdout(option))
    }
}

fn overlay<T>(setting: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *setting = given;
    }
}

/// A list replaces the file's; what is said twice counts once.
fn overlay_list<T: PartialEq>(setting: &mut Vec<T>, given: Vec<T>) {
    if given.is_empty() {
        return;
    }
    setting.clear();
    for item in given {
        if !setting.contains(&item) {
            setting.push(item);
        }
    }
}

#[cfg(test)]
mod tests;
