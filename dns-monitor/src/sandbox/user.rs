//! Who the agent is: root becomes an account that owns nothing but the agent's state.

use std::{
    fs, io, iter,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, lchown},
    path::{Path, PathBuf},
};

use nix::unistd::{Gid, Uid, User, geteuid, initgroups, setresgid, setresuid};

use super::{SandboxError, check, refused};
use crate::{config::Config, control::SOCKET, log, source::kernel::pins};

/// Where the agent keeps its state, nothing is deeper: `lists/NAME/good/FILE`.
const DEPTH: usize = 6;

/// An account of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its user id.
    pub uid: Uid,
    /// Its own group.
    pub gid: Gid,
}

/// Whom the agent becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Become {
    /// It stays who it is.
    Nobody,
    /// Another account.
    Other(Account),
}

/// Whom the configuration wants; says where that is not to be had.
///
/// # Errors
/// [`SandboxError::Lookup`].
pub fn wanted(config: &Config) -> Result<Become, SandboxError> {
    // Started by another user, that one was chosen: by systemd's `User=`, or by hand.
    let Some(name) = config.sandbox.user.as_ref().filter(|_| geteuid().is_root()) else {
        return Ok(Become::Nobody);
    };
    let found = User::from_name(name).map_err(|error| SandboxError::Lookup(name.clone(), error.into()))?;
    let Some(User { name, uid, gid, .. }) = found else {
        log::warn(format_args!(
            "no user {name:?} on this host: the agent stays root, without root's rights. Create it (useradd --system \
             --shell /usr/sbin/nologin {name}), or say `[sandbox] user = \"off\"`"
        ));
        return Ok(Become::Nobody);
    };
    if uid.is_root() { Ok(Become::Nobody) } else { Ok(Become::Other(Account { name, uid, gid })) }
}

/// Makes the folders of the agent's state and of its spools where they are missing: a right is to a folder that is there.
/// Where one cannot be made shows where it is used.
pub fn make_state(config: &Config) {
    for (folder, mode) in iter::once((config.rules.state_dir.clone(), 0o750)).chain(spools(config)) {
        let _there = fs::DirBuilder::new().recursive(true).mode(mode).create(folder);
    }
}

fn spools(config: &Config) -> impl Iterator<Item = (PathBuf, u32)> {
    config.outputs.iter().flat_map(|output| output.needs().own).map(|folder| (folder, 0o700))
}

/// Gives the account what it will have to write: the agent's state, the folder of the usual control socket, and the
/// links of this network namespace that outlive agents. What cannot be given shows where it is used.
pub fn hand_over(config: &Config, account: &Account) {
    let state = &config.rules.state_dir;
    if state.components().count() > 2 {
        give(state, account, DEPTH);
    }
    let is_own = |folder: &PathBuf| folder.components().count() > 2;
    let spools = spools(config).map(|(folder, _)| folder);
    spools.filter(is_own).for_each(|folder| give(&folder, account, 1));
    if config.control.socket.as_deref() == Some(Path::new(SOCKET)) {
        give(Path::new(SOCKET).parent().unwrap_or(Path::new(SOCKET)), account, 0);
    }
    give(Path::new(pins::FOLDER), account, 0);
    for link in pins::own() {
        give(&link, account, 0);
    }
}

/// Symbolic links are not followed, and a file with a second name may be somebody else's.
fn give(path: &Path, account: &Account, depth: usize) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    if metadata.is_file() && metadata.nlink() > 1 {
        return;
    }
    if metadata.uid() != account.uid.as_raw() {
        let owner = lchown(path, Some(account.uid.as_raw()), Some(account.gid.as_raw()));
        if let Err(error) = owner {
            log::warn(format_args!("{}: cannot be given to user {}: {error}", path.display(), account.name));
        }
    }
    if depth == 0 || !metadata.is_dir() {
        return;
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        give(&entry.path(), account, depth - 1);
    }
}

/// Becomes the account, with its groups. Capabilities stay permitted until they are let go of.
///
/// # Errors
/// [`SandboxError::Refused`].
pub fn switch(account: &Account) -> Result<(), SandboxError> {
    let name = std::ffi::CString::new(account.name.as_str())
        .map_err(|error| refused("the user's name")(io::Error::other(error)))?;
    // SAFETY: of numbers only.
    check(unsafe { libc::prctl(libc::PR_SET_KEEPCAPS, 1, 0, 0, 0) })
        .map_err(refused("prctl(PR_SET_KEEPCAPS)"))?;
    initgroups(&name, account.gid).map_err(|error| refused("initgroups")(error.into()))?;
    let Account { uid, gid, .. } = *account;
    setresgid(gid, gid, gid).map_err(|error| refused("setresgid")(error.into()))?;
    setresuid(uid, uid, uid).map_err(|error| refused("setresuid")(error.into()))?;
    // SAFETY: of numbers only.
    check(unsafe { libc::prctl(libc::PR_SET_KEEPCAPS, 0, 0, 0, 0) })
        .map_err(refused("prctl(PR_SET_KEEPCAPS)"))
}

/// The name of who the agent is, or its number.
#[must_use]
pub fn current() -> String {
    let uid = geteuid();
    User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}
