//! On what the figures were measured.

use std::{fs, thread};

use anyhow::Result;

/// Processor, how many of them, memory, kernel.
pub fn describe() -> Result<String> {
    let cpu = field("/proc/cpuinfo", "model name")?;
    let memory: u64 = field("/proc/meminfo", "MemTotal")?.trim_end_matches(" kB").parse().unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let cpus = thread::available_parallelism()?;
    Ok(format!("{cpus} × {cpu}, {} GiB, Linux {}, virtual Ethernet", memory >> 20, kernel.trim()))
}

fn field(file: &str, name: &str) -> Result<String> {
    let text = fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
    Ok(line.unwrap_or("unknown").trim().to_owned())
}
