//! Links that outlive the agent: pinned in the BPF file system, and taken over by the next agent.
//!
//! The program behind a link is replaced, the link itself never: no packet passes between the two.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use aya::programs::{
    ProgramError, SchedClassifier, Xdp,
    links::{FdLink, PinnedLink},
    tc::{SchedClassifierLink, SchedClassifierLinkId},
    xdp::{XdpLink, XdpLinkId},
};

/// Where links are kept.
pub const FOLDER: &str = "/sys/fs/bpf/dns-monitor";

/// A link that stays when the agent goes.
#[derive(Debug)]
pub struct Kept {
    _link: FdLink,
    path: PathBuf,
}

/// The file of the link by which a program of ours is on an interface.
pub fn path(interface: &str, program: &str) -> PathBuf {
    // No interface name has a slash; bpffs allows no dot in names.
    Path::new(FOLDER).join(format!("{}-{program}", interface.replace('.', "_")))
}

/// Whether an earlier agent has left links on this interface.
pub fn are_there(interface: &str) -> bool {
    let prefix = format!("{}-", interface.replace('.', "_"));
    let Ok(files) = fs::read_dir(FOLDER) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with(&prefix))
}

/// Removes the links that an earlier agent has left on this interface, but those in `used`.
pub fn remove_others(interface: &str, used: &[&str]) {
    let prefix = format!("{}-", interface.replace('.', "_"));
    let Ok(files) = fs::read_dir(FOLDER) else { return };
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(program) = name.strip_prefix(&prefix) else { continue };
        if !used.contains(&program) {
            let _gone = fs::remove_file(file.path());
        }
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
    fs::create_dir_all(FOLDER)?;
    let pinned = link.pin(&path).map_err(io::Error::other)?;
    Ok(Kept { _link: pinned.into(), path })
}

impl Kept {
    /// Ends the link; otherwise it stays.
    pub fn remove(self) {
        let _gone = fs::remove_file(&self.path);
    }
}
