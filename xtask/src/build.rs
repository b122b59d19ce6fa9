//! `cargo xtask build`: the agent, with the eBPF object inside.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    build_ebpf::build_ebpf,
    process::{cargo, run, say, target, workspace},
};

/// Builds both halves and returns the agent's path, `target/release/dns-monitor`.
pub fn build() -> Result<PathBuf> {
    build_ebpf()?;
    say("agent: cargo build --release");
    run(cargo()
        .args(["build", "--release", "--package", "dns-monitor", "--target-dir"])
        .arg(workspace().join("target")))?;
    let agent = target("release/dns-monitor");
    say(format!("agent: {}", agent.display()));
    Ok(agent)
}
