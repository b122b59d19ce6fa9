//! The process, as the kernel counts it (proc(5)).

use std::fs;

use serde::{Deserialize, Serialize};

/// Zeros where the kernel does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Time on processors, s.
    pub cpu_seconds: f64,
    /// Memory that is its own, bytes: the tables of rules, which the kernel shares with it, are not.
    pub resident_bytes: u64,
    /// Open descriptors.
    pub open_files: u64,
    /// Threads.
    pub threads: u64,
}

impl Process {
    /// This one, now.
    #[must_use]
    pub fn own() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let value = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default()
        };
        Self {
            pid: std::process::id(),
            cpu_seconds: cpu_seconds(&stat),
            resident_bytes: value("RssAnon") << 10,
            open_files: fs::read_dir("/proc/self/fd").map_or(0, |files| files.count() as u64),
            threads: value("Threads"),
        }
    }
}

/// `utime` and `stime`, the 14th and 15th field; the second, the program's name, may have blanks.
fn cpu_seconds(stat: &str) -> f64 {
    // SAFETY: of numbers only.
    let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) }.max(1);
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let spent: u64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    spent as f64 / ticks as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_name_may_look_like_fields() {
        let stat = "7 (a) b 1 2) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 3 0 8 9 10";
        assert_eq!(format!("{:.2}", cpu_seconds(stat)), "3.00");
        assert_eq!(format!("{:.2}", cpu_seconds("")), "0.00");
    }

    #[test]
    fn this_process_has_all_of_it() {
        let own = Process::own();
        assert!(own.pid > 0 && own.resident_bytes > 0 && own.open_files > 2 && own.threads > 0, "{own:?}");
    }
}
