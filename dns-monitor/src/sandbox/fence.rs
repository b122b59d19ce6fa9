//! Files and TCP ports that are out of reach from now on (Landlock, `Documentation/userspace-api/landlock.rst`).
//!
//! What is open stays open: standard output, the eBPF maps, sockets that listen.

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort, PathBeneath,
    PathFd, Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, RulesetError, RulesetStatus,
    Scope,
};

use super::paths::Paths;
use crate::log;

/// The newest rights that are known here (Linux 6.12); an older kernel enforces what it knows of them.
const KNOWN: ABI = ABI::V6;

/// What [`enforce`] says where nothing is enforced.
pub const NONE: &str = "none";

/// Enforces it, as far as the kernel can; says how far that is.
pub fn enforce(paths: &Paths) -> String {
    match restrict(paths) {
        Ok(RulesetStatus::FullyEnforced) => "enforced",
        Ok(RulesetStatus::PartiallyEnforced) => "in part",
        Ok(RulesetStatus::NotEnforced) => {
            log::warn(format_args!("this kernel has no Landlock: the agent can read what its user can"));
            NONE
        }
        Err(error) => {
            log::warn(format_args!("no Landlock, the agent can read what its user can: {error}"));
            NONE
        }
    }
    .to_owned()
}

fn restrict(paths: &Paths) -> Result<RulesetStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    for (list, rights) in
        [(&paths.read, read), (&paths.write, AccessFs::from_all(KNOWN) & !AccessFs::Execute)]
    {
        for path in list {
            ruleset = allow(ruleset, path, rights)?;
        }
    }
    for path in &paths.sockets {
        ruleset = allow(ruleset, path, AccessFs::RemoveFile.into())?;
    }
    for port in &paths.ports {
        ruleset = ruleset.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
    }
    Ok(ruleset.restrict_self()?.ruleset)
}

/// What is not there needs no rule.
fn allow(
    ruleset: RulesetCreated,
    path: &Path,
    rights: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(ruleset) };
    let rights = if path.is_dir() { rights } else { rights & AccessFs::from_file(KNOWN) };
    if rights.is_empty() { Ok(ruleset) } else { ruleset.add_rule(PathBeneath::new(opened, rights)) }
}
