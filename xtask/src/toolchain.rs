//! The Rust toolchain that builds everything, and the LLVM inside it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::process::output;

/// The toolchain that `rust-toolchain.toml` selects.
pub struct Toolchain {
    /// Such as `1.95.0`.
    pub release: String,
    /// Major version of the LLVM that rustc carries.
    pub llvm_major: String,
    /// `rustc -vV` in full: what tools built for this toolchain depend on.
    pub identity: String,
    /// Where the toolchain is installed.
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// Asks the `rustc` of this workspace.
    pub fn find() -> Result<Self> {
        let rustc = || {
            let mut command = Command::new("rustc");
            command.current_dir(crate::process::workspace());
            command
        };
        let identity = output(rustc().arg("-vV"))?;
        let release = field(&identity, "release").context("rustc -vV names no release")?;
        let llvm = field(&identity, "LLVM version").context("rustc -vV names no LLVM version")?;
        let llvm_major = llvm.split('.').next().unwrap_or_default().to_owned();
        let sysroot = PathBuf::from(output(rustc().args(["--print", "sysroot"]))?.trim());
        Ok(Self { release, llvm_major, identity, sysroot })
    }

    /// The shared library of rustc's LLVM.
    pub fn llvm_library(&self) -> Result<PathBuf> {
        let folder = self.sysroot.join("lib");
        let wanted = format!("libLLVM.so.{}.", self.llvm_major);
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&wanted) {
                return Ok(entry.path());
            }
        }
        anyhow::bail!("no {wanted}* in {}: is this toolchain from rustup?", folder.display())
    }

    /// Where `-Zbuild-std` looks for the standard library's source.
    pub fn library_source(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib/src/rust")
    }
}

fn field(identity: &str, name: &str) -> Option<String> {
    identity.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
}

/// The BPF target with the byte order of this machine.
pub const BPF_TARGET: &str =
    if cfg!(target_endian = "big") { "bpfeb-unknown-none" } else { "bpfel-unknown-none" };

/// Whether a library source folder is complete enough for `-Zbuild-std=core`.
pub fn has_core(library_source: &Path) -> bool {
    library_source.join("library/core/src/lib.rs").is_file()
        && library_source.join("library/Cargo.lock").is_file()
}

#[cfg(test)]
mod tests {
    use super::field;

    const IDENTITY: &str = "rustc 1.95.0 (59807616e 2026-04-14)\nrelease: 1.95.0\nLLVM version: 22.1.2\n";

    #[test]
    fn reads_what_rustc_says_of_itself() {
        for (name, expected) in
            [("release", Some("1.95.0")), ("LLVM version", Some("22.1.2")), ("LLVM", None), ("host", None)]
        {
            assert_eq!(field(IDENTITY, name).as_deref(), expected, "{name}");
        }
    }
}
