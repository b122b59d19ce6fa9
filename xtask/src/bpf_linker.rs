//! bpf-linker, built against the LLVM that rustc itself carries: the versions always match,
//! and no LLVM of the system is needed.

use std::{fs, os::unix::fs::symlink, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    process::{cargo, run, say, target},
    toolchain::Toolchain,
};

const VERSION: &str = "0.13.0";

/// The linker's path, built from crates.io first if there is none for this toolchain.
pub fn ensure(toolchain: &Toolchain) -> Result<PathBuf> {
    let tools = target("tools");
    let linker = tools.join("bin/bpf-linker");
    let stamp = tools.join("bpf-linker.built-for");
    let built_for = format!("bpf-linker {VERSION}\n{}{}\n", toolchain.identity, toolchain.sysroot.display());
    if linker.is_file() && fs::read_to_string(&stamp).is_ok_and(|found| found == built_for) {
        say(format!("bpf-linker {VERSION}: there"));
        return Ok(linker);
    }
    say(format!("bpf-linker {VERSION}: building against rustc's LLVM {} (a minute)", toolchain.llvm_major));
    let prefix = llvm_prefix(toolchain)?;
    run(cargo()
        .args(["install", "bpf-linker", "--version", VERSION, "--locked", "--force", "--quiet"])
        .args(["--no-default-features", "--features", &format!("llvm-{}", toolchain.llvm_major)])
        .arg("--root")
        .arg(&tools)
        .arg("--target-dir")
        .arg(tools.join("build"))
        .env("LLVM_PREFIX", prefix)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", format!("-Clink-arg=-Wl,-rpath,{}/lib", toolchain.sysroot.display())))
    .context("bpf-linker cannot be built: are a C compiler and crates.io at hand?")?;
    fs::write(&stamp, built_for).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(linker)
}

/// A folder that looks like an LLVM installation to bpf-linker's build script.
fn llvm_prefix(toolchain: &Toolchain) -> Result<PathBuf> {
    let prefix = target("tools/llvm");
    let link = prefix.join("lib/libLLVM.so");
    fs::create_dir_all(prefix.join("lib"))?;
    if link.is_symlink() {
        fs::remove_file(&link)?;
    }
    symlink(toolchain.llvm_library()?, &link).with_context(|| format!("cannot link {}", link.display()))?;
    Ok(prefix)
}
