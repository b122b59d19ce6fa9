//! A network namespace: programs and sockets in it.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    os::{
        fd::{AsRawFd, RawFd},
        unix::process::CommandExt,
    },
    process::Command,
    thread,
};

use anyhow::{Context, Result, anyhow, bail};

/// A named network namespace; [`Tag`](crate::tag::Tag) removes it.
#[derive(Debug)]
pub struct Namespace {
    name: String,
    file: File,
}

impl Namespace {
    /// Creates the namespace `<lab>-<host>` with its loopback up.
    pub fn new(lab: &str, host: &str) -> Result<Self> {
        let name = format!("{lab}-{host}");
        succeed(Command::new("ip").args(["netns", "add", &name]))?;
        let file = File::open(format!("/run/netns/{name}"))?;
        let namespace = Self { name, file };
        succeed(namespace.command("ip").args(["link", "set", "lo", "up"]))?;
        Ok(namespace)
    }

    /// Its name, as `ip netns` knows it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A program that will run in the namespace. Only the network changes: unlike under
    /// `ip netns exec`, /sys/fs/bpf stays visible. It dies with the thread that started it.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let namespace = self.file.as_raw_fd();
        // SAFETY: setns and prctl are async-signal-safe system calls; the file outlives the
        // command's start because starting borrows a command built from a living namespace.
        unsafe {
            command.pre_exec(move || {
                enter(namespace)?;
                match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
                    0 => Ok(()),
                    _ => Err(io::Error::last_os_error()),
                }
            });
        }
        command
    }

    /// Calls `action` on a thread in the namespace: a socket made there stays there.
    pub fn inside<T: Send>(&self, action: impl FnOnce() -> T + Send) -> Result<T> {
        let file = &self.file;
        let work = move || enter(file.as_raw_fd()).map(|()| action());
        let result = thread::scope(|scope| scope.spawn(work).join());
        result
            .map_err(|_| anyhow!("panicked in namespace {}", self.name))?
            .with_context(|| format!("cannot enter namespace {}", self.name))
    }
}

/// Moves the calling thread.
fn enter(namespace: RawFd) -> io::Result<()> {
    // SAFETY: setns takes two integers.
    match unsafe { libc::setns(namespace, libc::CLONE_NEWNET) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Runs a command that must succeed; the error holds what it said. Returns standard output.
pub fn succeed(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!(
            "{command:?}: {}\n{}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
