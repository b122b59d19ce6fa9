//! A tree becomes a .deb (deb(5)).

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use super::tree::{SETTINGS, Tree};
use crate::process::{output, run, workspace};

/// Who the package is, and what happens when it comes and goes.
const SCRIPTS: [&str; 3] = ["postinst", "prerm", "postrm"];

/// Makes it; returns where it is.
pub fn make(tree: &Tree, folder: &Path) -> Result<PathBuf> {
    let source = workspace().join("dns-monitor/package/deb");
    tree.copy(&source.join("copyright"), "usr/share/doc/dns-monitor/copyright", 0o644)?;
    tree.write("usr/share/doc/dns-monitor/changelog.gz", &changelog(tree)?, 0o644)?;
    let architecture = output(Command::new("dpkg").arg("--print-architecture"))?.trim().to_owned();
    let control = fs::read_to_string(source.join("control"))?
        .replace("@VERSION@", &tree.version)
        .replace("@ARCHITECTURE@", &architecture)
        .replace("@GLIBC@", &glibc(&tree.root.join("usr/bin/dns-monitor"))?)
        .replace("@SIZE@", &kibibytes(tree)?.to_string());
    tree.write("DEBIAN/control", control.as_bytes(), 0o644)?;
    tree.write("DEBIAN/conffiles", format!("{}\n", SETTINGS.join("\n")).as_bytes(), 0o644)?;
    tree.write("DEBIAN/md5sums", sums(tree)?.as_bytes(), 0o644)?;
    for script in SCRIPTS {
        tree.copy(&source.join(script), &format!("DEBIAN/{script}"), 0o755)?;
    }
    let package = folder.join(format!("dns-monitor_{}_{architecture}.deb", tree.version));
    run(Command::new("dpkg-deb")
        .args(["--build", "--root-owner-group", "-Zgzip"])
        .arg(&tree.root)
        .arg(&package))?;
    Ok(package)
}

/// The newest version of the C library that a symbol of the program wants.
fn glibc(program: &Path) -> Result<String> {
    let bytes = fs::read(program)?;
    let marker = b"GLIBC_2.";
    let versions = bytes.windows(marker.len() + 2).filter_map(|window| {
        let digits = window.strip_prefix(marker)?;
        let digits: String =
            digits.iter().map(|byte| char::from(*byte)).take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    let newest = versions.max().context("the agent wants no version of the C library")?;
    Ok(format!("2.{newest}"))
}

fn kibibytes(tree: &Tree) -> Result<u64> {
    let files = tree.files(&tree.root)?;
    files.iter().map(|file| Ok(fs::metadata(file)?.len().div_ceil(1024))).sum()
}

fn sums(tree: &Tree) -> Result<String> {
    let mut command = Command::new("md5sum");
    command.current_dir(&tree.root);
    for file in tree.files(&tree.root)? {
        let file = file.strip_prefix(&tree.root)?;
        if !file.starts_with("DEBIAN") && !file.starts_with("etc") {
            command.arg(file);
        }
    }
    let sums = output(&mut command)?;
    ensure!(!sums.is_empty(), "no files");
    Ok(sums)
}

/// The changes are in the repository; packages say of which version they are.
fn changelog(tree: &Tree) -> Result<Vec<u8>> {
    let date = output(Command::new("date").args(["-R", "-u", "-d"]).arg(format!("@{}", epoch())))?;
    let text = format!(
        "dns-monitor ({}) stable; urgency=medium\n\n  * See the repository for what has changed.\n\n -- The dns-monitor authors \
         <maintainers@users.noreply.r-seed-76215ca9.example>  {date}",
        tree.version
    );
    let path = tree.write("usr/share/doc/dns-monitor/changelog", text.as_bytes(), 0o644)?;
    run(Command::new("gzip").args(["-9", "-n", "-f"]).arg(&path))?;
    Ok(fs::read(path.with_extension("gz"))?)
}

/// Of the last commit, or what `SOURCE_DATE_EPOCH` says: the same source gives the same package.
fn epoch() -> String {
    env::var("SOURCE_DATE_EPOCH").unwrap_or_else(|_| {
        let mut git = Command::new("git");
        let time = output(git.args(["log", "-1", "--format=%ct"]).current_dir(workspace()));
        time.map_or_else(|_| "0".to_owned(), |time| time.trim().to_owned())
    })
}
