//! The built agent and its captures, for the tests of both.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "test support")]

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// The agent, without anything to read.
pub fn agent() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dns-monitor"));
    command.stdin(Stdio::null());
    command
}

/// `dns-monitor replay` with these arguments, to its end.
pub fn replay<S: AsRef<OsStr>>(arguments: &[S]) -> Output {
    agent().arg("replay").args(arguments).output().unwrap()
}

/// Every capture of the folder, in order.
pub fn captures() -> Vec<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/captures");
    let root = env::var_os("DNS_MONITOR_CAPTURES").map_or_else(beside, PathBuf::from);
    let (mut folders, mut files) = (vec![root.clone()], vec![]);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        let entries =
            entries.unwrap_or_else(|error| panic!("{}: {error}: set DNS_MONITOR_CAPTURES", folder.display()));
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "pcap" || end == "pcapng") {
                files.push(path);
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "no captures in {}: set DNS_MONITOR_CAPTURES", root.display());
    files
}
