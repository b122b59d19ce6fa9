//! What the agent gives up before it reads the first packet, so that whoever takes it over by a flaw finds little.
//!
//! Programs are loaded, and sockets that need a right are open, when [`enter`] is called on the only thread there is; all
//! threads that come later inherit what it does. Programs are attached behind it: that attaching works with what is left
//! is shown at every start, so it works too when an interface comes back a year later.
//!
//! Read in the order of giving up:
//!
//! 1. [`user`]: root becomes an account of the agent's own;
//! 2. [`capability`]: of root's rights, what creating maps takes;
//! 3. [`paths`] and [`fence`]: the files and TCP ports that the configuration names, no others (Landlock);
//! 4. [`calls`]: system calls that the agent never needs (seccomp);
//! 5. [`reach`]: what is left, for outputs that come later;
//! 6. [`escape`]: tries to get out, for the tests.

pub mod calls;
pub mod capability;
pub mod escape;
pub mod fence;
pub mod paths;
pub mod reach;
pub mod user;

use std::{fmt, io, path::Path};

use aya::util::KernelVersion;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::{capability::Capabilities, paths::Paths, reach::Reach, user::Become};
use crate::{config::Config, log};

/// From here on every attachment is a BPF link (TCX), which takes no capability once the program is loaded. Before that
/// a filter is put on clsact by rtnetlink, which takes `CAP_NET_ADMIN`.
const TCX: KernelVersion = KernelVersion::new(6, 6, 0);

/// A right that could not be given up.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The account database.
    #[error("cannot look up user {0:?}: {1}")]
    Lookup(String, io::Error),
    /// Anything else.
    #[error("cannot give up rights: {what}: {source}\n  (`--no-sandbox` keeps them all)")]
    Refused {
        /// What failed.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
}

/// What is left, for people and for `dns-monitor status`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Whether anything was given up.
    pub enabled: bool,
    /// Who the agent is.
    pub user: String,
    /// Its capabilities, `cap_bpf`.
    pub capabilities: Vec<String>,
    /// `enforced`, `in part` or `none`: files and TCP ports.
    pub landlock: String,
    /// Whether system calls are filtered.
    pub seccomp: bool,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let capabilities =
            if self.capabilities.is_empty() { "none".to_owned() } else { self.capabilities.join(", ") };
        if !self.enabled {
            return write!(f, "none: user {}, capabilities {capabilities}", self.user);
        }
        write!(f, "user {}, capabilities {capabilities}, Landlock {}", self.user, self.landlock)?;
        f.write_str(if self.seccomp { ", seccomp" } else { "" })
    }
}

/// Gives up what is not needed any more; `file` is the configuration. For a process of one thread.
///
/// # Errors
/// [`SandboxError`]. A kernel without Landlock or seccomp is told of, and no error.
pub fn enter(config: &Config, file: Option<&Path>) -> Result<(Report, Reach), SandboxError> {
    if !config.sandbox.enabled {
        let report = Report {
            user: user::current(),
            capabilities: Capabilities::permitted()?.names(),
            ..Report::default()
        };
        log::warn(format_args!(
            "no sandbox ({report}): whoever takes the agent over by a flaw has these rights, reads every file of the \
             host and changes what the resolver is sent"
        ));
        return Ok((report, Reach::default()));
    }
    let kept = needed().and(Capabilities::permitted()?);
    capability::bound(kept);
    user::make_state(config);
    if let Become::Other(account) = user::wanted(config)? {
        user::hand_over(config, &account);
        user::switch(&account)?;
    }
    capability::keep_only(kept)?;
    calls::no_new_privileges()?;
    let paths = Paths::of(config, file);
    let landlock = fence::enforce(&paths);
    let reach = if landlock == fence::NONE { Reach::default() } else { Reach::fenced(paths) };
    let seccomp = calls::filter();
    let report =
        Report { enabled: true, user: user::current(), capabilities: kept.names(), landlock, seccomp };
    log::info(format_args!("sandbox: {report}"));
    Ok((report, reach))
}

/// `CAP_BPF` creates the maps of the next set of rules.
fn needed() -> Capabilities {
    match KernelVersion::current() {
        Ok(version) if version >= TCX => Capabilities::BPF,
        _ => Capabilities::BPF.or(Capabilities::NET_ADMIN),
    }
}

/// What failed, with its errno.
fn refused(what: &'static str) -> impl Fn(io::Error) -> SandboxError {
    move |source| SandboxError::Refused { what, source }
}

/// An errno where the result says so.
fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(test)]
mod tests;
