//! `cargo xtask build-ebpf`: the kernel programs, compiled and linked with BTF.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use crate::{
    bpf_linker,
    process::{cargo, run, say, target},
    rust_src,
    toolchain::{BPF_TARGET, Toolchain},
};

/// What the agent embeds, and the programs that benchmarks measure it against.
const OBJECTS: [&str; 3] = ["dns-monitor-ebpf", "floor", "reflect"];

/// Builds the objects into `target/bpf`.
pub fn build_ebpf() -> Result<()> {
    let toolchain = Toolchain::find()?;
    rust_src::ensure(&toolchain)?;
    let linker = bpf_linker::ensure(&toolchain)?;
    say("eBPF object: cargo build for the kernel");
    run(&mut compile("build", &linker))?;
    for object in OBJECTS {
        let built = target("ebpf-build").join(BPF_TARGET).join("ebpf").join(object);
        let kept = target("bpf").join(object);
        let state = if copy_if_changed(&built, &kept)? { "new" } else { "unchanged" };
        say(format!("eBPF object: {state}, {}", kept.display()));
    }
    Ok(())
}

/// `cargo build` or `cargo clippy` of the kernel programs.
pub fn compile(subcommand: &str, linker: &Path) -> Command {
    let mut command = cargo();
    command
        .args([subcommand, "--quiet", "--package", "dns-monitor-ebpf", "--profile", "ebpf"])
        .args(["-Zbuild-std=core", "--target", BPF_TARGET, "--target-dir"])
        .arg(target("ebpf-build"))
        // -Zbuild-std is unstable: this is how a stable toolchain is asked for it.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(linker));
    command
}

/// Without `--btf` and full debug information the object has no BTF, which its maps need.
fn rustflags(linker: &Path) -> String {
    format!("-Clinker={}\x1f-Clink-arg=--btf\x1f-Cdebuginfo=2", linker.display())
}

/// Copies only when the bytes differ: a newer timestamp would rebuild the agent for nothing.
fn copy_if_changed(from: &Path, to: &Path) -> Result<bool> {
    let new = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(false);
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(to, new).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equal_copy_is_left_untouched() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("xtask-copy-{}", std::process::id()));
        let (from, to) = (folder.join("from"), folder.join("deeper/to"));
        fs::create_dir_all(&folder)?;
        for (content, changed) in [("one", true), ("one", false), ("two", true), ("two", false)] {
            fs::write(&from, content)?;
            let before = fs::metadata(&to).and_then(|m| m.modified()).ok();
            assert_eq!(copy_if_changed(&from, &to)?, changed, "{content}");
            let after = fs::metadata(&to)?.modified()?;
            assert_eq!(before != Some(after), changed, "{content}");
            assert_eq!(fs::read_to_string(&to)?, content);
        }
        Ok(fs::remove_dir_all(&folder)?)
    }
}
