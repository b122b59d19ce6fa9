//! Whether this process may load eBPF programs.

use std::fs;

use anyhow::{Context, Result};

const NET_ADMIN: u32 = 12;
const SYS_ADMIN: u32 = 21;
const PERFMON: u32 = 38;
const BPF: u32 = 39;

/// Whether a program started from here can load and attach.
pub fn may_load() -> Result<bool> {
    let status = fs::read_to_string("/proc/self/status").context("cannot read /proc/self/status")?;
    Ok(capable(&status, is_root()))
}

/// Whether the effective user is root.
pub fn is_root() -> bool {
    // SAFETY: geteuid takes no argument and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

/// Root hands its effective set to what it starts, others only their ambient set.
fn capable(status: &str, root: bool) -> bool {
    let set = if root { "CapEff:" } else { "CapAmb:" };
    let held = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix(set)?.trim(), 16).ok())
        .unwrap_or_default();
    let has = |capability: u32| held & (1 << capability) != 0;
    has(NET_ADMIN) && (has(SYS_ADMIN) || (has(BPF) && has(PERFMON)))
}

#[cfg(test)]
mod tests {
    use super::capable;

    #[test]
    fn root_in_a_tight_container_is_not_enough_and_ambient_capabilities_are() {
        let all = "CapEff:\t000001ffffffffff\nCapAmb:\t0000000000000000\n";
        let docker = "CapEff:\t00000000a80425fb\nCapAmb:\t0000000000000000\n";
        let ambient = "CapEff:\t000000c000001000\nCapAmb:\t000000c000001000\n";
        for (what, status, root, expected) in [
            ("root", all, true, true),
            ("root in a container", docker, true, false),
            ("a user", all, false, false),
            ("a user with BPF, PERFMON and NET_ADMIN", ambient, false, true),
            ("nothing readable", "", true, false),
        ] {
            assert_eq!(capable(status, root), expected, "{what}");
        }
    }
}
