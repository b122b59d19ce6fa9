//! `cargo xtask build-and-load`: from a clone to a stream of events in one command.

use std::{os::unix::process::CommandExt, process::Command};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    build::build,
    default_route,
    privileges::may_load,
    process::{line, say},
};

/// What `build-and-load` takes.
#[derive(Args)]
pub struct Options {
    /// Interface to watch; may be given several times [default: the one of the default route]
    #[arg(long = "interface", short, value_name = "IF")]
    interfaces: Vec<String>,
    /// Options for `dns-monitor run`, such as --format text
    #[arg(last = true, value_name = "AGENT OPTIONS")]
    agent: Vec<String>,
}

/// Builds, then becomes the agent: signals, standard streams and exit status are its own.
pub fn build_and_load(options: &Options) -> Result<()> {
    let interfaces = match options.interfaces.as_slice() {
        [] => vec![default_route::interface()?],
        given => given.to_vec(),
    };
    let mut agent = Command::new(build()?);
    agent.arg("run");
    for interface in &interfaces {
        agent.args(["--interface", interface]);
    }
    agent.args(&options.agent);
    if !may_load()? {
        bail!("built; loading programs into the kernel needs root. Run:\n\n  sudo {}\n", line(&agent));
    }
    say(format!("running: {}", line(&agent)));
    Err(agent.exec()).with_context(|| format!("cannot start `{}`", line(&agent)))
}
