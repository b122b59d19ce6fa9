//! A tree becomes an .rpm.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::tree::{SETTINGS, Tree};
use crate::process::{run, workspace};

/// Makes it; returns where it is.
pub fn make(tree: &Tree, folder: &Path) -> Result<PathBuf> {
    // Where RPM systems look for it.
    let zsh = tree.root.join("usr/share/zsh");
    fs::rename(zsh.join("vendor-completions"), zsh.join("site-functions"))?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        tree.copy(&workspace().join(licence), &format!("usr/share/licenses/dns-monitor/{licence}"), 0o644)?;
    }
    let spec = fs::read_to_string(workspace().join("dns-monitor/package/rpm/dns-monitor.spec"))?
        .replace("@VERSION@", &tree.version)
        .replace("@FILES@", &files(tree)?);
    let work = folder.join("rpm-work");
    fs::create_dir_all(&work)?;
    let spec_file = work.join("dns-monitor.spec");
    fs::write(&spec_file, spec)?;
    let define = |name: &str, value: &Path| format!("{name} {}", value.display());
    run(Command::new("rpmbuild")
        .args(["-bb", "--quiet", "--nodeps", "--define", &define("_topdir", &work)])
        .args([
            "--define",
            &define("_rpmdir", folder),
            "--define",
            "_rpmfilename %{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm",
        ])
        .args(["--define", &define("tree", &tree.root)])
        .arg(&spec_file))?;
    let prefix = format!("dns-monitor-{}-", tree.version);
    let built = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_it = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&prefix) && name.ends_with(".rpm")
    };
    built.filter(is_it).max().context("rpmbuild has made no package")
}

fn files(tree: &Tree) -> Result<String> {
    let mut lines = String::new();
    let mut folders = BTreeSet::new();
    for file in tree.files(&tree.root)? {
        let path = format!("/{}", file.strip_prefix(&tree.root)?.display());
        // Folders of our own go with the package; others have theirs.
        let above = Path::new(&path).ancestors().skip(1).map(Path::to_path_buf);
        folders.extend(above.filter(|folder| folder.iter().any(|name| name == "dns-monitor")));
        let mark = if SETTINGS.contains(&path.as_str()) { "%config(noreplace) " } else { "" };
        lines.push_str(&format!("{mark}{path}\n"));
    }
    for folder in folders {
        lines.push_str(&format!("%dir {}\n", folder.display()));
    }
    Ok(lines)
}
