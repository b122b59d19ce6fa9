//! Links that outlive the agent: pinned in the BPF file system, and taken over by the next agent.
//!
//! The program behind a link is replaced, the link itself never: no packet passes between the two.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::{
        fd::AsRawFd as _,
        unix::fs::{MetadataExt as _, OpenOptionsExt as _, chown},
    },
    path::{Path, PathBuf},
    sync::OnceLock,
};

use aya::programs::{
    ProgramError, SchedClassifier, Xdp,
    links::{FdLink, PinnedLink},
    tc::{SchedClassifierLink, SchedClassifierLinkId},
    xdp::{XdpLink, XdpLinkId},
};
use dns_monitor_common::names;

/// Where links are kept.
pub const FOLDER: &str = "/sys/fs/bpf/dns-monitor";
/// Every program that may be behind a link.
const PROGRAMS: [&str; 4] = [names::XDP, names::XDP_FRAGS, names::TC_INGRESS, names::TC_EGRESS];

/// The folder, once it is open: who has given up root's rights gets no further than the file system's root, which is
/// often for root alone.
static OPEN: OnceLock<File> = OnceLock::new();

/// Keeps the folder open, so that it can be used without root's rights: where links will be kept, and where an earlier
/// agent has kept some. What cannot be done shows where it is used.
pub fn open(keep: bool) {
    if keep {
        let _there = fs::create_dir_all(FOLDER);
        // An earlier agent may have been somebody else; whoever this one becomes is given them later.
        for path in std::iter::once(FOLDER.into()).chain(own()) {
            let _ours = chown(path, Some(nix::unistd::geteuid().as_raw()), None);
        }
    }
    if let Ok(folder) =
        OpenOptions::new().read(true).custom_flags(libc::O_PATH | libc::O_DIRECTORY).open(FOLDER)
    {
        let _already = OPEN.set(folder);
    }
}

fn folder() -> PathBuf {
    OPEN.get().map_or_else(|| FOLDER.into(), |folder| format!("/proc/self/fd/{}", folder.as_raw_fd()).into())
}

/// The links of this network namespace.
pub fn own() -> Vec<PathBuf> {
    let prefix = format!("{}-", namespace());
    let entries = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let own = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
    own.map(|entry| entry.path()).collect()
}

/// A link that stays when the agent goes.
#[derive(Debug)]
pub struct Kept {
    _link: FdLink,
    path: PathBuf,
}

/// The file of the link by which a program of ours is on an interface of this network namespace: others share the file
/// system, and have interfaces of the same name.
pub fn path(interface: &str, program: &str) -> PathBuf {
    // bpffs allows no dot in names; interface names have neither slash nor colon.
    folder().join(format!("{}-{}-{program}", namespace(), interface.replace('.', ":")))
}

/// The number of this network namespace; 0 where there is no /proc.
pub fn namespace() -> u64 {
    fs::metadata("/proc/thread-self/ns/net").map_or(0, |file| file.ino())
}

/// Whether an earlier agent has left links on this interface.
pub fn are_there(interface: &str) -> bool {
    PROGRAMS.iter().any(|program| path(interface, program).exists())
}

/// Removes the links that an earlier agent has left on this interface, but those in `used`.
pub fn remove_others(interface: &str, used: &[&str]) {
    for program in PROGRAMS.iter().filter(|program| !used.contains(program)) {
        let _gone = fs::remove_file(path(interface, program));
    }
}

/// Puts a loaded program behind the link that an earlier agent has left; `None`: there is none, or its interface is gone.
pub fn adopt_xdp(program: &mut Xdp, path: &Path) -> Option<XdpLinkId> {
    let link = XdpLink::try_from(FdLink::from(PinnedLink::from_pin(path).ok()?)).ok()?;
    program.attach_to_link(link).inspect_err(|_| drop_stale(path)).ok()
}

/// As [`adopt_xdp`].
pub fn adopt_tc(program: &mut SchedClassifier, path: &Path) -> Option<SchedClassifierLinkId> {
    let link = SchedClassifierLink::try_from(FdLink::from(PinnedLink::from_pin(path).ok()?)).ok()?;
    program.attach_to_link(link).inspect_err(|_| drop_stale(path)).ok()
}

fn drop_stale(path: &Path) {
    let _gone = fs::remove_file(path);
}

/// Pins an XDP link, unless it is one that was taken over.
///
/// # Errors
/// The kernel has no such link (XDP before Linux 5.9), or the file system is none for it.
pub fn keep_xdp(program: &mut Xdp, id: XdpLinkId, path: PathBuf) -> Result<Kept, ProgramError> {
    let link = program.take_link(id)?;
    keep(FdLink::try_from(link).map_err(io::Error::other)?, path)
}

/// Pins a TC link, unless it is one that was taken over.
///
/// # Errors
/// The kernel has no such link (TCX, before Linux 6.6), or the file system is none for it.
pub fn keep_tc(
    program: &mut SchedClassifier,
    id: SchedClassifierLinkId,
    path: PathBuf,
) -> Result<Kept, ProgramError> {
    let link = program.take_link(id)?;
    keep(FdLink::try_from(link).map_err(io::Error::other)?, path)
}

fn keep(link: FdLink, path: PathBuf) -> Result<Kept, ProgramError> {
    if path.exists() {
        return Ok(Kept { _link: link, path });
    }
    fs::create_dir_all(folder())?;
    let pinned = link.pin(&path).map_err(io::Error::other)?;
    Ok(Kept { _link: pinned.into(), path })
}

impl Kept {
    /// Ends the link; otherwise it stays.
    pub fn remove(self) {
        let _gone = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_interfaces_share_a_file() {
        let names = ["eth0", "eth0.1", "eth0_1", "eth0-1", "eth0-dns_xdp"];
        let all = names.iter().flat_map(|interface| PROGRAMS.map(|program| path(interface, program)));
        let distinct: std::collections::BTreeSet<_> = all.collect();
        assert_eq!(distinct.len(), names.len() * PROGRAMS.len());
        assert!(distinct.iter().all(|path| !path.to_string_lossy().contains('.')), "{distinct:?}");
        assert!(namespace() > 0);
    }
}
