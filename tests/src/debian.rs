//! A Debian of a test's own: a small one that is made once, a copy of it for each test, and the package that goes into it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result};

use crate::{agent::program, namespace::succeed};

/// What a machine needs beside the smallest Debian: a service manager, a resolver, somebody who turns logs.
const MACHINE: &str = "systemd,systemd-sysv,dbus,bind9,logrotate";

/// How much of a Debian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Enough to install packages.
    Small,
    /// A machine that boots, with a resolver.
    Machine,
}

/// A copy of a Debian; what is mounted goes with it.
#[derive(Debug)]
pub struct Debian {
    /// Its root folder.
    pub root: PathBuf,
}

impl Debian {
    /// A copy below `folder`, which is made.
    pub fn new(size: Size, folder: &Path) -> Result<Self> {
        let below = tree(size)?;
        let [upper, work, root] = ["upper", "work", "root"].map(|name| folder.join(name));
        // An overlay cannot stand on everything, such as another one: a file system of its own.
        fs::create_dir_all(folder)?;
        succeed(Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(folder))?;
        for path in [&upper, &work, &root] {
            fs::create_dir_all(path)?;
        }
        let debian = Self { root };
        let layers =
            format!("lowerdir={},upperdir={},workdir={}", below.display(), upper.display(), work.display());
        succeed(Command::new("mount").args(["-t", "overlay", "overlay", "-o", &layers]).arg(&debian.root))?;
        Ok(debian)
    }

    /// Shows it the host's own view of processes, devices and the kernel.
    pub fn share(&self) -> Result<()> {
        for shared in ["proc", "sys", "dev"] {
            let from = Path::new("/").join(shared);
            succeed(Command::new("mount").arg("--rbind").arg(&from).arg(self.root.join(shared)))?;
            succeed(Command::new("mount").arg("--make-rslave").arg(self.root.join(shared)))?;
        }
        Ok(())
    }

    /// Lays a package into it; returns where it is there.
    pub fn put(&self, package: &Path) -> Result<String> {
        let name = package.file_name().context("no file")?.to_string_lossy().into_owned();
        fs::copy(package, self.root.join("var/tmp").join(&name))?;
        Ok(format!("/var/tmp/{name}"))
    }
}

impl Drop for Debian {
    fn drop(&mut self) {
        let _gone = Command::new("umount").args(["--recursive", "--lazy"]).arg(&self.root).status();
        let _gone = Command::new("umount").arg("--lazy").arg(self.root.with_file_name("")).status();
    }
}

/// Below the workspace's folder of what is built.
fn target(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target").join(path)
}

/// A Debian, made once.
fn tree(size: Size) -> Result<PathBuf> {
    // The others wait until it is there.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (root, include) = match size {
        Size::Small => (target("debootstrap-bookworm"), None),
        Size::Machine => (target("debootstrap-bookworm-systemd"), Some(format!("--include={MACHINE}"))),
    };
    if !root.join("var/lib/dpkg/status").is_file() || root.join("debootstrap").exists() {
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        let mut debootstrap = Command::new("debootstrap");
        debootstrap.arg("--variant=minbase").args(include).arg("bookworm");
        succeed(debootstrap.arg(&root))?;
    }
    Ok(root)
}

/// The package of this agent, `deb` or `rpm`, by another version.
pub fn package(kind: &str, version: &str) -> Result<PathBuf> {
    // One at a time: all are made in one folder.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut xtask = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    xtask.args(["run", "--quiet", "--package", "xtask", "--", "dist", kind]);
    succeed(xtask.args(["--version", version, "--agent"]).arg(program()?))?;
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (name.contains(&format!("dns-monitor_{version}_"))
            || name.contains(&format!("dns-monitor-{version}-")))
            && path.extension().is_some_and(|extension| extension == kind)
    };
    let packages = fs::read_dir(target("dist"))?.filter_map(|entry| Some(entry.ok()?.path()));
    packages.into_iter().find(is_it).context("no package was made")
}
