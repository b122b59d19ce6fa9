//! All files of a package: where they are from, where they go, with which mode.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::process::{run, workspace};

/// Files of the repository: from, to, mode.
const FILES: &[(&str, &str, u32)] = &[
    ("dns-monitor/package/dns-monitor.service", "usr/lib/systemd/system/dns-monitor.service", 0o644),
    ("dns-monitor/package/dns-monitor.sysusers", "usr/lib/sysusers.d/dns-monitor.conf", 0o644),
    ("dns-monitor/package/dns-monitor.toml", "etc/dns-monitor/dns-monitor.toml", 0o644),
    ("dns-monitor/package/dns-monitor.logrotate", "etc/logrotate.d/dns-monitor", 0o644),
    ("dns-monitor/package/examples/apparmor", "usr/share/doc/dns-monitor/examples/apparmor", 0o644),
    ("dns-monitor/package/examples/keep.conf", "usr/share/doc/dns-monitor/examples/keep.conf", 0o644),
    ("dns-monitor/package/examples/dhcp.conf", "usr/share/doc/dns-monitor/examples/dhcp.conf", 0o644),
    ("dns-monitor/package/examples/leases.conf", "usr/share/doc/dns-monitor/examples/leases.conf", 0o644),
];

/// Files that an operator changes, and an upgrade must not.
pub const SETTINGS: [&str; 2] = ["/etc/dns-monitor/dns-monitor.toml", "/etc/logrotate.d/dns-monitor"];

/// A package's files, as they will be on the host.
pub struct Tree {
    /// Its root folder.
    pub root: PathBuf,
    /// Of the agent.
    pub version: String,
}

impl Tree {
    /// Makes it anew. The agent itself writes its manual pages and completions.
    pub fn make(root: &Path, agent: &Path, version: &str) -> Result<Self> {
        if root.exists() {
            fs::remove_dir_all(root).with_context(|| format!("cannot remove {}", root.display()))?;
        }
        let tree = Self { root: root.to_owned(), version: version.to_owned() };
        for (from, to, mode) in FILES {
            tree.copy(&workspace().join(from), to, *mode)?;
        }
        for entry in fs::read_dir(workspace().join("docs"))? {
            let path = entry?.path();
            if let Some(name) = path.file_name().filter(|_| path.is_file()) {
                tree.copy(&path, &format!("usr/share/doc/dns-monitor/{}", name.to_string_lossy()), 0o644)?;
            }
        }
        let program = tree.copy(agent, "usr/bin/dns-monitor", 0o755)?;
        run(Command::new(&program).arg("generate").arg(root.join("usr/share")))?;
        run(Command::new("strip").args(["--strip-unneeded", "--remove-section=.comment"]).arg(&program))?;
        tree.compress("usr/share/man/man1")?;
        Ok(tree)
    }

    /// Copies a file to its place.
    pub fn copy(&self, from: &Path, to: &str, mode: u32) -> Result<PathBuf> {
        let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        self.write(to, &bytes, mode)
    }

    /// Writes a file at its place.
    pub fn write(&self, to: &str, bytes: &[u8], mode: u32) -> Result<PathBuf> {
        let path = self.root.join(to);
        fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
        Ok(path)
    }

    /// Compresses the files of a folder, the same way each time.
    pub fn compress(&self, folder: &str) -> Result<()> {
        for entry in fs::read_dir(self.root.join(folder))? {
            run(Command::new("gzip").args(["-9", "-n", "-f"]).arg(entry?.path()))?;
        }
        Ok(())
    }

    /// Files and folders below `folder`, sorted.
    pub fn files(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                files.extend(self.files(&path)?);
            } else {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}
