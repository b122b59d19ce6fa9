//! Memory of this process.

#![allow(dead_code, reason = "each benchmark uses what it needs")]

use crate::support::Result;

/// Bytes.
#[derive(Clone, Copy, Default)]
pub struct Memory {
    /// Resident and nobody else's: what the kernel's maps take is counted with the kernel.
    pub own: u64,
    /// The most that was resident at one time since the last look.
    pub peak: u64,
}

impl Memory {
    /// As it is.
    pub fn now() -> Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| -> Result<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("/proc/self/status")?;
            Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? << 10)
        };
        let memory = Self { own: field("RssAnon:")?, peak: field("VmHWM:")? };
        std::fs::write("/proc/self/clear_refs", "5")?; // the peak begins anew
        Ok(memory)
    }
}
